//! Google Analytics 4: the event export in BigQuery, taken out as JSON lines or Parquet.

use super::made;
use crate::ingest::rows::{Json, Row, Shape};
use crate::ingest::source::{Clock, Event, Kept, Layout, Properties, Rows, Telemetry};

/// Kind `ga4`.
pub(super) struct Ga4;

impl Layout for Ga4 {
    fn rows(&self) -> Rows {
        Rows::Events(&TELEMETRY)
    }
}

static TELEMETRY: Telemetry = Telemetry {
    event: &["event_name"],
    time: &["event_timestamp"],
    user: &["user_id", "user_pseudo_id"],
    account: &[],
    id: &[],
    properties: &["event_params"],
    kept: Kept::Properties,
    opened: None,
    clock: Clock::Written,
    tell,
};

/// Parameters are a list of keys and values; a row with pseudo id and user is a link.
fn tell<'a>(row: &Row<'a>, event: &mut Event<'a>) {
    let parameters = row.json().and_then(|row| row.get("event_params")).or(row.properties());
    if let Some(parameters) = parameters.filter(|parameters| parameters.shape() == Shape::List) {
        event.properties = object(parameters);
    }
    let text = |name| row.column(name).and_then(|field| field.text());
    event.links.extend(text("user_pseudo_id").zip(text("user_id")));
}

/// A list of `{key, value: {string_value, int_value, …}}` as an object; integers that BigQuery wrote as text are numbers again.
fn object<'a>(parameters: Json<'a>) -> Properties<'a> {
    made::object(parameters.items().filter_map(|parameter| {
        let key = parameter.get("key").filter(|key| key.shape() == Shape::Text)?.string();
        Some((key, value(parameter.get("value")?)?))
    }))
}

fn value(value: Json<'_>) -> Option<String> {
    let told = |name| value.get(name).filter(|value| value.shape() != Shape::Null);
    if let Some(text) = told("string_value") {
        return Some(made::quoted(&text.string()));
    }
    let number = ["int_value", "float_value", "double_value"].into_iter().find_map(told)?;
    let digits = number.string();
    Some(if is_number(&digits) { digits.into_owned() } else { made::quoted(&digits) })
}

/// Whether a text is a number as JSON writes it.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.starts_with('0') || digits == "0" || digits.starts_with("0.");
    plain
        && digits.starts_with(|c: char| c.is_ascii_digit())
        && serde_json::from_str::<serde_json::Number>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::rows::json::Tape;

    fn check(parameters: &str, expected: Option<&str>) {
        let mut tape = Tape::default();
        tape.lay(parameters).unwrap();
        let told = match object(tape.json(parameters)) {
            Properties::Text(text) => Some(text),
            Properties::None | Properties::Object(..) => None,
        };
        assert_eq!(told.as_deref(), expected);
    }

    #[test]
    fn parameters_become_an_object() {
        check(
            r#"[{"key":"ga_session_id","value":{"int_value":"1772439300"}},{"key":"stage","value":{"string_value":"pro\"d"}},
                {"key":"seconds","value":{"string_value":null,"int_value":null,"double_value":41.5}}]"#,
            Some(r#"{"ga_session_id":1772439300,"stage":"pro\"d","seconds":41.5}"#),
        );
        check(r#"[{"key":"empty","value":{}},{"value":{"int_value":"1"}},7]"#, None);
        check(r#"[{"key":"odd","value":{"int_value":"007"}}]"#, Some(r#"{"odd":"007"}"#));
        check("[]", None);
    }
}
