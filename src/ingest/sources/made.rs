//! Properties that a kind puts together itself, as JSON text.

use std::borrow::Cow;

use crate::ingest::rows::json;
use crate::ingest::source::Properties;

/// An object of keys and values that are JSON already; of equal keys the last. Nothing, where there are none.
pub(super) fn object<'a, 'k>(entries: impl Iterator<Item = (Cow<'k, str>, String)>) -> Properties<'a> {
    let entries: indexmap::IndexMap<_, _> = entries.collect();
    if entries.is_empty() { Properties::None } else { Properties::Text(written(&entries)) }
}

/// An object as JSON text.
pub(super) fn written(entries: &indexmap::IndexMap<Cow<'_, str>, String>) -> String {
    json::object(entries.iter(), |value, out| out.push_str(value))
}

/// A text as JSON.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    json::quote(text, &mut out);
    out
}
