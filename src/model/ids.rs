//! Names of things in a plan: each its own type, so that one cannot stand where another is meant.

use std::fmt;

macro_rules! name {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $type(String);

        impl $type {
            /// Takes the name as the plan writes it.
            pub fn new(name: impl Into<String>) -> Self {
                Self(name.into())
            }

            /// The name as the plan writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(/// A source of rows, `[sources.<name>]`.
    SourceName);
name!(/// A signal, `[signals.<id>]`: a name for "this happened".
    SignalId);
name!(/// A segment, `[segments]`: an attribute that accounts are grouped by.
    SegmentId);
name!(/// One of the company's own aims, `[[objective]]`.
    ObjectiveId);
name!(/// A product area, `[[lane]]`.
    LaneId);
name!(/// A change in customer behaviour, `[[outcome]]`.
    OutcomeId);
name!(/// A traction or business metric, `[[traction]]` or `[[business]]`.
    MetricId);
