//! The words of rows that were set aside: what is wrong with them, where the first stands, and what can be done.

use std::collections::BTreeMap;

use super::{Code, Held, MENDED, Reason, figure};
use crate::diag::Diagnostic;
use crate::plan::source::{Kind, Source};

/// Rows of this call that could not be read, with the share of all that the source holds.
pub(in crate::ingest) fn rows_set_aside(
    source: &Source,
    reasons: &BTreeMap<Code, Reason>,
    (aside, read): (u64, u64),
    held: &Held,
    limit: f64,
) -> Diagnostic {
    let was = if aside == 1 { "was" } else { "were" };
    let rows = format!("{} of {} rows from `{}`", figure(aside), figure(read), source.name);
    let code = if held.share() > limit { "set-aside-limit" } else { "rows-set-aside" };
    let told = Diagnostic::warning(code, format!("{rows} could not be read and {was} set aside"));
    let mut sorted: Vec<_> = reasons.iter().collect();
    sorted.sort_by_key(|(code, reason)| (std::cmp::Reverse(reason.rows), code.word()));
    let told = sorted.iter().fold(told, |told, (code, reason)| told.because(line(**code, reason)));
    mended(source, allowed(source, told, held, limit), sorted.iter().map(|(code, _)| **code))
}

/// Rows of earlier calls that could not be read: more than the limit, though nothing was set aside in this one.
pub(in crate::ingest) fn still_set_aside(source: &Source, held: &Held, limit: f64) -> Diagnostic {
    let rows = format!("{} of {} rows that `{}` holds", figure(held.aside), figure(held.rows), source.name);
    let told = Diagnostic::warning("set-aside-limit", format!("{rows} could not be read"));
    let mut sorted: Vec<_> = held.reasons.iter().collect();
    sorted.sort_by_key(|(code, rows)| (std::cmp::Reverse(**rows), code.word()));
    let count = |code: Code, rows: u64| {
        let (one, many) = phrase(code);
        format!("{} {} (`{}`)", figure(rows), if rows == 1 { one } else { many }, code.word())
    };
    let told = sorted.iter().fold(told, |told, (code, rows)| told.because(count(**code, **rows)));
    mended(source, allowed(source, told, held, limit), sorted.iter().map(|(code, _)| **code))
}

fn allowed(source: &Source, told: Diagnostic, held: &Held, limit: f64) -> Diagnostic {
    let passed = if held.share() > limit { "more than" } else { "within" };
    told.because(format!(
        "that makes {:.2}% of all rows of `{}`, {passed} the {:.2}% it allows",
        held.share() * 100.0,
        source.name,
        limit * 100.0
    ))
}

/// What can be done about the most frequent reasons, and where to look.
fn mended(source: &Source, told: Diagnostic, codes: impl Iterator<Item = Code>) -> Diagnostic {
    let mut remedies: Vec<String> = Vec::new();
    for remedy in codes.filter_map(|code| remedy(source, code)) {
        if remedies.len() < MENDED && !remedies.contains(&remedy) {
            remedies.push(remedy);
        }
    }
    let told = remedies.into_iter().fold(told, Diagnostic::hint);
    told.hint(format!("look at them with `throughline list set-aside --source {}`", source.name))
}

/// ``409 have no time (`time-missing`); the first is exports/a.jsonl, line 1187``
fn line(code: Code, reason: &Reason) -> String {
    let (one, many) = phrase(code);
    let phrase = if reason.rows == 1 { one } else { many };
    let the_first = if reason.rows == 1 { "it is" } else { "the first is" };
    let place = match code {
        // The file as a whole is the row.
        Code::FileUnreadable | Code::NotAnExport => reason.first.file.clone(),
        _ => reason.first.to_string(),
    };
    let because = if reason.because.is_empty() { String::new() } else { format!(": {}", reason.because) };
    format!("{} {phrase} (`{}`); {the_first} {place}{because}", figure(reason.rows), code.word())
}

/// What is wrong with one row, and with several.
fn phrase(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::FileUnreadable => ("is a file that cannot be read", "are files that cannot be read"),
        Code::NotAnExport => ("is a web page or an error, and no export", "are web pages or errors, and no exports"),
        Code::FileTruncated => ("is cut off by the end of its file", "are cut off by the end of their files"),
        Code::RowTooLong => ("is too long", "are too long"),
        Code::NulBytes => ("holds a NUL byte", "hold NUL bytes"),
        Code::EncodingUnreadable => ("is no text in its file's encoding", "are no text in their file's encoding"),
        Code::NotJson => ("is not JSON", "are not JSON"),
        Code::JsonTooDeep => ("is nested too deep", "are nested too deep"),
        Code::NotAnObject => ("is JSON, and no object", "are JSON, and no objects"),
        Code::ColumnsMissing => {
            ("stands in a file without a column it needs", "stand in files without a column they need")
        }
        Code::ColumnsCount => ("has too many or too few columns", "have too many or too few columns"),
        Code::QuoteUnclosed => ("has a quote that does not close", "have a quote that does not close"),
        Code::CellsExtra => ("has more cells than its header", "have more cells than their header"),
        Code::DateOrderUndecided => ("has a date in either order", "have dates in either order"),
        Code::DateOrderMixed => {
            ("stands in a file with dates in both orders", "stand in files with dates in both orders")
        }
        Code::IdMissing => ("has no id", "have no id"),
        Code::IdMangled => ("has an id that a spreadsheet rounded", "have ids that a spreadsheet rounded"),
        Code::EventMissing => ("names no event", "name no event"),
        Code::TimeMissing => ("has no time", "have no time"),
        Code::TimeUnreadable => ("has a time that cannot be read", "have times that cannot be read"),
        Code::TimeImplausible => ("has a time before 2000 or in the future", "have times before 2000 or in the future"),
        Code::AccountMissing => ("names no account", "name no account"),
        Code::NumberUnreadable => ("has a number that cannot be read", "have numbers that cannot be read"),
        Code::NumberAmbiguous => ("has a number that may be two", "have numbers that may be two"),
        Code::IntervalUnknown => {
            ("is paid at an interval that is not known", "are paid at intervals that are not known")
        }
        Code::QuoteMissing => ("has no quote", "have no quote"),
        Code::ReleaseDraft => ("is a draft", "are drafts"),
    }
}

/// The keys of a declaration that name columns.
fn keys(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Events => Some("`event`, `time`, `user`, `account` or `id`"),
        Kind::Posthog | Kind::Segment | Kind::Amplitude | Kind::Mixpanel | Kind::Ga4 | Kind::Snowplow => {
            Some("`account` or `time`")
        }
        Kind::Snapshots => Some("`account`, `time` or `gauges`"),
        Kind::Hubspot | Kind::Salesforce | Kind::Crm | Kind::Subscriptions | Kind::Changelog | Kind::Evidence => {
            Some("`columns`")
        }
        Kind::Stripe | Kind::Members => None,
    }
}

/// What can be done about it, where something can.
fn remedy(source: &Source, code: Code) -> Option<String> {
    let table = format!("`[sources.{}]`", source.name);
    Some(match code {
        Code::FileUnreadable | Code::FileTruncated => {
            "copy or export the file again; what is read already is not doubled".to_owned()
        }
        Code::NotAnExport => {
            "open the file and read what it says: often a login had expired; then export it again".to_owned()
        }
        Code::EncodingUnreadable => {
            format!("if the file has another encoding, say so: `encoding = \"windows-1252\"` under {table}")
        }
        Code::ColumnsMissing | Code::IdMissing | Code::EventMissing | Code::TimeMissing | Code::AccountMissing => {
            format!("if it stands under another name, say which: {} under {table}", keys(source.kind)?)
        }
        Code::QuoteUnclosed | Code::CellsExtra => {
            format!("mend those rows in the file, or if cells are cut wrongly set `delimiter` under {table}")
        }
        Code::DateOrderUndecided => format!("say which comes first: `dates = \"dmy\"` (or `\"mdy\"`) under {table}"),
        Code::DateOrderMixed => "two exports were put into one file: export them apart".to_owned(),
        Code::NumberAmbiguous => {
            format!("say which mark is the decimal one: `decimal = \",\"` (or `\".\"`) under {table}")
        }
        Code::IdMangled => "export again, and do not save the file from a spreadsheet".to_owned(),
        Code::TimeImplausible => {
            "rows from the future are read again once their time is near; for the others a clock was wrong".to_owned()
        }
        Code::IntervalUnknown => "tell it as `month`, `year`, `week`, `day`, or `3 months`".to_owned(),
        Code::RowTooLong
        | Code::NulBytes
        | Code::NotJson
        | Code::JsonTooDeep
        | Code::NotAnObject
        | Code::ColumnsCount
        | Code::TimeUnreadable
        | Code::NumberUnreadable
        | Code::QuoteMissing
        | Code::ReleaseDraft => return None,
    })
}
