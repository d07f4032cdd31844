//! Which columns of the CRM and of billing name the accounts of the telemetry: told from the values they share.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::super::source::Sheet;
use super::Found;
use super::profile::{Form, Profile};
use super::tables::quoted;
use crate::plan::source::Kind;

/// Fewer shared values may be chance.
const FEWEST: usize = 3;

/// The values of each column of a table that may name somebody; none where the file is no such table.
pub(super) fn columns(kind: Option<Kind>, sheet: Sheet, profile: &Profile) -> BTreeMap<String, BTreeSet<String>> {
    let companies = kind.is_some_and(Kind::is_crm) && sheet == Sheet::Companies;
    let billing = kind.is_some_and(Kind::is_billing);
    if profile.form != Form::Table || !(companies || billing) {
        return BTreeMap::new();
    }
    let telling = profile.keys.iter().filter(|(_, key)| key.values.iter().any(|value| is_telling(value)));
    telling.map(|(label, key)| (label.clone(), key.values.clone())).collect()
}

/// Small numbers stand in every table, and mean something else in each.
fn is_telling(value: &str) -> bool {
    value.len() > 5 || value.chars().any(|letter| !letter.is_ascii_digit())
}

/// The rules that the values bear out, as the plan writes them; nothing where there are none.
pub(super) fn rules(found: &[Found]) -> Option<String> {
    let accounts: BTreeSet<&str> =
        found.iter().flat_map(|found| &found.accounts).map(String::as_str).filter(|id| is_telling(id)).collect();
    let of = |is_meant: fn(Kind) -> bool| {
        let tables = found.iter().filter(move |found| found.kind.is_some_and(is_meant));
        best(tables, &accounts)
    };
    let mut text = String::new();
    if let Some((label, because)) = of(Kind::is_crm) {
        let rule = format!("crm = [{{ account = \"account_id\", company = {} }}]", quoted(label));
        let _ = writeln!(text, "{rule}   # {because}");
    }
    if let Some((label, because)) = of(Kind::is_billing) {
        let rule = format!("billing = [{{ customer = {}, account = \"account_id\" }}]", quoted(label));
        let _ = writeln!(text, "{rule}   # {because}");
    }
    (!text.is_empty()).then_some(text)
}

/// The column that shares most values with the accounts: at least half of the fewer of both.
fn best<'a>(tables: impl Iterator<Item = &'a Found>, accounts: &BTreeSet<&str>) -> Option<(&'a str, String)> {
    let mut columns: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (label, values) in tables.flat_map(|found| &found.columns) {
        columns.entry(label).or_default().extend(values.iter().map(String::as_str));
    }
    let shared = |values: &BTreeSet<&str>| values.intersection(accounts).count();
    let counted = columns.iter().map(|(label, values)| (shared(values), values.len(), *label));
    let fitting = counted.filter(|(shared, all, _)| *shared >= FEWEST && shared * 2 >= (*all).min(accounts.len()));
    let (shared, all, label) = fitting.max_by_key(|(shared, _, label)| (*shared, std::cmp::Reverse(*label)))?;
    Some((label, format!("{shared} of the {all} values looked at are accounts of the telemetry")))
}
