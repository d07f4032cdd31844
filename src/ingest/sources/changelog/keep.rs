//! A changelog in Markdown: a heading per version, with its day (keepachangelog.com 1.1.0, and what people make of it).

use std::collections::BTreeMap;

/// A version heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    /// The line it stands on, from 1.
    pub(super) line: u64,
    /// Where that line begins.
    pub(super) offset: usize,
    /// Its text, as it stands.
    pub(super) raw: String,
    /// The version as written, which is the id.
    pub(super) version: String,
    /// What is shown: the version, what is said behind it, `(yanked)`.
    pub(super) title: String,
    /// The day as written, where there is one.
    pub(super) day: Option<String>,
    /// From the heading's link, or the link reference of that name.
    pub(super) url: Option<String>,
}

/// The version headings of a page, in its order; `[Unreleased]` is none.
pub(super) fn headings(text: &str) -> Vec<Heading> {
    let lines = lines(text);
    let references = references(&lines);
    let mut found = Vec::new();
    let mut fence = None;
    for (index, (offset, line)) in lines.iter().enumerate() {
        if fenced(&mut fence, line) {
            continue;
        }
        let Some(heading) = heading(line, lines.get(index + 1).map(|(_, next)| *next)) else { continue };
        let Some(version) = version(heading) else { continue };
        if version.name.eq_ignore_ascii_case("unreleased") {
            continue;
        }
        let reference = version.reference.unwrap_or_else(|| version.name.to_lowercase());
        let url = version.url.or_else(|| references.get(&reference).cloned());
        found.push(Heading {
            line: index as u64 + 1,
            offset: *offset,
            raw: (*line).to_owned(),
            title: title(&version.name, &version.behind, version.yanked),
            version: version.name,
            day: version.day,
            url,
        });
    }
    found
}

/// Whether a line stands inside a block of code, or opens or closes one.
fn fenced(fence: &mut Option<&'static str>, line: &str) -> bool {
    let mark = ["```", "~~~"].into_iter().find(|mark| line.trim_start().starts_with(mark));
    match (*fence, mark) {
        (None, Some(mark)) => *fence = Some(mark),
        (Some(open), Some(mark)) if open == mark => *fence = None,
        (None, None) => return false,
        _ => {}
    }
    true
}

/// The text of a heading: `## text`, or a line underlined with `===` or `---`.
fn heading<'a>(line: &'a str, next: Option<&str>) -> Option<&'a str> {
    let marks = line.bytes().take_while(|byte| *byte == b'#').count();
    if (1..=6).contains(&marks) && line[marks..].starts_with([' ', '\t']) {
        return Some(line[marks..].trim().trim_end_matches('#').trim());
    }
    let under = next?.trim_end();
    let underlined = under.len() >= 3 && (under.bytes().all(|b| b == b'=') || under.bytes().all(|b| b == b'-'));
    (underlined && !line.trim().is_empty()).then(|| line.trim())
}

/// A heading taken apart.
#[derive(Default)]
struct Version {
    name: String,
    url: Option<String>,
    /// The link reference that it names instead of its own.
    reference: Option<String>,
    day: Option<String>,
    behind: String,
    yanked: bool,
}

/// Takes a heading apart; nothing where it names no version.
fn version(heading: &str) -> Option<Version> {
    let mut version = Version::default();
    let rest = match heading.strip_prefix('[') {
        Some(bracketed) => {
            let (name, rest) = bracketed.split_once(']')?;
            name.trim().clone_into(&mut version.name);
            linked(&mut version, rest)
        }
        None => {
            let end = heading
                .find(|c: char| c.is_whitespace() || matches!(c, ':' | '(' | '/' | ','))
                .unwrap_or(heading.len());
            heading[..end].clone_into(&mut version.name);
            &heading[end..]
        }
    };
    behind(&mut version, rest);
    if version.day.is_none() && looks_like_day(&version.name) {
        version.day = Some(version.name.clone());
    }
    // A number alone is a year or a count, and words in brackets a link, unless a day stands behind them.
    let dated = version.day.is_some() && (heading.starts_with('[') || looks_like_version(&version.name));
    let counts = version.name.bytes().all(|byte| byte.is_ascii_digit());
    let named = version.name.eq_ignore_ascii_case("unreleased") || (looks_like_version(&version.name) && !counts);
    (!version.name.is_empty() && (named || dated)).then_some(version)
}

/// Takes the link off that follows a bracket: `(url)` or `[reference]`.
fn linked<'a>(version: &mut Version, rest: &'a str) -> &'a str {
    if let Some((url, rest)) = rest.strip_prefix('(').and_then(|link| link.split_once(')')) {
        version.url = url.split_whitespace().next().map(str::to_owned);
        return rest;
    }
    let Some((reference, rest)) = rest.strip_prefix('[').and_then(|reference| reference.split_once(']')) else {
        return rest;
    };
    version.reference = Some(reference.trim().to_lowercase()).filter(|reference| !reference.is_empty());
    rest
}

/// Reads what stands behind the version: the day, `[YANKED]`, and words.
fn behind(version: &mut Version, rest: &str) {
    let mut words = Vec::new();
    for word in rest.split_whitespace() {
        let bare = word.trim_matches(|c: char| matches!(c, '(' | ')' | '[' | ']' | '*' | '_' | ',' | ':'));
        if bare.eq_ignore_ascii_case("yanked") {
            version.yanked = true;
        } else if version.day.is_none() && looks_like_day(bare) {
            version.day = Some(bare.to_owned());
        } else if !matches!(word, "-" | "–" | "—" | "/" | "|" | ":" | "·") {
            words.push(word);
        }
    }
    let joined = words.join(" ");
    joined.trim_start_matches([':', '-', '–', ' ']).clone_into(&mut version.behind);
    if version.day.is_none() {
        version.day = day_in_words(&version.behind).inspect(|_| version.behind.clear());
    }
}

/// A version begins with a digit, perhaps after `v`, and has a point in it, or is a number alone.
fn looks_like_version(name: &str) -> bool {
    let name = name.trim_start_matches(['v', 'V']);
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    let behind = name[digits..].trim_start_matches(['.', '-', '+', '_']);
    // `1. Breaking changes` is an item of a list.
    digits > 0 && (name.len() == digits || (behind.len() < name.len() - digits && !behind.is_empty()))
}

/// `2026-03-05`, `2026/03/05`, `2026.03.05`, `05.03.2026`, with a time behind it perhaps.
fn looks_like_day(word: &str) -> bool {
    let parts: Vec<_> = word.split('T').next().unwrap_or(word).split(['-', '/', '.']).collect();
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.len() == 3 && parts.iter().all(digits) && (parts[0].len() == 4 || parts[2].len() == 4)
}

/// `March 5, 2026`, `5 March 2026` and the like, where the words are nothing else.
fn day_in_words(words: &str) -> Option<String> {
    let words = words.trim_matches(['(', ')']);
    let parts: Vec<_> = words.split([' ', ',']).filter(|part| !part.is_empty()).collect();
    let month = |part: &&str| {
        let lower = part.to_lowercase();
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
            .iter()
            .any(|month| lower.starts_with(month))
    };
    let year = |part: &&&str| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = parts.len() == 3 && parts.iter().filter(year).count() == 1 && parts.iter().any(month);
    fits.then(|| words.to_owned())
}

fn title(version: &str, behind: &str, yanked: bool) -> String {
    let mut title = version.to_owned();
    if !behind.is_empty() {
        title = format!("{title}: {behind}");
    }
    if yanked { format!("{title} (yanked)") } else { title }
}

/// Link references, `[name]: url`, by name without case.
fn references(lines: &[(usize, &str)]) -> BTreeMap<String, String> {
    let reference = |line: &str| {
        let (name, url) = line.trim_start().strip_prefix('[')?.split_once("]:")?;
        let url = url.split_whitespace().next()?.trim_matches(['<', '>']);
        Some((name.trim().to_lowercase(), url.to_owned()))
    };
    lines.iter().rev().filter_map(|(_, line)| reference(line)).collect()
}

/// The lines of a text with the byte each begins at; they end with LF, CRLF or CR.
pub(super) fn lines(text: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let end = text[start..].find(['\n', '\r']).map_or(text.len(), |at| start + at);
        lines.push((start, &text[start..end]));
        start = end + if text[end..].starts_with("\r\n") { 2 } else { 1 };
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<(&str, &str, Option<&str>, Option<&str>)>) {
        let found = headings(line);
        let told = found.first().map(|h| (&*h.version, &*h.title, h.day.as_deref(), h.url.as_deref()));
        assert_eq!(told, expected, "{line}");
    }

    #[test]
    fn headings_are_read_in_the_ways_people_write_them() {
        check("## [1.2.0] - 2026-03-05", Some(("1.2.0", "1.2.0", Some("2026-03-05"), None)));
        check("## 1.9.0 - 2025-12-31", Some(("1.9.0", "1.9.0", Some("2025-12-31"), None)));
        check("# v2.0 (2026-03-05)", Some(("v2.0", "v2.0", Some("2026-03-05"), None)));
        check("### 1.2.0 / 2026-03-05 ###", Some(("1.2.0", "1.2.0", Some("2026-03-05"), None)));
        check("1.2.0 / 2026-03-05\n===", Some(("1.2.0", "1.2.0", Some("2026-03-05"), None)));
        check("## [2.0.1] - 2026-02-11 [YANKED]", Some(("2.0.1", "2.0.1 (yanked)", Some("2026-02-11"), None)));
        check(
            "## [x](https://a.example/x) (2026-03-05)",
            Some(("x", "x", Some("2026-03-05"), Some("https://a.example/x"))),
        );
        check("#### 2.33.2: Release", Some(("2.33.2", "2.33.2: Release", None, None)));
        check("## 1.4.0 — March 5, 2026", Some(("1.4.0", "1.4.0", Some("March 5, 2026"), None)));
        check("## 2026-03-05", Some(("2026-03-05", "2026-03-05", Some("2026-03-05"), None)));
        check("## [1.2.0][] - 2026-03-05", Some(("1.2.0", "1.2.0", Some("2026-03-05"), None)));
        check("## 12 (2026-03-05)", Some(("12", "12", Some("2026-03-05"), None)));
        check("## [1.0.0-rc.1+7] - 2026-03-05", Some(("1.0.0-rc.1+7", "1.0.0-rc.1+7", Some("2026-03-05"), None)));
    }

    #[test]
    fn what_names_no_version_is_no_release() {
        for line in [
            "## [Unreleased]",
            "## Unreleased",
            "### Added",
            "# Changelog",
            "## [How it began]",
            "##1.2.0 - 2026-03-05",
            "## 5th of March",
            "## 2026",
            "#",
            "## [",
            "```\n## [1.2.0] - 2026-03-05\n```",
            "Text\n---",
        ] {
            check(line, None);
        }
    }

    #[test]
    fn links_come_from_references_and_positions_from_lines() {
        let text = "# Log\r\n\r\n## [1.0.0] - 2026-01-02\r\n\r\n[1.0.0]: https://a.example/1 \"title\"\r\n";
        let heading = &headings(text)[0];
        assert_eq!((heading.line, heading.offset), (3, 9));
        assert_eq!(heading.url.as_deref(), Some("https://a.example/1"));
    }
}
