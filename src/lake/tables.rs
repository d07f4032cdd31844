//! The tables of the lake and their columns; `design/lake.md` and `queries/README.md` tell what the rows mean.

use crate::model::column::Type::{self, Bool, Bytes, Day, Double, Int, Long, Moment, Text};

/// One table of the lake.
#[derive(Debug)]
pub struct Table {
    /// Its name and its folder's.
    pub name: &'static str,
    /// Its columns in order; where `monthly`, `month` (text, `2026-03`) comes after them as the partition.
    pub columns: &'static [(&'static str, Type)],
    /// Whether it has a partition per month of the reporting zone.
    pub monthly: bool,
    /// Whether `ingest` writes it, so that the vector names its version (lake.md 1).
    pub ingested: bool,
}

/// Events as read: times in UTC, the local day beside them, ids dense (lake.md 7, 8, 10).
pub const EVENTS: Table = Table {
    name: "events",
    columns: &[
        ("source", Text),
        ("event_id", Text),
        ("event_name", Text),
        ("occurred_at", Moment),
        ("local_day", Day),
        ("user_no", Int),
        ("account_no", Int),
        ("member_no", Int),
        ("properties", Text),
        ("id_hi", Long),
        ("id_lo", Long),
        ("content_hash", Long),
        ("file_no", Int),
        ("seq", Long),
    ],
    monthly: true,
    ingested: true,
};

/// Readings of gauges: one row per account, moment and gauge.
pub const SNAPSHOTS: Table = Table {
    name: "snapshots",
    columns: &[
        ("source", Text),
        ("account_no", Int),
        ("observed_at", Moment),
        ("local_day", Day),
        ("gauge", Text),
        ("value", Double),
        ("id_hi", Long),
        ("id_lo", Long),
        ("content_hash", Long),
        ("file_no", Int),
        ("seq", Long),
    ],
    monthly: true,
    ingested: true,
};

/// The users' ids as written, and the dense number of each; append-only.
pub const IDS_USERS: Table = ids("ids_users", &[("no", Int), ("id", Text)]);
/// The accounts' ids as written, and the dense number of each; append-only.
pub const IDS_ACCOUNTS: Table = ids("ids_accounts", &[("no", Int), ("id", Text)]);
/// Pairs of user and account that stood on one event; append-only.
pub const IDS_MEMBERS: Table = ids("ids_members", &[("no", Int), ("user_no", Int), ("account_no", Int)]);

/// What each CRM and billing file said of each record on its day (lake.md 12).
pub const STATEMENTS: Table = ids(
    "statements",
    &[
        ("source", Text),
        ("record_kind", Text), // company, deal, subscription
        ("record_id", Text),
        ("day", Day),
        ("path", Text),
        ("content_hash", Long),
        ("gone", Bool),
        ("file_no", Int),
    ],
);

/// What stood in a statement, once per hash: `body` is JSON of the parsed columns of output.md, `fields` of the labels as exported.
pub const CONTENTS: Table = ids(
    "contents",
    &[
        ("source", Text),
        ("record_kind", Text),
        ("record_id", Text),
        ("content_hash", Long),
        ("body", Text),
        ("fields", Text),
    ],
);

/// What shipped, and when.
pub const RELEASES: Table = ids(
    "releases",
    &[
        ("source", Text),
        ("release_id", Text),
        ("title", Text),
        ("released_on", Day),
        ("lane", Text),
        ("outcome", Text),
        ("url", Text),
        ("file_no", Int),
        ("seq", Long),
    ],
);

/// What customers said.
pub const CUSTOMER_EVIDENCE: Table = ids(
    "customer_evidence",
    &[
        ("source", Text),
        ("evidence_id", Text),
        ("account", Text),
        ("noted_on", Day),
        ("outcome", Text),
        ("kind", Text),
        ("quote", Text),
        ("file_no", Int),
        ("seq", Long),
    ],
);

/// Explicit links of an anonymous id to a user (R8.1).
pub const LINKS: Table =
    ids("links", &[("source", Text), ("anonymous_no", Int), ("user_no", Int), ("explicit", Bool), ("file_no", Int)]);

/// Memberships of users in accounts, dated (R8.2).
pub const MEMBERS: Table = ids(
    "members",
    &[
        ("source", Text),
        ("user_no", Int),
        ("account_no", Int),
        ("valid_from", Moment),
        ("valid_to", Moment),
        ("file_no", Int),
    ],
);

/// Mail domains users were seen with.
pub const USER_DOMAINS: Table =
    ids("user_domains", &[("source", Text), ("user_no", Int), ("domain", Text), ("events", Long), ("file_no", Int)]);

/// Rows that could not be read, with their bytes.
pub const SET_ASIDE: Table = ids(
    "set_aside",
    &[
        ("source", Text),
        ("file", Text),
        ("position", Long),
        ("byte_offset", Long),
        ("reason", Text),
        ("because", Text),
        ("raw", Bytes),
        ("file_no", Int),
    ],
);

/// One row per path with the totals of what it holds now (lake.md 11); committed last in a batch.
pub const FILES: Table = ids(
    "files",
    &[
        ("source", Text),
        ("path", Text),
        ("file_no", Int),
        ("length", Long),
        ("modified_us", Long),
        ("edges_hash", Text),
        ("hash", Text),
        ("declaration_hash", Text),
        ("day", Day),
        ("read", Long),
        ("accepted", Long),
        ("duplicate", Long),
        ("set_aside", Long),
        ("reasons", Text),  // JSON: code to count
        ("verdicts", Text), // JSON: date order, decimal mark, encoding, gauges, resolution, notes
        ("first_day", Day), // of the rows it holds
        ("last_day", Day),
        ("batch", Int),
    ],
);

/// Values as published, by run.
pub const READINGS: Table = Table {
    name: "readings",
    columns: &[
        ("run", Text),
        ("metric", Text),
        ("definition_hash", Text),
        ("period_start", Day),
        ("period_end", Day),
        ("segment", Text),
        ("k", Int),
        ("step", Int),
        ("eligible", Long),
        ("counted", Long),
        ("value", Double),
        ("low", Double),
        ("high", Double),
        ("settled", Bool),
        ("complete_at", Moment),
        ("rest", Text),
    ],
    monthly: false,
    ingested: false,
};

/// What was found of each link, by run.
pub const EVIDENCE: Table = Table {
    name: "evidence",
    columns: &[
        ("run", Text),
        ("seen_at", Moment),
        ("link", Text),
        ("from", Text),
        ("to", Text),
        ("design", Text),
        ("key", Text),
        ("variant", Text),
        ("grade", Text),
        ("uncapped", Text),
        ("published", Bool),
        ("effect", Double),
        ("low", Double),
        ("high", Double),
        ("p", Double),
        ("q", Double),
        ("se", Double),
        ("df", Double),
        ("n", Long),
        ("rates", Text),
        ("checks", Text),
        ("because", Text),
        ("inputs_hash", Text),
        ("plan_hash", Text),
        ("expires_on", Day),
    ],
    monthly: false,
    ingested: false,
};

/// One row per finished run; committed last.
pub const RUNS: Table = Table {
    name: "runs",
    columns: &[
        ("run", Text),
        ("as_of", Day),
        ("started_at", Moment),
        ("finished_at", Moment),
        ("exit", Int),
        ("lake_versions", Text),
        ("plan_hash", Text),
        ("plan", Text),
        ("side_files", Text),
        ("version", Text),
        ("stages", Text),
    ],
    monthly: false,
    ingested: false,
};

const fn ids(name: &'static str, columns: &'static [(&'static str, Type)]) -> Table {
    Table { name, columns, monthly: false, ingested: true }
}

/// All tables, `files` last of those that `ingest` writes.
pub const ALL: [&Table; 17] = [
    &IDS_USERS,
    &IDS_ACCOUNTS,
    &IDS_MEMBERS,
    &EVENTS,
    &SNAPSHOTS,
    &STATEMENTS,
    &CONTENTS,
    &RELEASES,
    &CUSTOMER_EVIDENCE,
    &LINKS,
    &MEMBERS,
    &USER_DOMAINS,
    &SET_ASIDE,
    &FILES,
    &READINGS,
    &EVIDENCE,
    &RUNS,
];
