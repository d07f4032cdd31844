//! Cells as queries hand them over: one text per cell, its values joined in the order asked.

use std::cmp::Ordering;

use super::reading::Cell;

/// Stands between two values of a cell: the unit separator, which no export writes.
const SEPARATOR: char = '\u{1f}';
/// Stands for a missing value.
const MISSING: &str = "\0";

/// One name that cells are split by, with its values in order where they have one (bands).
#[derive(Debug, Clone)]
pub struct Split {
    /// The segment or property.
    pub name: String,
    /// Its values in their order; empty: by code point.
    pub order: Vec<String>,
}

impl Cell {
    /// Reads a cell of a query, whose values stand in the order of the splits.
    pub fn read(splits: &[Split], text: &str) -> Self {
        let values = text.split(SEPARATOR).map(|value| (value != MISSING).then(|| value.to_owned()));
        Self { parts: splits.iter().map(|split| split.name.clone()).zip(values).collect() }
    }

    /// The order of output.md: bands in theirs, else by code point, then `other`, then those without a value.
    pub fn compare(&self, other: &Self, splits: &[Split]) -> Ordering {
        let ranks = |cell: &Self| -> Vec<(usize, usize, String)> {
            cell.parts.iter().zip(splits).map(|((_, value), split)| rank(value.as_deref(), split)).collect()
        };
        ranks(self).cmp(&ranks(other))
    }
}

fn rank(value: Option<&str>, split: &Split) -> (usize, usize, String) {
    match value {
        None => (2, 0, String::new()),
        Some("other") => (1, 0, String::new()),
        Some(value) => {
            let place = split.order.iter().position(|known| known == value).unwrap_or(split.order.len());
            (0, place, value.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_in_their_order_then_other_then_none() {
        let splits = [Split { name: "size".into(), order: vec!["under 50".into(), "50 and over".into()] }];
        let mut cells: Vec<_> = ["\0", "other", "50 and over", "under 50"].map(|text| Cell::read(&splits, text)).into();
        cells.sort_by(|one, other| one.compare(other, &splits));
        let values: Vec<_> = cells.iter().map(|cell| cell.parts[0].1.as_deref()).collect();
        assert_eq!(values, [Some("under 50"), Some("50 and over"), Some("other"), None]);
    }
}
