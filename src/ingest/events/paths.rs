//! Where a row names what: the declaration's paths, or the kind's.

use super::super::rows::{Field, Row};
use super::super::source::Telemetry;
use crate::plan::source::{Kind, Source};

/// The paths of a source's events.
pub(in super::super) struct Paths<'a> {
    pub(in super::super) event: Wanted<'a>,
    pub(in super::super) time: Wanted<'a>,
    pub(super) user: Wanted<'a>,
    pub(super) account: Wanted<'a>,
    pub(super) id: Wanted<'a>,
    /// The mail address.
    pub(super) email: Option<&'a str>,
    /// The same, as it is called within the properties.
    pub(super) email_within: Option<&'a str>,
}

/// One thing that a row may name, by the first path that is there.
pub(in super::super) struct Wanted<'a> {
    pub(in super::super) paths: Vec<&'a str>,
    /// Whether it is looked for in the properties too. What a kind names stands in the row itself: an `id` among the
    /// properties is another thing's.
    within: bool,
}

impl<'a> Wanted<'a> {
    fn new(own: Option<&'a str>, usual: &'static [&'static str]) -> Self {
        Self { paths: own.map_or_else(|| usual.to_vec(), |own| vec![own]), within: own.is_some() }
    }

    /// What stands there.
    pub(super) fn field<'r>(&self, row: &Row<'r>) -> Option<Field<'r>> {
        match self.within {
            true => row.first(&self.paths),
            false => self.paths.iter().find_map(|path| row.find_outside(path)),
        }
    }
}

impl<'a> Paths<'a> {
    pub(in super::super) fn new(telemetry: &'static Telemetry, source: &'a Source) -> Self {
        let paths = &source.paths;
        let email = paths.email.as_deref();
        let holders = || telemetry.properties.iter().chain(&["properties"]);
        let inside =
            |path: &'a str| holders().find_map(|holder| path.strip_prefix(holder)?.strip_prefix('.')).unwrap_or(path);
        Self {
            event: Wanted::new(paths.event.as_deref(), telemetry.event),
            time: Wanted::new(paths.time.as_deref(), telemetry.time),
            user: Wanted::new(paths.user.as_deref(), telemetry.user),
            account: Wanted { within: true, ..Wanted::new(paths.account.as_deref(), telemetry.account) },
            id: Wanted::new(paths.id.as_deref(), telemetry.id),
            email,
            email_within: email.map(inside),
        }
    }

    /// The paths by which a row names something, which are no properties where all else is.
    pub(super) fn naming(&self, row: &Row<'_>) -> Vec<&'a str> {
        let first = |wanted: &Wanted<'a>| wanted.paths.iter().find(|path| row.find_outside(path).is_some()).copied();
        let all = [&self.event, &self.time, &self.user, &self.account, &self.id];
        all.into_iter().filter_map(first).chain(self.email).collect()
    }
}

/// The table that a file of a warehouse holds, by its name: `exports/pages.csv.gz` is `pages`.
pub(in super::super) fn table(source: &Source, file: &str) -> Option<String> {
    let name = file.rsplit('/').next().unwrap_or(file);
    let stem = name.split('.').next().filter(|stem| !stem.is_empty());
    stem.filter(|_| source.kind == Kind::Segment).map(str::to_owned)
}
