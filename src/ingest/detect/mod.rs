//! What exports are, told from their content: the kind, where they name accounts, how sure that is and why; and a plan
//! that reads them (`init --from`, and `--events` of ad-hoc questions).

mod accounts;
mod blank;
mod events;
mod identity;
mod kinds;
mod parquet;
mod profile;
mod tables;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::rows::open::{Place, members};
use super::source::Sheet;
use crate::plan::source::Kind;

pub use write::Said;

/// How sure it is what a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// It may be something else.
    Guess,
    /// Little speaks against it.
    Likely,
    /// Nothing else looks like it.
    Sure,
}

impl Certainty {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Guess => "a guess",
            Self::Likely => "likely",
            Self::Sure => "sure",
        }
    }
}

/// What a file was found to be.
#[derive(Debug, Clone)]
pub struct Found {
    /// The file, relative to the workspace; a member of an archive as `a.zip//b.csv`.
    pub file: String,
    /// Its kind; nothing where it is none that is known.
    pub kind: Option<Kind>,
    /// Which table of a CRM it is.
    pub sheet: Sheet,
    /// How sure that is.
    pub certainty: Certainty,
    /// Why, in words.
    pub because: Vec<String>,
    /// Where its rows name their account, where the kind's own paths do not tell.
    pub account: Option<String>,
    /// Why that path, or what speaks against any.
    pub account_because: Option<String>,
    /// Further keys that its source needs, in TOML.
    pub keys: Vec<(String, String)>,
    /// The currencies its rows name.
    pub currencies: Vec<String>,
    /// How many rows were looked at.
    pub rows: u64,
    /// The accounts its rows name, so far as they were looked at.
    accounts: BTreeSet<String>,
    /// The values of each column of a CRM's companies or of billing, so far as they were looked at.
    columns: BTreeMap<String, BTreeSet<String>>,
    place: Place,
}

/// Looks at exports and writes a plan that reads them, with what was found of each.
///
/// `name` is the workspace's, `root` the folder its paths are relative to. Folders stand for the files in them.
///
/// # Errors
/// If a file cannot be opened, or none of them is an export.
pub fn plan_from(name: &str, root: &Path, files: &[PathBuf]) -> Result<(String, Vec<Found>)> {
    let mut found = Vec::new();
    for place in places(root, files)? {
        found.push(look(place)?);
    }
    let said = Said::of(name, root, &found)?;
    Ok((said.text(), found))
}

/// Whether a file is a CRM's table of deals.
///
/// # Errors
/// If it cannot be opened.
pub fn is_deals(path: &Path) -> Result<bool> {
    let name = path.to_string_lossy().into_owned();
    Ok(look(Place { name, path: path.to_owned(), member: None })?.sheet == Sheet::Deals)
}

/// Looks at one file.
fn look(place: Place) -> Result<Found> {
    let profile = profile::of(&place).with_context(|| format!("could not look at {}", place.name))?;
    let told = kinds::told(&profile);
    let account = told.kind.and_then(|kind| accounts::told(kind, &profile));
    let (account, account_because, accounts) =
        account.map_or((None, None, BTreeSet::new()), |told| (told.path, Some(told.because), told.values));
    Ok(Found {
        file: place.name.clone(),
        kind: told.kind,
        sheet: told.sheet,
        certainty: told.certainty,
        because: told.because,
        account,
        account_because,
        columns: identity::columns(told.kind, told.sheet, &profile),
        accounts,
        keys: told.keys,
        currencies: told.kind.map_or_else(Vec::new, |kind| tables::currencies(kind, &profile)),
        rows: profile.rows,
        place,
    })
}

/// The files meant, and the members of archives among them, in order of name.
fn places(root: &Path, files: &[PathBuf]) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    for file in files {
        let walk = walkdir::WalkDir::new(file).follow_links(true).sort_by_file_name();
        let shown = walk
            .into_iter()
            .filter_entry(|entry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.'));
        for entry in shown {
            let entry = entry.with_context(|| format!("could not read {}", file.display()))?;
            if !entry.file_type().is_file() {
                continue;
            }
            let (path, name) = (entry.path().to_owned(), relative(root, entry.path()));
            match members(&path).ok().flatten() {
                Some(inside) => places.extend(inside.into_iter().map(|member| Place {
                    name: format!("{name}//{member}"),
                    path: path.clone(),
                    member: Some(member),
                })),
                None => places.push(Place { name, path, member: None }),
            }
        }
    }
    places.sort();
    places.dedup();
    Ok(places)
}

/// A path as the plan in `root` writes it.
fn relative(root: &Path, path: &Path) -> String {
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (root, path) = (whole(root), whole(path));
    let mut up = 0;
    let told = root.ancestors().find_map(|above| {
        let inside = path.strip_prefix(above).ok();
        up += usize::from(inside.is_none());
        inside.map(Path::to_owned)
    });
    let Some(inside) = told else { return path.to_string_lossy().replace('\\', "/") };
    let inside: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    format!("{}{}", "../".repeat(up), inside.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_the_plan() {
        for (root, path, told) in [
            ("/a/b", "/a/b/c/d.csv", "c/d.csv"),
            ("/a/b", "/a/x/d.csv", "../x/d.csv"),
            ("/a/b", "/d.csv", "../../d.csv"),
        ] {
            assert_eq!(relative(Path::new(root), Path::new(path)), told);
        }
    }
}
