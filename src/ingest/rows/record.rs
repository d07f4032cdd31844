//! A record of a table: a header's names over the cells of one row.

use std::collections::BTreeMap;

/// The names above a table's columns (inputs.md 4), found exactly, then without case, then without spaces, `_`, `-`.
#[derive(Debug, Clone, Default)]
pub struct Header {
    names: Vec<String>,
    exact: BTreeMap<String, usize>,
    caseless: BTreeMap<String, usize>,
    squeezed: BTreeMap<String, usize>,
}

impl Header {
    /// Takes names as written: trimmed, the second of two equal ones numbered, an empty one named by its place, the
    /// prefix `*.` of PostHog's tables dropped.
    pub fn new<'a>(written: impl IntoIterator<Item = &'a str>) -> Self {
        let mut header = Self::default();
        for (index, name) in written.into_iter().enumerate() {
            let name = name.trim();
            let name = name.strip_prefix("*.").unwrap_or(name);
            let name = if name.is_empty() { format!("column {}", index + 1) } else { name.to_owned() };
            let name = header.unused(name);
            header.exact.insert(name.clone(), index);
            header.caseless.entry(name.to_lowercase()).or_insert(index);
            header.squeezed.entry(squeezed(&name)).or_insert(index);
            header.names.push(name);
        }
        header
    }

    fn unused(&self, name: String) -> String {
        if !self.exact.contains_key(&name) {
            return name;
        }
        (2..).map(|n| format!("{name} ({n})")).find(|name| !self.exact.contains_key(name)).expect("numbers do not end")
    }

    /// The names, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The column that a name means.
    pub fn index(&self, name: &str) -> Option<usize> {
        if let Some(index) = self.exact.get(name) {
            return Some(*index);
        }
        self.caseless.get(&name.to_lowercase()).or_else(|| self.squeezed.get(&squeezed(name))).copied()
    }
}

fn squeezed(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, ' ' | '_' | '-')).flat_map(char::to_lowercase).collect()
}

/// One row of a table.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    header: &'a Header,
    text: &'a str,
    ends: &'a [usize],
}

impl<'a> Record<'a> {
    /// A record whose cells stand one after the other in `text`, each ending at its place in `ends`.
    pub fn new(header: &'a Header, text: &'a str, ends: &'a [usize]) -> Self {
        Self { header, text, ends }
    }

    /// The header.
    pub fn header(&self) -> &'a Header {
        self.header
    }

    /// The cell of a column, as it stands (`="007"` is `007`); nothing where it is empty or left out.
    pub fn cell(&self, index: usize) -> Option<&'a str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        let cell = &self.text[start..end];
        let cell = cell.strip_prefix("=\"").and_then(|inner| inner.strip_suffix('"')).unwrap_or(cell);
        (!cell.is_empty()).then_some(cell)
    }

    /// The cell of the column that a name means; nothing where it is blank.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.cell(self.header.index(name)?).filter(|cell| !cell.trim().is_empty())
    }

    /// The cell of the flattened column `properties.<path>`; nothing where it is blank.
    pub fn flattened(&self, path: &str) -> Option<&'a str> {
        self.get(&format!("properties.{path}"))
    }

    /// Whether the table has flattened columns `properties.…`.
    pub fn has_flattened(&self) -> bool {
        self.header
            .exact
            .range("properties.".to_owned()..)
            .next()
            .is_some_and(|(name, _)| name.starts_with("properties."))
    }

    /// The cells that are not empty, with their names.
    pub fn cells(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let header = self.header;
        header.names.iter().enumerate().filter_map(move |(index, name)| Some((name.as_str(), self.cell(index)?)))
    }
}
