//! What is in the data: which events there are and whether they stopped, and what their properties hold.

use anyhow::Result;

use crate::engine::{Engine, Frame};
use crate::model::column::Value;

/// Beyond so many rows properties are told from a part of them.
const LOOKED_AT: u64 = 1_000_000;

/// Which events there are: `source, event_name, events, users, accounts, first_seen, last_seen, days_seen, stopped`; the
/// most frequent first.
///
/// # Errors
/// If the engine refuses.
pub fn events(engine: &dyn Engine) -> Result<Frame> {
    engine.query("select * from events_seen() order by events desc, source, event_name", &[])
}

/// What their properties hold: `source, event_name, property, events, distinct_values, types, top_values` (the `top` most
/// frequent), the last also as a list in JSON, `top_values_json`. In a large lake one of so many rows is looked at, always the same ones; the second value says of how many one.
///
/// # Errors
/// If the engine refuses.
pub fn properties(engine: &dyn Engine, top: u32) -> Result<(Frame, u64)> {
    let rows = engine.query("select count(*) as rows from lake_events", &[])?.count("rows", 0);
    let every = (rows / LOOKED_AT).max(1);
    let parameters = [Value::Long(i64::try_from(every).unwrap_or(i64::MAX)), Value::Long(i64::from(top))];
    let query = "select * from event_properties(?, ?) order by source, event_name, events desc, property";
    Ok((engine.query(query, &parameters)?, every))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::engine::{DuckDb, Limits, queries};
    use crate::model::column::Type;
    use crate::model::period::plus_days;

    /// An engine whose lake holds these events: name, day (counted from 2026-01-01), user and properties.
    fn engine(events: &[(&str, i64, i64, &str)]) -> DuckDb {
        let columns = [
            ("source", Type::Text),
            ("event_name", Type::Text),
            ("local_day", Type::Day),
            ("user_no", Type::Int),
            ("account_no", Type::Int),
            ("properties", Type::Text),
            ("content_hash", Type::Long),
        ];
        let row = |(index, (name, day, user, properties)): (usize, &(&str, i64, i64, &str))| {
            let text = |text: &str| if text.is_empty() { Value::Null } else { Value::Text(text.to_owned()) };
            let day = Value::Day(plus_days(date(2026, 1, 1), *day));
            let hash = Value::Long(i64::try_from(index).unwrap());
            vec![text("app"), text(name), day, Value::Long(*user), Value::Null, text(properties), hash]
        };
        let rows: Vec<_> = events.iter().enumerate().map(row).collect();
        let engine = DuckDb::open(&Limits::default()).unwrap();
        engine.relation("lake_events", &columns, &rows).unwrap();
        engine.load(queries::SEEN).unwrap();
        engine
    }

    #[test]
    fn an_event_that_is_silent_for_longer_than_ever_has_stopped() {
        let mut rows: Vec<(&str, i64, i64, &str)> = Vec::new();
        rows.extend((0..60).map(|day| ("daily", day, day % 3, "")));
        rows.extend((0..30).map(|day| ("ended", day, 1, "")));
        rows.extend((0..6).map(|step| ("monthly, and again soon", step * 9, 1, "")));
        rows.extend([("rare", 0, 1, ""), ("rare", 1, 1, "")]);
        let seen = events(&engine(&rows)).unwrap();
        let told: Vec<_> = (0..seen.rows())
            .map(|row| (seen.text("event_name", row).unwrap(), seen.count("events", row), seen.flag("stopped", row)))
            .collect();
        let told: Vec<_> = told.iter().map(|(name, events, stopped)| (name.as_str(), *events, *stopped)).collect();
        assert_eq!(
            told,
            [("daily", 60, false), ("ended", 30, true), ("monthly, and again soon", 6, false), ("rare", 2, false)]
        );
        assert_eq!((seen.count("users", 0), seen.count("accounts", 0)), (3, 0));
        assert_eq!(
            (seen.day("first_seen", 1), seen.day("last_seen", 1)),
            (Some(date(2026, 1, 1)), Some(date(2026, 1, 30)))
        );
    }

    #[test]
    fn properties_are_told_with_their_types_and_most_frequent_values() {
        let engine = engine(&[
            ("deployed", 0, 1, r#"{"stage":"production","seconds":41.5,"a.b":null}"#),
            ("deployed", 0, 1, r#"{"stage":"test","seconds":"n/a"}"#),
            ("deployed", 0, 1, r#"{"stage":"test","tags":["x"],"ok":true}"#),
            ("deployed", 0, 1, ""),
        ]);
        let (seen, every) = properties(&engine, 1).unwrap();
        assert_eq!(every, 1);
        let told: Vec<_> = (0..seen.rows())
            .map(|row| {
                let text = |column| seen.text(column, row).unwrap_or_default();
                format!("{} {} {} {}", text("property"), seen.count("events", row), text("types"), text("top_values"))
            })
            .collect();
        assert_eq!(
            told,
            ["stage 3 text test", "seconds 2 number, text 41.5", "ok 1 boolean true", "tags 1 list [\"x\"]"]
        );
    }
}
