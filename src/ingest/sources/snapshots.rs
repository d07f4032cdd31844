//! Snapshots: readings of gauges, wide or long (inputs.md 6); the reading itself is in `ingest::readings`.

use crate::ingest::source::{Layout, Rows};

/// Kind `snapshots`.
pub(super) struct Snapshots;

impl Layout for Snapshots {
    fn rows(&self) -> Rows {
        Rows::Readings
    }
}
