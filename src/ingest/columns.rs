//! The columns that a source's tables have had, so that a new one can be said: new columns are welcome (inputs.md 4).

use std::collections::{BTreeMap, BTreeSet};

use super::found::Known;
use super::source::Sheet;

/// Which columns the tables of a source have had.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// By table and file: the columns that no other file had when it was read. They stand in the file's verdicts, so that
    /// a thousand files of equal columns cost no more than one.
    firsts: BTreeMap<(Sheet, String), BTreeSet<String>>,
    /// By table: all of them, as the batch begins.
    before: BTreeMap<Sheet, BTreeSet<String>>,
}

/// What a file's header shows.
pub(super) struct Headed {
    /// The key of the verdicts under which its first columns are kept.
    pub(super) key: &'static str,
    /// The columns that no other file has.
    pub(super) kept: Vec<String>,
    /// The columns that no file had before this batch; none where no table was read before.
    pub(super) new: Vec<String>,
}

/// The key of the verdicts for a table's columns.
fn key(sheet: Sheet) -> &'static str {
    match sheet {
        Sheet::Only => "columns",
        Sheet::Companies => "company_columns",
        Sheet::Deals => "deal_columns",
    }
}

impl Columns {
    /// What the files that were read before have had.
    pub(super) fn of<'k>(files: impl Iterator<Item = &'k Known>) -> Self {
        let mut columns = Self::default();
        for known in files {
            for sheet in [Sheet::Only, Sheet::Companies, Sheet::Deals] {
                let Some(names) = known.verdicts.0.get(key(sheet)).and_then(|names| names.as_array()) else { continue };
                let names: BTreeSet<String> =
                    names.iter().filter_map(|name| name.as_str()).map(str::to_owned).collect();
                columns.before.entry(sheet).or_default().extend(names.iter().cloned());
                columns.firsts.insert((sheet, known.path.clone()), names);
            }
        }
        columns
    }

    /// Takes the header of a file into account.
    pub(super) fn take(&mut self, sheet: Sheet, path: &str, header: &[String]) -> Headed {
        let place = (sheet, path.to_owned());
        self.firsts.remove(&place);
        let others: BTreeSet<&String> =
            self.firsts.iter().filter(|((of, _), _)| *of == sheet).flat_map(|(_, names)| names).collect();
        let kept: BTreeSet<String> = header.iter().filter(|name| !others.contains(name)).cloned().collect();
        let new = match self.before.get(&sheet) {
            Some(before) => header.iter().filter(|name| !before.contains(*name)).cloned().collect(),
            None => Vec::new(),
        };
        let headed = Headed { key: key(sheet), kept: kept.iter().cloned().collect(), new };
        if !kept.is_empty() {
            self.firsts.insert(place, kept);
        }
        headed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_new_once_and_only_where_a_table_was_read_before() {
        let header = |names: &str| names.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let mut first = Columns::default();
        let told = first.take(Sheet::Only, "1.csv", &header("id name"));
        assert_eq!((told.kept, told.new), (header("id name"), Vec::new()));
        let told = first.take(Sheet::Only, "2.csv", &header("id name tier"));
        assert_eq!((told.kept, told.new), (header("tier"), Vec::new()), "the first batch has nothing to compare with");

        let mut known = Known { path: "1.csv".to_owned(), ..Known::default() };
        known.verdicts.0.insert("columns".to_owned(), header("id name").into());
        let mut next = Columns::of([&known].into_iter());
        assert_eq!(next.take(Sheet::Only, "1.csv", &header("id name")).new, Vec::<String>::new());
        assert_eq!(next.take(Sheet::Only, "3.csv", &header("id region")).new, header("region"));
        assert_eq!(next.take(Sheet::Deals, "d.csv", &header("id amount")).new, Vec::<String>::new());
    }
}
