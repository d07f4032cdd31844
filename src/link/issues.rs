//! Why a link cannot be tested, in words: one function per code.

use jiff::civil::Date;

use crate::model::evidence::Finding;
use crate::model::ids::{MetricId, OutcomeId};

/// Every code of this stage, with what it means.
pub(super) const CODES: [(&str, &str); 14] = [
    ("design-not-built", "a link to what this version has no test for"),
    ("key-not-built", "a link with a key that this version does not read"),
    ("reached-not-told", "a link from what happens once, of which no one moment tells the first time"),
    ("no-telemetry", "nobody's use is known at all"),
    ("no-result", "a business metric without a result per account"),
    ("no-exposure", "a metric that does not say which accounts had it"),
    ("no-behaviour", "a link from an outcome that names no behaviour"),
    ("no-rows", "no decided renewal is late enough for its use to be known before it"),
    ("survivors-only", "accounts went quiet and none is told to have left: the export holds survivors only"),
    ("leak", "a factor is empty only for the lost: it was exported after they had left"),
    ("smaller-arm", "too few renewals with or without the exposure"),
    ("rarer-outcome", "too few renewals lost, or too few won"),
    ("clusters", "too few customers"),
    ("effective-size", "too few renewals of one group are comparable with the other"),
];

/// A gate or a lint that stands in the way of a test.
#[derive(Debug, Clone, PartialEq)]
pub struct Untestable {
    /// The gate's code.
    pub gate: &'static str,
    /// Why, with the count.
    pub because: String,
}

impl From<Untestable> for Finding {
    fn from(untestable: Untestable) -> Self {
        Self::NotTestable { gate: untestable.gate, because: untestable.because }
    }
}

fn untestable(gate: &'static str, because: String) -> Untestable {
    Untestable { gate, because }
}

pub(super) fn design_not_built(what: &str) -> Untestable {
    untestable(
        "design-not-built",
        format!("this version compares renewals only; the design for {what} is not built yet"),
    )
}

pub(super) fn key_not_built(key: &str) -> Untestable {
    untestable("key-not-built", format!("this version does not read `{key}` of a link yet"))
}

pub(super) fn reached_not_told(metric: &MetricId) -> Untestable {
    untestable("reached-not-told", format!("no one moment tells when each account first reached `{metric}`"))
}

pub(super) fn no_telemetry() -> Untestable {
    untestable("no-telemetry", "no source of events or snapshots has a row yet".to_owned())
}

pub(super) fn no_result(metric: &MetricId) -> Untestable {
    untestable("no-result", format!("`{metric}` has no result per account"))
}

pub(super) fn no_exposure(metric: &MetricId) -> Untestable {
    untestable("no-exposure", format!("`{metric}` does not say which accounts had it"))
}

pub(super) fn no_behaviour(outcome: &OutcomeId) -> Untestable {
    untestable("no-behaviour", format!("outcome `{outcome}` names no behaviour"))
}

pub(super) fn no_rows(decided: u64, weeks: i64, begin: Date) -> Untestable {
    let because = match decided {
        0 => "no renewal is decided yet".to_owned(),
        _ => format!(
            "{decided} renewals are decided, but use must be known for {weeks} weeks before one, and the data on it begin on {begin}"
        ),
    };
    untestable("no-rows", because)
}

pub(super) fn survivors_only(quiet: u64) -> Untestable {
    let because = format!(
        "{quiet} accounts have been quiet for 13 weeks, yet none is told to have ended or lost: an export of survivors only"
    );
    untestable("survivors-only", because)
}

pub(super) fn leak(covariate: &str, rows: u64) -> Untestable {
    let because =
        format!("`{covariate}` is empty or 0 in {rows} rows, all of them lost: it was exported after the fact");
    untestable("leak", because)
}

pub(super) fn smaller_arm(exposed: u64, unexposed: u64, needed: u64) -> Untestable {
    let because =
        format!("{exposed} renewals had the exposure and {unexposed} had not; a comparison needs {needed} of each");
    untestable("smaller-arm", because)
}

pub(super) fn rarer_outcome(rows: u64, lost: u64, needed: u64) -> Untestable {
    let because =
        format!("{rows} renewals were due and {lost} were lost; a comparison needs {needed} of the rarer kind");
    untestable("rarer-outcome", because)
}

pub(super) fn few_clusters(clusters: u64, needed: u64) -> Untestable {
    untestable("clusters", format!("the renewals are those of {clusters} customers; a comparison needs {needed}"))
}

pub(super) fn too_different(effective: f64, needed: f64) -> Untestable {
    let because = format!(
        "the groups are too different: only {effective:.0} comparable renewals in one of them; a comparison needs {needed:.0}"
    );
    untestable("effective-size", because)
}
