//! A figure as it is printed, and the mark beside it.

use serde::Serialize;

use super::numbers::{self, Style};
use super::xmr::{Mark, Standing};
use crate::model::reading::Reading;
use crate::stats::xmr::Side;

/// A number with everything needed to doubt it, and as it is printed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Figure {
    /// The number.
    pub value: Option<f64>,
    /// Its denominator.
    pub eligible: Option<u64>,
    /// Its numerator.
    pub counted: Option<u64>,
    /// The lower end of its interval.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// Whether its last window had closed.
    pub settled: bool,
    /// As printed.
    pub text: String,
    /// Why there is none, or what to know of it.
    pub note: Option<String>,
    /// Whether it is printed as counts: too few for a share.
    #[serde(skip)]
    pub is_counts: bool,
}

impl Figure {
    /// A reading as it stands in tables; under `min_n` as counts.
    pub fn of(reading: &Reading, style: &Style, min_n: u32) -> Self {
        let share = reading.share;
        let small = share.is_some_and(|share| share.eligible < u64::from(min_n));
        let text = match (reading.value, share) {
            (None, _) => "n/a".to_owned(),
            (Some(_), Some(share)) if small => format!("{} of {}", share.counted, share.eligible),
            (Some(value), _) => style.level(value),
        };
        Self {
            value: reading.value,
            eligible: share.map(|share| share.eligible),
            counted: share.map(|share| share.counted),
            low: share.and_then(|share| share.interval).map(|interval| interval.0),
            high: share.and_then(|share| share.interval).map(|interval| interval.1),
            settled: reading.settled,
            text,
            is_counts: small && reading.value.is_some(),
            note: reading.segment_assumed.then(|| "by a segment value from before its first known version".to_owned()),
        }
    }

    /// The counts behind a reading; nothing where its figure is those already.
    pub fn counts(&self, reading: &Reading, style: &Style) -> Option<String> {
        numbers::counts(reading, style).filter(|_| !self.is_counts)
    }

    /// No figure, and why.
    pub fn none(why: impl Into<String>) -> Self {
        Self { text: "n/a".to_owned(), note: Some(why.into()), ..Self::default() }
    }
}

/// A mark as it stands beside a figure.
#[derive(Debug, Clone, Serialize)]
pub struct Letter {
    /// `H` above, `L` below, `·` ordinary; nothing where it is not judged.
    pub letter: &'static str,
    /// `better`, `worse`, `none` (no direction), `ordinary`, `unjudged`.
    pub tone: &'static str,
    /// For those who cannot see it.
    pub words: &'static str,
}

impl Letter {
    /// Within what is ordinary.
    pub(super) const ORDINARY: Self = Self { letter: "·", tone: "ordinary", words: "ordinary" };
    /// Without limits there is nothing to say.
    pub(super) const UNJUDGED: Self = Self { letter: "", tone: "unjudged", words: "not judged" };

    /// The mark of what a last point says.
    pub(super) fn of(standing: &Standing) -> Self {
        let letter = if standing.side == Side::Above { "H" } else { "L" };
        let (tone, words) = match standing.mark {
            Mark::Worse => ("worse", "special, worse"),
            Mark::Better => ("better", "special, better"),
            Mark::NoDirection => ("none", "special, no direction"),
        };
        Self { letter, tone, words }
    }
}
