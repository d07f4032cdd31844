//! Which files a source has today, and which of them were read before.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use anyhow::{Context, Result};
use unicode_normalization::UnicodeNormalization;

use super::rows::open::{Place, edges_hash, hash, members};
use crate::plan::globs::{Matched, expand, is_member};

/// The files that patterns name, in order of name; members of archives one by one. An archive that is broken stands for
/// itself.
pub(super) fn places(root: &Path, patterns: &[String]) -> Vec<Place> {
    let mut places = BTreeMap::new();
    for matched in expand(root, patterns) {
        let name = named(root, &matched.path);
        for place in within(&name, &matched) {
            places.insert(place.name.clone(), place);
        }
    }
    places.into_values().collect()
}

fn within(name: &str, matched: &Matched) -> Vec<Place> {
    let whole = Place { name: name.to_owned(), path: matched.path.clone(), member: None };
    match members(&matched.path) {
        Ok(Some(members)) => members
            .into_iter()
            .filter(|member| matched.member.as_ref().is_none_or(|wanted| is_member(wanted, member)))
            .map(|member| Place { name: format!("{name}//{member}"), member: Some(member), ..whole.clone() })
            .collect(),
        Ok(None) if matched.member.is_some() => Vec::new(),
        Ok(None) | Err(_) => vec![whole],
    }
}

/// The name of a file: relative to the workspace, `/` between folders, composed characters.
fn named(root: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(root).unwrap_or(path);
    let absolute = if inside.is_absolute() { "/" } else { "" };
    let parts = inside.components().filter_map(|part| match part {
        Component::Normal(part) => Some(part.to_string_lossy()),
        Component::ParentDir => Some("..".into()),
        Component::Prefix(_) | Component::RootDir | Component::CurDir => None,
    });
    format!("{absolute}{}", parts.collect::<Vec<_>>().join("/")).nfc().collect()
}

/// A row of `files`: what is known of a file that was read.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    pub(super) source: String,
    pub(super) path: String,
    pub(super) file_no: i32,
    pub(super) facts: Facts,
    pub(super) declaration: String,
    pub(super) day: Option<jiff::civil::Date>,
    pub(super) read: u64,
    pub(super) accepted: u64,
    pub(super) duplicate: u64,
    pub(super) set_aside: u64,
    pub(super) reasons: BTreeMap<String, u64>,
    pub(super) verdicts: Verdicts,
    pub(super) first_day: Option<jiff::civil::Date>,
    pub(super) last_day: Option<jiff::civil::Date>,
    pub(super) batch: i64,
}

impl Known {
    /// The zone in which the days of its rows were cut; nothing where they have none.
    pub(super) fn zone(&self) -> Option<&str> {
        self.verdicts.0.get("zone")?.as_str()
    }
}

/// What the bytes of a file are known by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) length: u64,
    pub(super) modified_us: i64,
    pub(super) edges: String,
    pub(super) hash: String,
}

/// What was decided over a whole file, and what its rows showed: kept as JSON in `files.verdicts`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Verdicts(pub(super) serde_json::Map<String, serde_json::Value>);

impl Verdicts {
    pub(super) fn long(&self, key: &str) -> Option<i64> {
        self.0.get(key)?.as_i64()
    }
}

/// What is to be done with a file.
#[derive(Debug, Clone)]
pub(super) enum Task {
    /// Nothing: it was read, and is as it was.
    Skip(Known),
    /// Nothing but to know it by its new path.
    Moved(Known),
    /// It was never read.
    New,
    /// It has more lines than when it was read.
    Grown(Known),
    /// It has changed: its rows are compared with those it gave.
    Changed(Known),
    /// It is declared otherwise: its rows are replaced.
    Redeclared(Known),
}

/// What files are compared with.
pub(super) struct Before<'a> {
    pub(super) known: &'a BTreeMap<String, Known>,
    pub(super) present: &'a [Place],
    pub(super) declaration: &'a str,
    pub(super) now_us: i64,
}

impl Before<'_> {
    /// What is to be done with a file, and its facts (the full hash only where it was needed).
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn task(&self, place: &Place) -> Result<(Task, Facts)> {
        let mut facts = facts(&place.path)?;
        let Some(known) = self.known.get(&place.name) else {
            facts.hash = hash(&place.path, facts.length)?;
            return Ok((self.moved(place, &facts).map_or(Task::New, Task::Moved), facts));
        };
        let known = known.clone();
        let same_edges = known.facts.length == facts.length && known.facts.edges == facts.edges;
        if known.declaration != self.declaration {
            facts.hash = hash(&place.path, facts.length)?;
            return Ok((Task::Redeclared(known), facts));
        }
        if self.is_due(&known) {
            facts.hash = hash(&place.path, facts.length)?;
            return Ok((Task::Changed(known), facts));
        }
        if same_edges && known.facts.modified_us == facts.modified_us {
            facts.hash.clone_from(&known.facts.hash);
            return Ok((Task::Skip(known), facts));
        }
        facts.hash = hash(&place.path, facts.length)?;
        if same_edges && facts.hash == known.facts.hash {
            return Ok((Task::Skip(known), facts));
        }
        let resumable = known.verdicts.long("offset").is_some() && facts.length > known.facts.length;
        let grown = resumable && hash(&place.path, known.facts.length)? == known.facts.hash;
        Ok((if grown { Task::Grown(known) } else { Task::Changed(known) }, facts))
    }

    /// Whether a row was set aside for a time that is no longer too far ahead.
    fn is_due(&self, known: &Known) -> bool {
        let due = |future_us: i64| future_us <= self.now_us.saturating_add(super::events::AHEAD_US);
        known.verdicts.long("future_us").is_some_and(due)
    }

    /// The file of the same bytes that is no longer where it was.
    fn moved(&self, place: &Place, facts: &Facts) -> Option<Known> {
        let member = |path: &str| path.split_once("//").map(|(_, member)| member.to_owned());
        let gone = |known: &&Known| !self.present.iter().any(|present| present.name == known.path);
        let same = |known: &&Known| {
            known.facts.hash == facts.hash
                && known.declaration == self.declaration
                && member(&known.path) == place.member
        };
        self.known.values().filter(same).find(gone).cloned()
    }
}

fn facts(path: &Path) -> Result<Facts> {
    let about = std::fs::metadata(path).with_context(|| format!("could not read {}", path.display()))?;
    let modified = about.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let modified_us = modified.map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(0));
    Ok(Facts { length: about.len(), modified_us, edges: edges_hash(path)?, hash: String::new() })
}
