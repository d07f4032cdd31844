//! What is said when a question cannot be answered as it was asked. One function per code.

use anyhow::Error;

use crate::diag::{Diagnostic, nearest};

/// Every code of this stage, with what it means.
pub fn codes() -> Vec<(&'static str, &'static str)> {
    vec![
        ("by-unknown", "a name to split by that is neither a segment nor a property of the metric's events"),
        ("by-refused", "a property to split by, where no events are counted"),
        ("by-too-many", "more names to split by or filter on than a question can hold"),
        ("not-built", "a key of a metric that this version knows and does not compute yet"),
    ]
}

/// A name to split by or filter on that is neither a segment nor a property the events are known to have.
pub(super) fn by_unknown(name: &str, known: &[&str]) -> Error {
    let problem =
        Diagnostic::error("by-unknown", format!("`{name}` is no segment and no property of the metric's events"));
    let problem = match nearest(name, known.iter().copied()) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None if known.is_empty() => problem.because("the plan has no segments"),
        None => problem.because(format!("the segments are {}", known.join(", "))),
    };
    problem.hint("properties of events are in `throughline events NAME`").into()
}

/// A split by a property where no events are counted.
pub(super) fn by_refused(name: &str, kind: &str, segments: &[&str]) -> Error {
    let problem =
        Diagnostic::error("by-refused", format!("`{kind}` cannot be split by `{name}`, a property of events"))
            .because("it counts actors that exist, also those without an event");
    match nearest(name, segments.iter().copied()) {
        Some(near) => problem.hint(format!("did you mean the segment `{near}`?")).into(),
        None => problem.hint("split it by a segment").into(),
    }
}

/// More names than a split can hold.
pub(super) fn by_too_many(count: usize, most: usize) -> Error {
    Diagnostic::error("by-too-many", format!("{count} names to split by or filter on; {most} are possible"))
        .hint("leave some out, or ask twice")
        .into()
}

/// A key whose meaning is not built yet.
pub(super) fn not_built(metric: &str, key: &str, because: &str) -> Error {
    Diagnostic::error("not-built", format!("metric `{metric}` uses `{key}`, which cannot be computed yet"))
        .because(because)
        .hint(format!("until then, leave `{key}` out"))
        .into()
}
