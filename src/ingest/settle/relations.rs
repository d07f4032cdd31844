//! The relations that a batch fills, and their columns.

use super::super::part::ASIDE;
use super::super::{contract, names, spool, zone};
use crate::model::column::Type;

/// The relations that a batch fills, besides those of its rows.
pub(super) const RELATIONS: &[(&str, &[(&str, Type)])] = &[
    ("incoming_aside", ASIDE),
    ("batch_whos", names::WHOS),
    ("incoming_links", &[("anonymous_id", Type::Text), ("user_id", Type::Text), ("file_no", Type::Int)]),
    ("incoming_domains", names::DOMAINS),
    ("incoming_members", MEMBER),
    ("incoming_statements", STATEMENT),
    ("incoming_releases", RELEASE),
    ("incoming_evidence", PIECE),
    ("kept_statements", KEPT_STATEMENT),
    ("kept_releases", RELEASE),
    ("kept_evidence", PIECE),
    (
        "statement_fate",
        &[
            ("row_no", Type::Long),
            ("file_no", Type::Int),
            ("stands", Type::Bool),
            ("entered", Type::Bool),
            ("own", Type::Bool),
        ],
    ),
    ("release_fate", RELEASE_FATE),
    ("evidence_fate", PIECE_FATE),
    ("perhaps_repeated", spool::PERHAPS_REPEATED),
    ("batch_runs", RUNS),
    ("fallen", &[("row_no", Type::Long), ("differs", Type::Bool)]),
    ("met", MET),
    ("stale_files", &[("file_no", Type::Int)]),
    ("cleared", &[("file_no", Type::Int)]),
    ("again", &[("file_no", Type::Int)]),
    ("taken_back", &[("file_no", Type::Int), ("from_offset", Type::Long)]),
    ("restated", &[("file_no", Type::Int), ("day", Type::Day)]),
    ("batch_source", &[("source", Type::Text)]),
    ("batch_files", &[("file_no", Type::Int), ("path", Type::Text)]),
    ("batch_names", &[("id", Type::Text)]),
    ("numbered", &[("no", Type::Int), ("id", Type::Text)]),
    ("fresh_users", &[("no", Type::Int), ("id", Type::Text)]),
    ("fresh_accounts", &[("no", Type::Int), ("id", Type::Text)]),
    ("batch_users", &[("id", Type::Text), ("no", Type::Int)]),
    ("batch_accounts", &[("id", Type::Text), ("no", Type::Int)]),
    ("batch_pairs", &[("user_no", Type::Int), ("account_no", Type::Int)]),
    ("fresh_members", &[("no", Type::Int), ("user_no", Type::Int), ("account_no", Type::Int)]),
    ("batch_members", &[("user_no", Type::Int), ("account_no", Type::Int), ("no", Type::Int)]),
    (
        "numbered_whos",
        &[("who", Type::Int), ("user_no", Type::Int), ("account_no", Type::Int), ("member_no", Type::Int)],
    ),
    ("lake_owners", &[("month_no", Type::Int), ("file_no", Type::Int), ("row_count", Type::Long)]),
    ("incoming_keys", KEYS),
    (
        "lake_keys",
        &[
            ("month_no", Type::Int),
            ("id_hi", Type::Long),
            ("id_lo", Type::Long),
            ("content_hash", Type::Long),
            ("file_no", Type::Int),
            ("seq", Type::Long),
        ],
    ),
    ("table_files", &[("file_no", Type::Int)]),
    ("promised", contract::PROMISED),
    ("contract_terms", contract::TERMS),
    ("day_pieces", zone::PIECES),
];

/// From which row to which a run goes.
pub(super) const RUNS: &[(&str, Type)] = &[("first_row", Type::Long), ("end_row", Type::Long)];

pub(in super::super) const MEMBER: &[(&str, Type)] = &[
    ("user_id", Type::Text),
    ("account_id", Type::Text),
    ("from_us", Type::Long),
    ("to_us", Type::Long),
    ("file_no", Type::Int),
];

pub(in super::super) const STATEMENT: &[(&str, Type)] = &[
    ("row_no", Type::Long),
    ("file_no", Type::Int),
    ("position", Type::Long),
    ("record_kind", Type::Text),
    ("record_id", Type::Text),
    ("day", Type::Day),
    ("path", Type::Text),
    ("content_hash", Type::Long),
    ("gone", Type::Bool),
    ("body", Type::Text),
    ("fields", Type::Text),
];

const KEPT_STATEMENT: &[(&str, Type)] = &[
    ("row_no", Type::Long),
    ("record_kind", Type::Text),
    ("record_id", Type::Text),
    ("day", Type::Day),
    ("path", Type::Text),
    ("content_hash", Type::Long),
    ("gone", Type::Bool),
    ("file_no", Type::Int),
];

pub(in super::super) const RELEASE: &[(&str, Type)] = &[
    ("row_no", Type::Long),
    ("file_no", Type::Int),
    ("seq", Type::Long),
    ("release_id", Type::Text),
    ("title", Type::Text),
    ("released_on", Type::Day),
    ("lane", Type::Text),
    ("outcome", Type::Text),
    ("url", Type::Text),
];

const RELEASE_FATE: &[(&str, Type)] = &[
    ("row_no", Type::Long),
    ("file_no", Type::Int),
    ("seq", Type::Long),
    ("release_id", Type::Text),
    ("title", Type::Text),
    ("released_on", Type::Day),
    ("lane", Type::Text),
    ("outcome", Type::Text),
    ("url", Type::Text),
    ("stands", Type::Bool),
    ("own", Type::Bool),
    ("differs", Type::Bool),
];

pub(in super::super) const PIECE: &[(&str, Type)] = &[
    ("row_no", Type::Long),
    ("file_no", Type::Int),
    ("seq", Type::Long),
    ("evidence_id", Type::Text),
    ("account", Type::Text),
    ("noted_on", Type::Day),
    ("outcome", Type::Text),
    ("kind", Type::Text),
    ("quote", Type::Text),
];

const PIECE_FATE: &[(&str, Type)] = &[
    ("row_no", Type::Long),
    ("file_no", Type::Int),
    ("seq", Type::Long),
    ("evidence_id", Type::Text),
    ("account", Type::Text),
    ("noted_on", Type::Day),
    ("outcome", Type::Text),
    ("kind", Type::Text),
    ("quote", Type::Text),
    ("stands", Type::Bool),
    ("own", Type::Bool),
    ("differs", Type::Bool),
];

const MET: &[(&str, Type)] = &[
    ("row_no", Type::Long),
    ("file_no", Type::Int),
    ("month_no", Type::Int),
    ("seq", Type::Long),
    ("id_hi", Type::Long),
    ("id_lo", Type::Long),
    ("lake_file_no", Type::Int),
    ("lake_seq", Type::Long),
    ("differs", Type::Bool),
    ("replaces", Type::Bool),
];

const KEYS: &[(&str, Type)] = &[
    ("row_no", Type::Long),
    ("file_no", Type::Int),
    ("seq", Type::Long),
    ("month_no", Type::Int),
    ("id_hi", Type::Long),
    ("id_lo", Type::Long),
    ("content_hash", Type::Long),
];
