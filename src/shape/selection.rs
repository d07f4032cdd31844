//! A signal's `where` as SQL: the only SQL that Rust composes. Names and texts of a plan enter it through [`quoted`] alone.
//!
//! A test on a property that is missing is null, and so fails however it is negated; only `is null` holds of it.

use crate::plan::Matches;
use crate::plan::Signal;
use crate::plan::filter::{Comparison, Filter, Literal, Name};

/// A text as an SQL literal. A character of no meaning in a text (NUL) becomes what reading makes of it.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\0', "\u{fffd}").replace('\'', "''"))
}

/// A name as an SQL identifier.
pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('\0', "\u{fffd}").replace('"', "\"\""))
}

/// The JSON pointer to a key of that very name.
pub(super) fn pointer(name: &str) -> String {
    format!("/{}", escaped(name))
}

/// The JSON value at a path: a key of that very name first, then nested keys.
pub(super) fn property(name: &str) -> String {
    let flat = format!("json_extract(properties, {})", quoted(&pointer(name)));
    if !name.contains('.') {
        return flat;
    }
    let nested: String = name.split('.').map(|part| format!("/{}", escaped(part))).collect();
    format!("coalesce({flat}, json_extract(properties, {}))", quoted(&nested))
}

/// A property as the text that a breakdown or a count of different values knows it by.
pub(super) fn property_text(name: &str) -> String {
    format!("property_text({})", property(name))
}

/// What the names of a test stand for, as SQL.
pub(super) trait Subject {
    /// A test of one name against literals.
    fn compare(&self, name: &Name, comparison: Comparison, literal: &Literal) -> String;
    /// A test of one name against a pattern.
    fn like(&self, name: &Name, pattern: &str, any_case: bool) -> String;
    /// Whether a name has no value.
    fn is_null(&self, name: &Name) -> String;
    /// Whether a signal has been done.
    fn has(&self, name: &Name) -> String;
}

/// A whole test as SQL.
pub(super) fn test(filter: &Filter, subject: &dyn Subject) -> String {
    let all = |filters: &[Filter], word: &str| {
        let parts: Vec<_> = filters.iter().map(|filter| test(filter, subject)).collect();
        format!("({})", parts.join(word))
    };
    match filter {
        Filter::And(filters) => all(filters, " and "),
        Filter::Or(filters) => all(filters, " or "),
        Filter::Not(inner) => format!("(not {})", test(inner, subject)),
        Filter::Compare { name, comparison, literal } => subject.compare(name, *comparison, literal),
        Filter::In { name, literals } => {
            let parts: Vec<_> =
                literals.iter().map(|literal| subject.compare(name, Comparison::Equal, literal)).collect();
            format!("({})", parts.join(" or "))
        }
        Filter::Between { name, low, high } => format!(
            "({} and {})",
            subject.compare(name, Comparison::GreaterOrEqual, low),
            subject.compare(name, Comparison::LessOrEqual, high)
        ),
        Filter::Like { name, pattern, any_case } => subject.like(name, pattern, *any_case),
        Filter::IsNull(name) => subject.is_null(name),
        Filter::Has(name) => subject.has(name),
    }
}

/// The properties of an event, in the column `properties`.
pub(super) struct Properties;

impl Subject for Properties {
    fn compare(&self, name: &Name, comparison: Comparison, literal: &Literal) -> String {
        let value = property(plain(name));
        let one = |value: &str, comparison| scalar(value, comparison, literal);
        let any =
            format!("len(list_filter(json_elements({value}), lambda one: {})) > 0", one("one", Comparison::Equal));
        let list = match comparison {
            Comparison::Equal => any,
            Comparison::NotEqual => format!("not {any}"),
            Comparison::Less | Comparison::LessOrEqual | Comparison::Greater | Comparison::GreaterOrEqual => {
                "false".to_owned()
            }
        };
        format!(
            "(case coalesce(json_type({value}), 'NULL') when 'NULL' then null when 'ARRAY' then {list} else {} end)",
            one(&value, comparison)
        )
    }

    fn like(&self, name: &Name, pattern: &str, any_case: bool) -> String {
        let value = property(plain(name));
        let word = like_word(any_case);
        format!(
            "(case coalesce(json_type({value}), 'NULL') when 'NULL' then null \
             when 'VARCHAR' then json_text({value}) {word} {} else false end)",
            quoted(pattern)
        )
    }

    fn is_null(&self, name: &Name) -> String {
        format!("(coalesce(json_type({}), 'NULL') = 'NULL')", property(plain(name)))
    }

    fn has(&self, _: &Name) -> String {
        "false".to_owned()
    }
}

/// A reading of a gauge, in the column `value`.
pub(super) struct Reading;

impl Subject for Reading {
    fn compare(&self, name: &Name, comparison: Comparison, literal: &Literal) -> String {
        let number = match literal {
            Literal::Number(digits) => Some(digits.clone()),
            Literal::Text(text) => number(text),
            Literal::Bool(flag) => Some(u8::from(*flag).to_string()),
        };
        match (plain(name), number) {
            ("value", Some(number)) => format!("(value {} cast({} as double))", sign(comparison), quoted(&number)),
            ("value", None) => "false".to_owned(),
            _ => "cast(null as boolean)".to_owned(),
        }
    }

    fn like(&self, _: &Name, _: &str, _: bool) -> String {
        "false".to_owned()
    }

    fn is_null(&self, name: &Name) -> String {
        (plain(name) != "value").to_string()
    }

    fn has(&self, _: &Name) -> String {
        "false".to_owned()
    }
}

/// Attributes of an account: a column of text per name, found by the caller.
pub(super) struct Attributes<'a> {
    /// The column that holds a segment or a label.
    pub(super) column: &'a dyn Fn(&Name) -> String,
    /// The test that a signal has been done.
    pub(super) done: &'a dyn Fn(&Name) -> String,
}

impl Subject for Attributes<'_> {
    fn compare(&self, name: &Name, comparison: Comparison, literal: &Literal) -> String {
        let column = (self.column)(name);
        let sign = sign(comparison);
        match literal {
            Literal::Text(text) => format!("({column} {sign} {})", quoted(text)),
            Literal::Number(digits) => format!(
                "(case when {column} is not null then coalesce(text_number({column}) {sign} cast({} as double), false) end)",
                quoted(digits)
            ),
            Literal::Bool(flag) => format!(
                "(case when {column} is not null then lower({column}) in ('true', 'false') \
                 and lower({column}) {sign} '{flag}' end)"
            ),
        }
    }

    fn like(&self, name: &Name, pattern: &str, any_case: bool) -> String {
        format!("({} {} {})", (self.column)(name), like_word(any_case), quoted(pattern))
    }

    fn is_null(&self, name: &Name) -> String {
        format!("({} is null)", (self.column)(name))
    }

    fn has(&self, name: &Name) -> String {
        (self.done)(name)
    }
}

/// The condition under which an event matches a signal, over the columns `event_name` and `properties`; nothing for a gauge.
pub(super) fn event_test(signal: &Signal) -> Option<String> {
    let named = match &signal.matches {
        Matches::AnyEvent => "true".to_owned(),
        Matches::Events(names) => format!("event_name in ({})", name_list(names)),
        Matches::Gauge(_) => return None,
    };
    let Some(filter) = &signal.filter else { return Some(named) };
    // `case` evaluates the test of properties for these events only; `and` would for all.
    Some(format!("case when {named} then coalesce({}, false) else false end", test(filter, &Properties)))
}

/// Event names as a list of literals.
pub(super) fn name_list(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

/// One JSON value that is no list against a literal.
fn scalar(value: &str, comparison: Comparison, literal: &Literal) -> String {
    let sign = sign(comparison);
    let as_number = |digits: &str| format!("json_number({value}) {sign} cast({} as double)", quoted(digits));
    match literal {
        Literal::Number(digits) => format!("coalesce({}, false)", as_number(digits)),
        Literal::Text(text) => {
            let text_test = format!("when 'VARCHAR' then json_text({value}) {sign} {}", quoted(text));
            let other =
                number(text).map_or("false".to_owned(), |digits| format!("coalesce({}, false)", as_number(&digits)));
            format!("(case json_type({value}) {text_test} when 'BOOLEAN' then false else {other} end)")
        }
        Literal::Bool(flag) => format!(
            "(case json_type({value}) when 'BOOLEAN' then json_text({value}) {sign} '{flag}' \
             when 'VARCHAR' then lower(json_text({value})) in ('true', 'false') \
             and lower(json_text({value})) {sign} '{flag}' else false end)"
        ),
    }
}

/// The text as digits, where it is a number.
fn number(text: &str) -> Option<String> {
    let text = text.trim();
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    (plain && text.parse::<f64>().is_ok()).then(|| text.to_owned())
}

fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "=",
        Comparison::NotEqual => "<>",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

fn like_word(any_case: bool) -> &'static str {
    if any_case { "ilike" } else { "like" }
}

/// The name of a property; a CRM label has no meaning here, and `check` has refused it.
fn plain(name: &Name) -> &str {
    match name {
        Name::Plain(name) | Name::Crm(name) => name,
    }
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use anyhow::Result;

    use super::*;
    use crate::engine::{DuckDb, Engine, Limits, queries};
    use crate::plan::filter::parse;

    /// Which of some events pass a test.
    fn passing(text: &str, properties: &[&str]) -> Result<Vec<bool>> {
        let engine = DuckDb::open(&Limits::default())?;
        engine.load(&queries::SHAPE[..1])?;
        let filter = parse(text).map_err(|error| anyhow::anyhow!("{text}: {error:?}"))?;
        let sql =
            format!("select coalesce({}, false) as passes from (select ? as properties)", test(&filter, &Properties));
        properties.iter().map(|json| Ok(engine.query(&sql, &[(*json).into()])?.flag("passes", 0))).collect()
    }

    fn check(text: &str, expected: &[(&str, bool)]) -> Result<()> {
        let (properties, wanted): (Vec<_>, Vec<_>) = expected.iter().copied().unzip();
        assert_eq!(passing(text, &properties)?, wanted, "{text} on {properties:?}");
        Ok(())
    }

    #[test]
    fn a_missing_property_fails_every_test_but_is_null() -> Result<()> {
        for text in ["a = 'x'", "a <> 'x'", "a < 5", "not a = 'x'", "a not in ('x')", "a like '%'", "a between 1 and 2"]
        {
            check(text, &[("{}", false), (r#"{"a":null}"#, false), (r#"{"b":"x"}"#, false)])?;
        }
        check("a is null", &[("{}", true), (r#"{"a":null}"#, true), (r#"{"a":""}"#, false)])?;
        check("a is not null", &[("{}", false), (r#"{"a":0}"#, true)])?;
        check("a = 'x' or b = 'y'", &[(r#"{"b":"y"}"#, true)])
    }

    #[test]
    fn text_and_numbers_compare_as_numbers_where_the_text_is_one() -> Result<()> {
        let (zero, word) = (r#"{"a":"0"}"#, r#"{"a":"zero"}"#);
        check("a = 0", &[(zero, true), (r#"{"a":0.0}"#, true), (word, false), (r#"{"a":true}"#, false)])?;
        check("a = '0'", &[(r#"{"a":0}"#, true), (zero, true), (word, false)])?;
        check("a > 9", &[(r#"{"a":"10"}"#, true), (r#"{"a":10}"#, true), (r#"{"a":"nan"}"#, false)])?;
        check("a > 9", &[(r#"{"a":"inf"}"#, false), (r#"{"a":" 1e3 "}"#, true)])?;
        check("a <> 5", &[(r#"{"a":"x"}"#, false), (r#"{"a":6}"#, true)])?;
        check("a = true", &[(r#"{"a":true}"#, true), (r#"{"a":"True"}"#, true), (r#"{"a":1}"#, false)])
    }

    #[test]
    fn a_list_equals_what_any_of_its_elements_equals() -> Result<()> {
        check("a = 'x'", &[(r#"{"a":["y","x"]}"#, true), (r#"{"a":["y"]}"#, false), (r#"{"a":[]}"#, false)])?;
        check("a in ('x', 3)", &[(r#"{"a":[3]}"#, true), (r#"{"a":["[x]"]}"#, false)])?;
        check("a <> 'x'", &[(r#"{"a":["y"]}"#, true), (r#"{"a":["x","y"]}"#, false)])?;
        check("a > 1", &[(r#"{"a":[2]}"#, false)])
    }

    #[test]
    fn a_path_is_a_key_of_that_very_name_before_nested_keys() -> Result<()> {
        let nested = [(r#"{"a":{"b":1}}"#, true), (r#"{"a":{"b":2}}"#, false)];
        check("a.b = 1", &[&[(r#"{"a.b":1,"a":{"b":2}}"#, true)], &nested[..]].concat())?;
        check(r#""a/b~c" = 1"#, &[(r#"{"a/b~c":1}"#, true), (r#"{"a":{"b~c":1}}"#, false)])
    }

    #[test]
    fn hostile_texts_stay_texts() -> Result<()> {
        check("a = 'it''s'", &[(r#"{"a":"it's"}"#, true)])?;
        check("a = '''; drop table x; --'", &[(r#"{"a":"'; drop table x; --"}"#, true), (r#"{"a":"x"}"#, false)])?;
        check(r#""'; --" = 'x'"#, &[(r#"{"'; --":"x"}"#, true)])?;
        check(r"a = '\\'", &[(r#"{"a":"\\\\"}"#, true)])?;
        check("a = '$[0]'", &[(r#"{"a":"$[0]"}"#, true)])?;
        assert_eq!(quoted("a\0'b"), "'a\u{fffd}''b'");
        assert_eq!(identifier("a\"b"), "\"a\"\"b\"");
        Ok(())
    }

    #[test]
    fn patterns_know_their_case() -> Result<()> {
        check(
            "a like 'Pro%'",
            &[(r#"{"a":"Production"}"#, true), (r#"{"a":"production"}"#, false), (r#"{"a":5}"#, false)],
        )?;
        check("a ilike 'PRO_'", &[(r#"{"a":"prod"}"#, true), (r#"{"a":"pro"}"#, false)])
    }
}
