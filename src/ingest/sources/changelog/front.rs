//! A page with front matter: between two lines `---`, a title and a date. One page, one release, named after its file.

use std::collections::BTreeMap;

/// The keys of a page's front matter; nothing where it has none.
///
/// Only flat `key: value` lines are read, with the quotes of YAML; lists and nested keys are passed over.
pub(super) fn front_matter(text: &str) -> Option<BTreeMap<String, String>> {
    let lines = super::keep::lines(text);
    let mut lines = lines.iter().map(|(_, line)| *line);
    if lines.next()?.trim_end() != "---" {
        return None;
    }
    let mut keys = BTreeMap::new();
    for line in lines {
        if matches!(line.trim_end(), "---" | "...") {
            return Some(keys);
        }
        let Some((key, value)) = line.split_once(':') else { continue };
        let flat = !key.starts_with([' ', '\t', '-', '#']) && (value.is_empty() || value.starts_with([' ', '\t']));
        if flat && let Some(value) = scalar(value.trim()) {
            keys.insert(key.trim().trim_matches(['"', '\'']).to_lowercase(), value);
        }
    }
    None
}

/// A scalar of YAML as text; nothing where it is empty, null, or no scalar.
fn scalar(value: &str) -> Option<String> {
    let text = match value.chars().next()? {
        '"' => double_quoted(&value[1..])?,
        '\'' => single_quoted(&value[1..])?,
        '[' | '{' | '|' | '>' | '#' => return None,
        _ => value.split_once(" #").map_or(value, |(value, _)| value).trim().to_owned(),
    };
    (!text.is_empty() && !matches!(text.as_str(), "null" | "~")).then_some(text)
}

fn double_quoted(rest: &str) -> Option<String> {
    let mut text = String::new();
    let mut characters = rest.chars();
    loop {
        match characters.next()? {
            '"' => return Some(text),
            '\\' => match characters.next()? {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                other => text.push(other),
            },
            other => text.push(other),
        }
    }
}

fn single_quoted(rest: &str) -> Option<String> {
    let mut text = String::new();
    let mut characters = rest.chars().peekable();
    loop {
        match characters.next()? {
            '\'' if characters.peek() == Some(&'\'') => {
                characters.next();
                text.push('\'');
            }
            '\'' => return Some(text),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&[(&str, &str)]>) {
        let keys = front_matter(text);
        let told = keys.as_ref().map(|keys| keys.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect::<Vec<_>>());
        assert_eq!(told.as_deref(), expected, "{text}");
    }

    #[test]
    fn keys_are_read_with_the_quotes_of_yaml() {
        check(
            "---\ntitle: \"High: now\" # said\ndate: 2026-03-05\ntags:\n  - x: y\n---\ntitle: no\n",
            Some(&[("date", "2026-03-05"), ("title", "High: now")]),
        );
        check(
            "---\r\ntitle: 'It''s here'\r\ndate: 2026-03-05 12:00:00.0 # noon\r\n---",
            Some(&[("date", "2026-03-05 12:00:00.0"), ("title", "It's here")]),
        );
        check(
            "---\ntitle: a \\ \"b\"\nurl: https://a.example/x\nlane: ~\n---",
            Some(&[("title", "a \\ \"b\""), ("url", "https://a.example/x")]),
        );
        check("---\nauthors: [\"a\"]\n---\n", Some(&[]));
    }

    #[test]
    fn a_rule_in_the_text_is_no_front_matter() {
        check("# Title\n---\ntitle: x\n---\n", None);
        check("---\ntitle: x\nnever closed", None);
        check("", None);
    }
}
