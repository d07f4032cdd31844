//! The plan that reads what was found: sources with their reasons, the events seen, the ten most used as signals.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use anyhow::Result;

use super::super::source::Sheet;
use super::events::{self, Counts};
use super::tables::quoted;
use super::{Certainty, Found, blank, identity};
use crate::diag::Diagnostic;
use crate::plan::globs;
use crate::plan::source::Kind;

/// How many events become signals.
const SIGNALS: usize = 10;
/// How many events are listed.
const LISTED: usize = 40;

/// What the plan says.
pub struct Said {
    workspace: String,
    currency: Option<String>,
    sources: Vec<Source>,
    /// The rules of `[identity]` that the values bear out.
    identity: Option<String>,
    unknown: Vec<(String, Vec<String>)>,
}

/// A source of the plan.
struct Source {
    name: String,
    text: String,
    comments: Vec<String>,
    counts: Counts,
}

/// The files of one source.
struct Group<'a> {
    kind: Kind,
    account: Option<&'a str>,
    keys: &'a [(String, String)],
    files: Vec<&'a Found>,
}

impl Said {
    /// Groups what was found into sources and counts their events.
    ///
    /// # Errors
    /// If nothing was found to be an export, or a file cannot be opened.
    pub(super) fn of(workspace: &str, root: &Path, found: &[Found]) -> Result<Self> {
        let groups = groups(found);
        if groups.is_empty() {
            return Err(no_exports(found).into());
        }
        let mut taken = BTreeSet::new();
        let mut sources = Vec::new();
        let members = members(found.iter().map(|found| found.file.as_str()));
        for group in &groups {
            let name = unused(usual_name(group.kind), &mut taken);
            sources.push(source(name, group, root, &members)?);
        }
        let unknown = found.iter().filter(|found| found.kind.is_none());
        let unknown = unknown.map(|found| (found.file.clone(), found.because.clone())).collect();
        let (workspace, currency, identity) = (workspace.to_owned(), currency(&groups), identity::rules(found));
        Ok(Self { workspace, currency, sources, identity, unknown })
    }

    /// The plan.
    pub fn text(&self) -> String {
        let mut out = String::from("#:schema ./throughline.schema.json\n");
        self.workspace(&mut out);
        out.push_str("\n# ---- Sources: what was found, how sure that is, and why\n");
        for source in &self.sources {
            for comment in &source.comments {
                let _ = writeln!(out, "# {comment}");
            }
            let _ = writeln!(out, "[sources.{}]\n{}", source.name, source.text);
        }
        if !self.unknown.is_empty() {
            out.push_str("# Not taken in, since they are no export of a kind that is known:\n");
            for (file, because) in &self.unknown {
                let _ = writeln!(out, "#   {}: {}", one_line(file), one_line(&because.join("; ")));
            }
            out.push('\n');
        }
        if let Some(identity) = &self.identity {
            let _ = writeln!(out, "# ---- Who is who: the first rule that matches wins\n[identity]\n{identity}");
        }
        self.signals(&mut out);
        out
    }

    fn workspace(&self, out: &mut String) {
        let _ = writeln!(out, "\n[workspace]\nname = {}", quoted(&self.workspace));
        out.push_str(
            "timezone = \"UTC\"                    # IANA name; every day, week and month is cut in this zone\n",
        );
        out.push_str("week_starts = \"monday\"\n");
        if let Some(currency) = &self.currency {
            let _ =
                writeln!(out, "currency = \"{currency}\"                    # the one currency figures are told in");
        }
    }

    fn signals(&self, out: &mut String) {
        let mut all: BTreeMap<&str, u64> = BTreeMap::new();
        for (name, count) in self.sources.iter().flat_map(|source| &source.counts.names) {
            *all.entry(name).or_default() += count;
        }
        if all.is_empty() {
            return;
        }
        let mut ranked: Vec<_> = all.into_iter().collect();
        ranked.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
        let _ = writeln!(out, "# ---- Events seen, the most frequent first");
        for (name, count) in ranked.iter().take(LISTED) {
            let _ = writeln!(out, "#   {count:>9}  {}", one_line(name));
        }
        if ranked.len() > LISTED {
            let _ = writeln!(out, "#   and {} more: `throughline events` lists them", ranked.len() - LISTED);
        }
        let _ = writeln!(
            out,
            "\n# ---- Signals: a name for \"this happened\", written once. The most used events; keep those that mean something"
        );
        let mut taken = BTreeSet::from(["any".to_owned()]);
        for (name, _) in ranked.iter().take(SIGNALS) {
            let _ = writeln!(out, "[signals.{}]\nevent = {}\n", unused(&identifier(name), &mut taken), quoted(name));
        }
    }
}

/// None of the files is an export: what each was taken for.
fn no_exports(found: &[Found]) -> Diagnostic {
    const SHOWN: usize = 8;
    let mut told = Diagnostic::error("no-exports", "none of the files is an export of a kind that is known");
    for found in found.iter().take(SHOWN) {
        told = told.because(format!("{}: {}", found.file, found.because.join("; ")));
    }
    if found.len() > SHOWN {
        told = told.because(format!("and {} more", found.len() - SHOWN));
    }
    told.hint(
        "the kinds are in `throughline schema`; a table of events needs a name, a time and who did it in each row",
    )
}

/// The currency that most files name; one has to be said where there is money.
fn currency(groups: &[Group<'_>]) -> Option<String> {
    let of_money = groups.iter().filter(|group| group.kind.is_billing() || group.kind.is_crm());
    let files: Vec<_> = of_money.flat_map(|group| &group.files).collect();
    let mut named: BTreeMap<&str, usize> = BTreeMap::new();
    for currency in files.iter().flat_map(|found| &found.currencies) {
        *named.entry(currency).or_default() += 1;
    }
    let most = named.into_iter().min_by_key(|(currency, files)| (std::cmp::Reverse(*files), *currency));
    (!files.is_empty()).then(|| most.map_or("EUR", |(currency, _)| currency).to_owned())
}

/// Files that one source can read: of one kind, with the same account path and keys. CRM tables stand together, and files in
/// which no account was found stand with those in which one was.
fn groups(found: &[Found]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for found in found {
        let Some(kind) = found.kind else { continue };
        let account = found.account.as_deref();
        let fits = |group: &&mut Group<'_>| {
            let accounts = account.is_none() || group.account.is_none() || group.account == account;
            group.kind == kind && accounts && group.keys == found.keys
        };
        match groups.iter_mut().find(fits) {
            Some(group) => {
                group.account = group.account.or(account);
                group.files.push(found);
            }
            None => groups.push(Group { kind, account, keys: &found.keys, files: vec![found] }),
        }
    }
    groups
}

fn source(name: String, group: &Group<'_>, root: &Path, members: &BTreeMap<&str, usize>) -> Result<Source> {
    let mut text = format!("kind = \"{}\"\n", group.kind.name());
    let of = |sheet: Option<Sheet>| {
        let files = group.files.iter().filter(|found| sheet.is_none_or(|sheet| found.sheet == sheet));
        files.map(|found| found.file.as_str()).collect::<Vec<_>>()
    };
    let keys: &[(&str, Option<Sheet>)] = match group.kind {
        kind if kind.is_crm() => &[("companies", Some(Sheet::Companies)), ("deals", Some(Sheet::Deals))],
        Kind::Stripe => &[("subscriptions", None)],
        _ => &[("files", None)],
    };
    for (key, sheet) in keys {
        let files = of(*sheet);
        if !files.is_empty() {
            let _ = writeln!(text, "{key} = {}", patterns(root, &files, members));
        }
    }
    if let Some(account) = group.account {
        let _ = writeln!(text, "account = {}", quoted(account));
    }
    for (key, value) in group.keys {
        let _ = writeln!(text, "{key} = {value}");
    }
    let places: Vec<_> = group.files.iter().map(|found| &found.place).collect();
    let plan =
        format!("[workspace]\nname = \"-\"\ntimezone = \"UTC\"\nweek_starts = \"monday\"\n\n[sources.x]\n{text}");
    let counts = match blank::sources(&plan, root).first() {
        Some(source) => events::count(source, &places)?,
        None => Counts::default(),
    };
    Ok(Source { name, text, comments: comments(group), counts })
}

/// What was seen of a source's files, least sure first.
fn comments(group: &Group<'_>) -> Vec<String> {
    let mut comments = Vec::new();
    let least = group.files.iter().min_by_key(|found| found.certainty).expect("a group has a file");
    let many = match group.files.len() {
        1 => one_line(&least.file),
        many => format!("{many} files"),
    };
    comments.push(format!("{many}: {}, {}", least.certainty.word(), one_line(&least.because.join("; "))));
    let named = group.files.iter().find(|found| found.account.is_some()).unwrap_or(least);
    comments.extend(named.account_because.as_deref().map(one_line));
    if least.certainty == Certainty::Guess {
        comments.push("look at what `throughline ingest` says of it before you trust it".to_owned());
    }
    comments
}

/// Patterns that name these files and no other: one for a folder where that is enough, else each file.
fn patterns(root: &Path, files: &[&str], members: &BTreeMap<&str, usize>) -> String {
    let files: BTreeSet<String> = whole_archives(files, members);
    if files.len() > 3
        && let Some(pattern) = common(&files)
        && names(root, &pattern) == files
    {
        return quoted(&pattern);
    }
    let each: Vec<_> = files.iter().map(|file| quoted(&escaped(file))).collect();
    if each.len() == 1 { each.concat() } else { format!("[{}]", each.join(", ")) }
}

/// How many members each archive has.
fn members<'a>(files: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    let mut members = BTreeMap::new();
    for (archive, _) in files.filter_map(|file| file.split_once("//")) {
        *members.entry(archive).or_default() += 1;
    }
    members
}

/// Archives all of whose members are meant stand for them; others are named member by member.
fn whole_archives(files: &[&str], all: &BTreeMap<&str, usize>) -> BTreeSet<String> {
    let meant = members(files.iter().copied());
    let told = files.iter().map(|file| match file.split_once("//") {
        Some((archive, _)) if meant.get(archive) == all.get(archive) => archive.to_owned(),
        _ => (*file).to_owned(),
    });
    told.collect()
}

fn common(files: &BTreeSet<String>) -> Option<String> {
    let folders: BTreeSet<_> =
        files.iter().map(|file| file.rsplit_once('/').map_or("", |(folder, _)| folder)).collect();
    let endings: BTreeSet<_> =
        files.iter().map(|file| file.split('/').next_back()?.split_once('.').map(|(_, e)| e)).collect();
    let (folder, ending) = (folders.first()?, (*endings.first()?)?);
    let one = folders.len() == 1 && endings.len() == 1 && !folder.contains(['*', '?', '[', '{']);
    let before = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    one.then(|| format!("{before}*.{ending}"))
}

fn names(root: &Path, pattern: &str) -> BTreeSet<String> {
    let matched = globs::expand(root, &[pattern.to_owned()]);
    matched.iter().map(|matched| super::relative(root, &matched.path)).collect()
}

/// A name in which nothing stands for anything else.
fn escaped(file: &str) -> String {
    file.chars().fold(String::new(), |mut out, c| {
        match c {
            '*' | '?' | '[' | ']' | '{' | '}' => {
                let _ = write!(out, "[{c}]");
            }
            _ => out.push(c),
        }
        out
    })
}

fn usual_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Ga4 => "site",
        Kind::Posthog | Kind::Segment | Kind::Amplitude | Kind::Mixpanel | Kind::Snowplow | Kind::Events => "product",
        Kind::Snapshots => "pings",
        Kind::Hubspot | Kind::Salesforce | Kind::Crm => "crm",
        Kind::Stripe | Kind::Subscriptions => "billing",
        Kind::Changelog => "releases",
        Kind::Evidence => "interviews",
        Kind::Members => "members",
    }
}

/// An event's name as an id: letters and digits of ASCII, anything else between them `_`.
fn identifier(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let id = words.map(str::to_lowercase).collect::<Vec<_>>().join("_");
    if id.is_empty() { "event".to_owned() } else { id }
}

fn unused(name: &str, taken: &mut BTreeSet<String>) -> String {
    let numbered = std::iter::once(name.to_owned()).chain((2..).map(|n| format!("{name}_{n}")));
    let free = numbered.into_iter().find(|name| !taken.contains(name)).expect("numbers do not end");
    taken.insert(free.clone());
    free
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
