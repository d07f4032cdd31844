//! How a factor becomes columns of numbers: logarithms with a flag, dummies with a reference.

use std::collections::{BTreeMap, BTreeSet};

use super::{Column, Row, units};

/// Levels of fewer units than this are one level, `other`.
const FEWEST_UNITS: usize = 5;
const OTHER: &str = "other";

/// How many units stand under each level; `None` for those without a value.
pub(super) type Levels = BTreeMap<Option<String>, u64>;

/// The logarithms of positive numbers; the rest stand at their mean, with a flag of their own if there are any.
pub(super) fn of_logarithms(numbers: &[Option<f64>]) -> Vec<Column> {
    let logarithms: Vec<Option<f64>> =
        numbers.iter().map(|number| number.filter(|number| *number > 0.0).map(f64::ln)).collect();
    let present: Vec<f64> = logarithms.iter().flatten().copied().collect();
    if present.is_empty() {
        return Vec::new();
    }
    let mean = present.iter().sum::<f64>() / present.len() as f64;
    let values = logarithms.iter().map(|logarithm| logarithm.unwrap_or(mean)).collect();
    let mut columns = vec![Column { name: "log".to_owned(), values }];
    if present.len() < numbers.len() {
        let flags = logarithms.iter().map(|logarithm| f64::from(u8::from(logarithm.is_none()))).collect();
        columns.push(Column { name: "absent".to_owned(), values: flags });
    }
    columns
}

/// A dummy for each level but the reference: the most frequent over all units, a tie going to the first by alphabet.
pub(super) fn of_levels(levels: &[Option<String>], rows: &[Row], common: Option<&Levels>) -> Vec<Column> {
    let rare = rare(levels, rows);
    let shown = |level: &Option<String>| if rare.contains(level) { Some(OTHER.to_owned()) } else { level.clone() };
    let levels: Vec<Option<String>> = levels.iter().map(shown).collect();
    let mut present: BTreeSet<&Option<String>> = levels.iter().collect();
    let reference = reference(&present, common, &levels);
    present.remove(&reference);
    let dummy = |level: &Option<String>| Column {
        name: level.clone().unwrap_or_else(|| "absent".to_owned()),
        values: levels.iter().map(|value| f64::from(u8::from(value == level))).collect(),
    };
    present.into_iter().map(dummy).collect()
}

fn rare(levels: &[Option<String>], rows: &[Row]) -> BTreeSet<Option<String>> {
    let different: BTreeSet<&Option<String>> = levels.iter().collect();
    let few = |level: &&&Option<String>| units(rows, |row| levels[row] == ***level).len() < FEWEST_UNITS;
    different.iter().filter(few).map(|level| (*level).clone()).collect()
}

fn reference(
    present: &BTreeSet<&Option<String>>,
    common: Option<&Levels>,
    levels: &[Option<String>],
) -> Option<String> {
    let in_table = |level: &Option<String>| levels.iter().filter(|value| *value == level).count() as u64;
    let everywhere = |level: &Option<String>| common.and_then(|common| common.get(level)).copied();
    let count = |level: &Option<String>| everywhere(level).unwrap_or_else(|| in_table(level));
    let best = present.iter().map(|level| count(level)).max();
    present.iter().find(|level| Some(count(level)) == best).and_then(|level| (*level).clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: usize) -> Vec<Row> {
        let row = |index: usize| Row {
            unit: format!("u{index:03}"),
            cluster: String::new(),
            due_week: 0,
            renewed: true,
            exposed: true,
            exposed_earlier: true,
            weeks_active: None,
        };
        (0..count).map(row).collect()
    }

    fn levels(parts: &[(Option<&str>, usize)]) -> Vec<Option<String>> {
        let part = |(level, count): &(Option<&str>, usize)| vec![level.map(str::to_owned); *count];
        parts.iter().flat_map(part).collect()
    }

    fn names(columns: &[Column]) -> Vec<&str> {
        columns.iter().map(|column| column.name.as_str()).collect()
    }

    #[test]
    fn absent_numbers_stand_at_the_mean_and_are_flagged() {
        let columns = of_logarithms(&[Some(1.0), None, Some(std::f64::consts::E.powi(2)), Some(0.0)]);
        assert_eq!(columns[0].values, vec![0.0, 1.0, 2.0, 1.0]);
        assert_eq!(columns[1].values, vec![0.0, 1.0, 0.0, 1.0]);
        assert_eq!(names(&of_logarithms(&[Some(2.0)])), vec!["log"]);
        assert!(of_logarithms(&[None, Some(-1.0)]).is_empty());
    }

    #[test]
    fn rare_levels_are_one_and_absence_is_a_level() {
        let values = levels(&[(Some("a"), 9), (Some("b"), 6), (None, 5), (Some("c"), 4), (Some("d"), 1)]);
        assert_eq!(names(&of_levels(&values, &rows(25), None)), vec!["absent", "b", "other"]);
        let constant = levels(&[(Some("a"), 9)]);
        assert!(of_levels(&constant, &rows(9), None).is_empty());
    }

    #[test]
    fn the_reference_is_the_most_frequent_level_of_all_units_not_of_this_table() {
        let values = levels(&[(Some("a"), 9), (Some("b"), 6)]);
        let common = Levels::from([(Some("a".to_owned()), 10), (Some("b".to_owned()), 40)]);
        assert_eq!(names(&of_levels(&values, &rows(15), Some(&common))), vec!["a"]);
        let tied = Levels::from([(Some("a".to_owned()), 10), (Some("b".to_owned()), 10)]);
        assert_eq!(names(&of_levels(&values, &rows(15), Some(&tied))), vec!["b"]);
    }
}
