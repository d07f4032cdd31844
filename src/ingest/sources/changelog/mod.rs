//! Releases, told apart by content: a table, a changelog in Markdown, GitHub's releases, or pages with front matter.

mod front;
mod keep;

use jiff::civil::Date;

use super::crm::{needed, text, time};
use crate::ingest::rows::times::{self, How};
use crate::ingest::rows::{Code, Problem};
use crate::ingest::source::{About, Column, Holds, Layout, Passage, Record, Records, Rows, Sheet};
use crate::ingest::tables::Cells;

/// Kind `changelog`.
pub(super) struct Changelog;

impl Layout for Changelog {
    fn rows(&self) -> Rows {
        Rows::Records(&Changelog)
    }
}

impl Records for Changelog {
    fn columns(&self, _sheet: Sheet) -> &'static [Column] {
        COLUMNS
    }

    fn record(&self, cells: &Cells<'_>, _about: &About<'_>) -> Result<Option<Record>, Problem> {
        let github = cells.text("tag");
        if github.is_some() && cells.field("draft").and_then(|draft| draft.flag()) == Some(true) {
            return Err(Problem::new(Code::ReleaseDraft, "it is a draft, which nobody has seen"));
        }
        let day = cells.day(if github.is_some() { "published" } else { "released_on" });
        let id = if github.is_some() { github } else { cells.id("id")? };
        let id = id.ok_or(Code::IdMissing)?;
        Ok(Some(Record::Release {
            title: cells.text("title").or_else(|| Some(id.clone())),
            id,
            released_on: day?.ok_or(Code::TimeMissing)?,
            lane: cells.text("lane"),
            outcome: cells.text("outcome"),
            url: cells.text("url"),
        }))
    }

    fn text(&self, text: &str, about: &About<'_>) -> Option<Vec<Passage>> {
        if !is_prose(text, about.file) {
            return None;
        }
        let headings = keep::headings(text);
        match page(text, about) {
            // What a site's generator puts in front of a changelog dates no release.
            Some(page) if headings.is_empty() || page.as_ref().is_some_and(is_dated) => {
                Some(page.into_iter().collect())
            }
            Some(_) | None => Some(headings.into_iter().map(|heading| passage(heading, about)).collect()),
        }
    }
}

const COLUMNS: &[Column] = &[
    needed("id", &["id", "release_id"]),
    Column { ours: "released_on", labels: &["released_on", "released", "date"], holds: Holds::Time, needed: true },
    text("title", &["title", "name"]),
    text("lane", &["lane"]),
    text("outcome", &["outcome"]),
    text("url", &["html_url", "url"]),
    text("tag", &["tag_name"]),
    text("draft", &["draft"]),
    time("published", &["published_at"]),
];

/// Whether a text is prose rather than JSON or a table: by its name, or by how it begins.
fn is_prose(text: &str, file: &str) -> bool {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file).to_lowercase();
    if [".md", ".markdown", ".mdx", ".rst"].iter().any(|ending| name.ends_with(ending)) {
        return true;
    }
    let start = text.trim_start_matches('\u{feff}').trim_start();
    !name.ends_with(".csv") && (start.starts_with("# ") || start.starts_with("## ") || start.starts_with("---\n"))
}

/// What tells that a page is of releases.
pub(super) fn releases_in(text: &str) -> Option<&'static str> {
    let front = front::front_matter(text.trim_start_matches('\u{feff}'));
    if front.is_some_and(|keys| keys.contains_key("title") || keys.contains_key("date")) {
        return Some("it is a page in Markdown with a title and a date in front");
    }
    (!keep::headings(text).is_empty()).then_some("it is in Markdown, and its headings name versions")
}

/// A page with front matter: nothing if it has none, nothing within if it tells of no release.
fn page(text: &str, about: &About<'_>) -> Option<Option<Passage>> {
    let keys = front::front_matter(text.trim_start_matches('\u{feff}'))?;
    let name = about.file.rsplit(['/', '\\']).next().unwrap_or(about.file);
    let id = name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned();
    let (title, date) = (keys.get("title").cloned(), keys.get("date"));
    if title.is_none() && date.is_none() {
        return Some(None);
    }
    let record = day(date.map(String::as_str), about).map(|released_on| Record::Release {
        title: title.or_else(|| Some(id.clone())),
        id,
        released_on,
        lane: keys.get("lane").cloned(),
        outcome: keys.get("outcome").cloned(),
        url: keys.get("url").cloned(),
    });
    let end = text.char_indices().nth(2000).map_or(text.len(), |(end, _)| end);
    Some(Some(Passage { line: 1, offset: 0, raw: text[..end].to_owned(), record }))
}

fn is_dated(page: &Passage) -> bool {
    !matches!(&page.record, Err(problem) if problem.code == Code::TimeMissing)
}

/// A version heading as a row.
fn passage(heading: keep::Heading, about: &About<'_>) -> Passage {
    let record = day(heading.day.as_deref(), about).map(|released_on| Record::Release {
        id: heading.version,
        title: Some(heading.title),
        released_on,
        lane: None,
        outcome: None,
        url: heading.url,
    });
    Passage { line: heading.line, offset: heading.offset as u64, raw: heading.raw, record }
}

/// The day a release is dated: as written, or with an offset the one it falls on in the reporting zone.
fn day(written: Option<&str>, about: &About<'_>) -> Result<Date, Problem> {
    let written = written.ok_or_else(|| Problem::new(Code::TimeMissing, "no day stands beside it"))?;
    let how = How { zone: about.source.timezone.clone(), order: about.source.dates, wall_clock: false };
    let told = times::read(written, &how)?;
    Ok(told.day.unwrap_or_else(|| about.plan.workspace.calendar.day(told.us)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_told_from_tables_and_json() {
        for (file, text, prose) in [
            ("CHANGELOG.md", "[![badge](x)](y)\n## 1.0.0", true),
            ("changes.txt", "# Changes\n", true),
            ("page", "---\ntitle: x\n---\n", true),
            ("changelog.csv", "# id,released_on\n", false),
            ("releases.json", "[{}]", false),
            ("releases", "id,released_on,title\n", false),
        ] {
            assert_eq!(is_prose(text, file), prose, "{file}");
        }
    }
}
