//! What is said when a question cannot be answered as it was asked. One function per code.

use anyhow::{Error, anyhow};

/// A name to split by or filter on that is neither a segment nor a property the events are known to have.
pub(super) fn by_unknown(name: &str, known: &[&str]) -> Error {
    let near = known.iter().filter(|id| strsim::damerau_levenshtein(id, name) <= 2).min();
    let hint = near.map_or_else(
        || format!("the segments are {}", if known.is_empty() { "none".to_owned() } else { known.join(", ") }),
        |id| format!("did you mean `{id}`?"),
    );
    anyhow!("error[by-unknown]: `{name}` is no segment and no property of the metric's events\n  hint: {hint}")
}

/// A split by a property where no events are counted.
pub(super) fn by_refused(name: &str, kind: &str) -> Error {
    anyhow!(
        "error[by-refused]: `{kind}` cannot be split by `{name}`, a property of events\n  \
         because: it counts actors that exist, also those without an event\n  hint: split it by a segment"
    )
}

/// More names than a split can hold.
pub(super) fn by_too_many(count: usize, most: usize) -> Error {
    anyhow!("error[by-too-many]: {count} names to split by or filter on; {most} are possible")
}

/// A key whose meaning is not built yet.
pub(super) fn not_built(metric: &str, key: &str, because: &str) -> Error {
    anyhow!("error[not-built]: metric `{metric}` uses `{key}`, which cannot be computed yet\n  because: {because}")
}
