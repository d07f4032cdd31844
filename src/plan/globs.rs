//! Patterns of file names: what a source's files are, and which paths of a plan lead nowhere.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use walkdir::{DirEntry, WalkDir};

use super::file::read::{At, entries, named};
use super::file::values::OneOrMany;
use super::file::{self, File};
use super::problems::Problems;
use super::{Plan, issues};
use crate::diag::{Diagnostic, Severity};
use crate::model::ids::SourceName;

/// A file that a pattern matches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Matched {
    /// The file.
    pub path: PathBuf,
    /// Where the pattern goes on inside an archive (`a.zip//b*.csv`): the pattern of its members.
    pub member: Option<String>,
}

/// The files that any of the patterns match, each once, in the order of their names' bytes.
///
/// Patterns are relative to `root`. `*` stays within a folder, `**` does not, `{a,b}` is either; names that begin with a
/// dot are matched only by patterns that write the dot, so that neither our own folder nor a system's files are rows.
pub fn expand(root: &Path, patterns: &[String]) -> Vec<Matched> {
    let mut found: Vec<Matched> = patterns.iter().flat_map(|pattern| matches(root, pattern)).collect();
    found.sort_by(|one, other| {
        let bytes = |matched: &Matched| matched.path.as_os_str().as_encoded_bytes().to_vec();
        bytes(one).cmp(&bytes(other)).then_with(|| one.member.cmp(&other.member))
    });
    found.dedup();
    found
}

/// Warns of each path and pattern of the plan that leads nowhere, in the order of the file.
pub fn check_files(plan: &Plan) -> Vec<Diagnostic> {
    let mut problems = Problems::none();
    let Some(file) = file::read(&plan.text, &mut problems) else { return Vec::new() };
    let mut problems = Problems::none();
    for (label, pattern) in paths(&file, false) {
        if expand(&plan.root, std::slice::from_ref(&pattern.value)).is_empty() {
            problems.push(&pattern.span, issues::files_not_found(&label, &pattern.value));
        }
        if leaves(&pattern.value) {
            problems.push(&pattern.span, issues::path_outside(&label, &pattern.value));
        }
    }
    problems.told(&plan.text, |_| true).0
}

/// Whether the plan of this text, beside it in `root`, names the file: an export, or one that somebody keeps by hand.
pub fn names(text: &str, root: &Path, path: &Path) -> bool {
    let Some(file) = file::read(text, &mut Problems::none()) else { return false };
    let is_it = |matched: &Matched| matched.path.canonicalize().is_ok_and(|matched| matched == path);
    let decisions = file.sync.as_ref().and_then(|sync| sync.value.decisions.clone());
    let decisions = decisions.map_or_else(|| "decisions.toml".to_owned(), |decisions| decisions.value);
    let mut patterns = paths(&file, true).into_iter().map(|(_, pattern)| pattern.value).chain([decisions]);
    patterns.any(|pattern| expand(root, &[pattern]).iter().any(is_it))
}

/// Each pattern of a source that matches no file, as an error, with the source it belongs to; those that may be absent are
/// not asked.
pub fn missing_sources(plan: &Plan) -> Vec<(SourceName, Diagnostic)> {
    let Some(file) = file::read(&plan.text, &mut Problems::none()) else { return Vec::new() };
    let mut missing = Vec::new();
    for (name, source) in named(&file.sources) {
        if source.value.optional.as_ref().is_some_and(|optional| optional.value) {
            continue;
        }
        let globs = [&source.value.files, &source.value.companies, &source.value.deals, &source.value.subscriptions];
        for pattern in globs.into_iter().flat_map(listed) {
            if expand(&plan.root, std::slice::from_ref(&pattern.value)).is_empty() {
                let mut problems = Problems::none();
                let told = issues::files_not_found(&format!("source `{}`", name.value), &pattern.value);
                problems.push(&pattern.span, Diagnostic { severity: Severity::Error, ..told });
                let told = problems.told(&plan.text, |_| true).0;
                missing.extend(told.into_iter().map(|problem| (SourceName::new(&name.value), problem)));
            }
        }
    }
    missing
}

/// Whether a path leads out of the folder it is relative to.
fn leaves(path: &str) -> bool {
    let mut depth = 0;
    Path::new(path).is_absolute()
        || path.split('/').any(|part| {
            depth += match part {
                ".." => -1,
                "" | "." => 0,
                _ => 1,
            };
            depth < 0
        })
}

/// Whether a pattern can be read; why not.
pub(super) fn readable(pattern: &str) -> Result<(), String> {
    let (outside, member) = split_member(pattern);
    let inside = member.map_or(Ok(()), |member| glob(member).map(|_| ()));
    glob(outside).map(|_| ()).and(inside).map_err(|error| error.kind().to_string())
}

/// Whether a name inside an archive is one of those a pattern asks for.
pub fn is_member(pattern: &str, name: &str) -> bool {
    glob(pattern).is_ok_and(|matcher| matcher.is_match(name))
}

fn glob(pattern: &str) -> Result<GlobMatcher, globset::Error> {
    GlobBuilder::new(pattern).literal_separator(true).build().map(|glob| glob.compile_matcher())
}

/// `exports/WE_*.ZIP//Account.csv` names members of archives.
fn split_member(pattern: &str) -> (&str, Option<&str>) {
    pattern.split_once("//").map_or((pattern, None), |(outside, member)| (outside, Some(member)))
}

fn matches(root: &Path, pattern: &str) -> Vec<Matched> {
    let (outside, member) = split_member(pattern);
    let member = member.map(str::to_string);
    let (folder, rest) = literal_folder(outside.strip_prefix("./").unwrap_or(outside));
    let base = root.join(folder);
    if !has_wildcard(rest) {
        let path = base.join(rest);
        // A link to nothing is a file that cannot be opened, and who opens it says so.
        return if path.is_file() || path.is_symlink() { vec![Matched { path, member }] } else { Vec::new() };
    }
    let Ok(matcher) = glob(rest) else { return Vec::new() };
    let dotted = rest.split('/').any(|part| part.starts_with('.'));
    WalkDir::new(&base)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || dotted || !is_hidden(entry))
        .filter_map(file_of)
        .filter(|path| path.is_dir() || path.strip_prefix(&base).is_ok_and(|inside| matcher.is_match(inside)))
        .map(|path| Matched { path, member: member.clone() })
        .collect()
}

/// The path of a file; also of a link to nothing, which cannot be opened, and who opens it says so.
fn file_of(entry: walkdir::Result<DirEntry>) -> Option<PathBuf> {
    match entry {
        Ok(entry) => entry.file_type().is_file().then(|| entry.into_path()),
        Err(problem) => {
            // A link to nothing, and the pattern's own folder where it cannot be looked into, are told by who opens them.
            let is_denied = |error: &std::io::Error| error.kind() == std::io::ErrorKind::PermissionDenied;
            let is_closed = problem.depth() == 0 && problem.io_error().is_some_and(is_denied);
            problem.path().filter(|path| is_closed || (path.is_symlink() && !path.exists())).map(Path::to_path_buf)
        }
    }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().first() == Some(&b'.')
}

/// The folders before the first wildcard, and the rest.
fn literal_folder(pattern: &str) -> (&str, &str) {
    let end = pattern.find(['*', '?', '[', '{']).unwrap_or(pattern.len());
    pattern[..end].rfind('/').map_or(("", pattern), |slash| (&pattern[..=slash], &pattern[slash + 1..]))
}

fn has_wildcard(pattern: &str) -> bool {
    pattern.contains(['*', '?', '[', '{'])
}

/// Every path and pattern that the plan names, with whose it is; of sources that may be absent only where they are asked for.
fn paths(file: &File, with_optional: bool) -> Vec<(String, At<String>)> {
    let mut paths = Vec::new();
    let mut take = |label: String, path: &Option<At<String>>| paths.extend(path.clone().map(|path| (label, path)));
    if let Some(workspace) = &file.workspace {
        take("`rates` of `[workspace]`".into(), &workspace.value.rates);
    }
    if let Some(identity) = &file.identity {
        take("`overrides` of `[identity]`".into(), &identity.value.overrides);
    }
    for (name, segment) in named(&file.segments) {
        take(format!("`map` of segment `{}`", name.value), &segment.value.map);
    }
    if let Some(renewals) = &file.renewals {
        let from = renewals.value.from.clone().filter(|from| from.value != "crm.deals" && from.value != "billing");
        take("`from` of `[renewals]`".into(), &from);
    }
    for link in entries(&file.link) {
        take("`result` of a link".into(), &link.value.result);
    }
    for experiment in entries(&file.experiment) {
        take("`assignments` of an experiment".into(), &experiment.value.assignments);
    }
    for (name, source) in named(&file.sources) {
        if !with_optional && source.value.optional.as_ref().is_some_and(|optional| optional.value) {
            continue;
        }
        let label = format!("source `{}`", name.value);
        take(format!("`accounts` of {label}"), &source.value.accounts);
        take(format!("`links` of {label}"), &source.value.links);
        let globs = [&source.value.files, &source.value.companies, &source.value.deals, &source.value.subscriptions];
        for pattern in globs.into_iter().flat_map(listed) {
            take(label.clone(), &Some(pattern.clone()));
        }
    }
    paths
}

fn listed(list: &Option<At<OneOrMany<String>>>) -> &[At<String>] {
    list.as_ref().map_or(&[], |at| at.value.0.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What patterns match among a few files.
    #[track_caller]
    fn check(patterns: &[&str], expected: &[&str]) {
        let root = tempfile::tempdir().unwrap();
        let files = ["a/one.csv", "a/two.jsonl.gz", "a/b/one.csv", "Z.csv", ".hidden/x.csv", "a/.DS_Store", "we_1.ZIP"];
        for file in files {
            let path = root.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
        let found = expand(root.path(), &patterns);
        let told: Vec<String> = found
            .into_iter()
            .map(|matched| {
                let path = matched.path.strip_prefix(root.path()).unwrap().display().to_string();
                matched.member.map_or(path.clone(), |member| format!("{path}//{member}"))
            })
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn patterns_match_as_people_expect() {
        check(&["a/*"], &["a/one.csv", "a/two.jsonl.gz"]);
        check(&["a/*.{csv,jsonl.gz}"], &["a/one.csv", "a/two.jsonl.gz"]);
        check(&["**/*.csv"], &["Z.csv", "a/b/one.csv", "a/one.csv"]);
        check(&["a/**/*"], &["a/b/one.csv", "a/one.csv", "a/two.jsonl.gz"]);
        check(&["./a/one.csv", "a/o*.csv", "Z.csv"], &["Z.csv", "a/one.csv"]);
        check(&["a/absent.csv", "nowhere/*.csv", "a"], &[]);
    }

    #[test]
    fn members_of_archives_keep_their_pattern() {
        check(&["we_*.ZIP//Account*.csv"], &["we_1.ZIP//Account*.csv"]);
        assert!(is_member("Account*.csv", "Account.csv") && !is_member("Account*.csv", "Contact.csv"));
    }

    #[test]
    fn a_path_leads_out_where_it_goes_up_further_than_down() {
        assert!(leaves("../exports/*.csv") && leaves("a/../../b.csv") && leaves("/srv/exports/*.csv"));
        assert!(!leaves("a/../b.csv") && !leaves("./exports/**/*.csv") && !leaves("a..b/c.csv"));
    }

    #[test]
    fn a_pattern_that_cannot_be_read_says_why() {
        assert!(readable("exports/*.{csv,json}").is_ok());
        assert!(readable("exports/[.csv").unwrap_err().contains("unclosed character class"));
    }
}
