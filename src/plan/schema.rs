//! The plan's JSON Schema, for editors: made from the same statements that read it.

use serde_json::{Map, Value};

use super::file::File;
use super::file::read::Read;

/// The schema as text, for `throughline schema`.
pub fn json() -> String {
    let mut schema = Map::new();
    schema.insert("$schema".into(), "http://json-schema.org/draft-07/schema#".into());
    schema.insert("title".into(), "throughline.toml".into());
    if let Value::Object(whole) = File::schema() {
        schema.extend(whole);
    }
    let mut text = serde_json::to_string_pretty(&Value::Object(schema)).expect("a schema is made of text and lists");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::plan::file;
    use crate::plan::problems::Problems;

    /// Values that the schema allows, as TOML; `extra` is added to every table.
    fn sample(schema: &Value, extra: &str) -> Vec<String> {
        if let Some(choices) = schema.get("anyOf").and_then(Value::as_array) {
            return choices.iter().flat_map(|choice| sample(choice, extra)).collect();
        }
        if let Some(words) = schema.get("enum").and_then(Value::as_array) {
            return words.iter().map(ToString::to_string).collect();
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("string") => vec![text(schema)],
            Some("boolean") => vec!["true".into()],
            Some("integer") => vec!["3".into()],
            Some("number") => vec!["0.5".into()],
            Some("array") => sample(&schema["items"], extra).into_iter().map(|item| format!("[{item}]")).collect(),
            Some("object") => table(schema, extra),
            _ => vec!["1".into()],
        }
    }

    fn text(schema: &Value) -> String {
        let pattern = schema.get("pattern").and_then(Value::as_str).unwrap_or("");
        let text = match pattern {
            "" if schema.get("format").is_some() => "2026-07-01",
            "" => "x",
            _ if pattern.contains("(s|m|h") => "28d",
            _ if pattern.contains("bracket") => "bracket 1-4",
            _ if pattern.contains("entry") => "step 2",
            _ => "A_TOKEN",
        };
        format!("{text:?}")
    }

    /// A table with every key, once for each way to write one of its values.
    fn table(schema: &Value, extra: &str) -> Vec<String> {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            let names = ["2026-07-01"].iter();
            return names
                .flat_map(|name| {
                    sample(&schema["additionalProperties"], extra)
                        .into_iter()
                        .map(move |value| format!("{{ {name:?} = {value} }}"))
                })
                .collect();
        };
        let ways: Vec<(&String, Vec<String>)> = properties.iter().map(|(key, of)| (key, sample(of, extra))).collect();
        let most = ways.iter().map(|(_, ways)| ways.len()).max().unwrap_or(1);
        (0..most)
            .map(|way| {
                let keys: Vec<String> =
                    ways.iter().map(|(key, ways)| format!("{key} = {}", ways[way.min(ways.len() - 1)])).collect();
                format!("{{ {}{extra} }}", keys.join(", "))
            })
            .collect()
    }

    /// Plans with every key of the schema, in every way to write it.
    fn plans(extra: &str) -> Vec<String> {
        let schema = File::schema();
        let properties = schema["properties"].as_object().unwrap();
        let sections: Vec<(&String, Vec<String>)> =
            properties.iter().map(|(key, of)| (key, sample(of, extra))).collect();
        let most = sections.iter().map(|(_, ways)| ways.len()).max().unwrap();
        (0..most)
            .map(|way| {
                sections.iter().map(|(key, ways)| format!("{key} = {}\n", ways[way.min(ways.len() - 1)])).collect()
            })
            .collect()
    }

    fn told(text: &str) -> Vec<String> {
        let mut problems = Problems::none();
        file::read(text, &mut problems);
        problems
            .told(text, |_| true)
            .0
            .into_iter()
            .map(|problem| format!("{}: {}", problem.code, problem.what))
            .collect()
    }

    #[test]
    fn every_key_of_the_schema_is_read() {
        let plans = plans("");
        assert!(plans.len() > 10, "every way to write a value is tried");
        for plan in plans {
            assert_eq!(told(&plan), Vec::<String>::new(), "{plan}");
        }
    }

    #[test]
    fn no_table_takes_a_key_that_is_not_in_the_schema() {
        for plan in plans(", zzz = 1") {
            let told = told(&plan);
            let named = told
                .iter()
                .filter(|problem| problem.starts_with("unknown-key: ") && problem.ends_with("`zzz`"))
                .count();
            assert!(named >= 20, "{told:?}");
        }
    }

    #[test]
    fn the_schema_offers_no_target_to_a_business_metric() {
        let schema: Value = serde_json::from_str(&json()).unwrap();
        let keys = &schema["properties"]["business"]["items"]["properties"];
        assert_eq!(keys["target"], json!(null));
        assert_eq!(keys["goal"]["type"], json!("object"));
        assert_eq!(schema["properties"]["workspace"]["required"], json!(["name", "timezone"]));
    }
}
