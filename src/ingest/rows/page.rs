//! Pages of interfaces: an object that holds rows in `results`, `records` or `data`, and errors that came instead.

use super::json::{Json, Shape};

/// Where a page holds its rows.
const ROWS: [&str; 3] = ["results", "records", "data"];
/// What an object with rows in it has, if it is a row itself.
const OF_A_ROW: [&str; 27] = [
    "event",
    "event_name",
    "event_type",
    "name",
    "type",
    "id",
    "uuid",
    "messageId",
    "distinct_id",
    "user",
    "user_id",
    "userId",
    "anonymousId",
    "account",
    "account_id",
    "accountId",
    "instanceId",
    "timestamp",
    "time",
    "date",
    "day",
    "occurred_at",
    "observed_at",
    "created_at",
    "createdAt",
    "email",
    "quote",
];

/// The rows that an object holds in `results`, `records` or `data`, if it is a page rather than a row.
pub(super) fn page<'a>(json: &Json<'a>) -> Option<Json<'a>> {
    if !json.is_beside_lists() {
        return None;
    }
    let list = ROWS.iter().find_map(|name| json.get(name).filter(|list| list.shape() == Shape::List))?;
    let holds_rows = list.items().all(|item| matches!(item.shape(), Shape::Object | Shape::List));
    let holds_none = list.items().next().is_none() && is_error(json);
    (holds_rows && !holds_none && OF_A_ROW.iter().all(|name| json.get(name).is_none())).then_some(list)
}

/// Whether an object tells of an error, as interfaces answer with.
pub fn is_error(json: &Json<'_>) -> bool {
    let told = |name: &str| json.get(name).is_some_and(|value| value.shape() != Shape::Null);
    let failed = json.get("status").is_some_and(|status| status.shape() == Shape::Text && status.raw() == "error");
    let worded = ["code", "errorCode", "documentation_url"].into_iter().any(told);
    failed || told("error") || told("errors") || (told("message") && worded) || (told("detail") && told("type"))
}

/// Where the first row stands in a list whose end is missing, or in a page of an API; nothing where the bytes are neither.
/// An object is a page if a key of its own, not of what is in it, holds the rows, and it is the `first` value of its file.
pub(super) fn list_begun(bytes: &[u8], first: bool) -> Option<usize> {
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let row = |open: usize| bytes[open..].trim_ascii_start().first().filter(|first| **first == b'{').map(|_| open);
    if bytes[start] == b'[' || !first {
        return row(start + 1).filter(|_| bytes[start] == b'[');
    }
    let (mut at, mut depth) = (start, 0_u32);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            b'"' => {
                let end = end_of_text(bytes, at + 1)?;
                let key = (depth == 1).then(|| &bytes[at + 1..end]);
                let behind = bytes[end + 1..].trim_ascii_start().strip_prefix(b":").map(<[u8]>::trim_ascii_start);
                let list = behind.filter(|behind| behind.first() == Some(&b'['));
                let among = |names: &[&str]| names.iter().any(|name| key == Some(name.as_bytes()));
                if behind.is_some() && among(&OF_A_ROW) {
                    return None;
                }
                if let Some(list) = list.filter(|_| among(&ROWS)) {
                    return row(bytes.len() - list.len() + 1);
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Where the quote stands that closes a text.
fn end_of_text(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr2(b'"', b'\\', &bytes[at..])?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        at += 2;
        if at > bytes.len() {
            return None;
        }
    }
}

/// Whether a value may be a page of an API: an object with its rows in `results`, `records` or `data`.
pub(super) fn is_page(bytes: &[u8]) -> bool {
    let held = |name: &[u8]| {
        let behind = memchr::memmem::find(bytes, name).map(|at| bytes[at + name.len()..].trim_ascii_start());
        behind.and_then(|rest| rest.strip_prefix(b":")).is_some_and(|rest| rest.trim_ascii_start().starts_with(b"["))
    };
    bytes.first() == Some(&b'{') && [&b"\"results\""[..], b"\"records\"", b"\"data\""].into_iter().any(held)
}
