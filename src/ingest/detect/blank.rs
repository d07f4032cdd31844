//! A source that declares nothing but its kind: what a file is looked at with before anything is known of it.

use jiff::civil::date;

use crate::plan::resolve::{Needs, resolve};
use crate::plan::source::Source;

/// A source of events that declares nothing.
pub(super) fn source() -> Source {
    let mut sources = sources(
        "[workspace]\nname = \"-\"\ntimezone = \"UTC\"\nweek_starts = \"monday\"\n\n[sources.looked_at]\nkind = \"events\"\nfiles = \"*\"\n",
        std::path::Path::new("."),
    );
    sources.pop().expect("the plan has one source")
}

/// The sources of a plan's text; none where it cannot be read.
pub(super) fn sources(text: &str, root: &std::path::Path) -> Vec<Source> {
    // The day is asked only for agreements that lapse, and there are none.
    resolve(text, root, date(2000, 1, 1), Needs::Sources).0.map_or_else(Vec::new, |plan| plan.sources)
}
