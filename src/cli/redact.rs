//! `--redact`: stable pseudonyms for who is who, so that a table can leave the company.
//!
//! Equal values have equal pseudonyms in every table and every run of a workspace. They hide names from readers, not from
//! somebody who has a list of all ids and tries each.

use anyhow::Result;
use polars::prelude::{AnyValue, Column, DataFrame};
use xxhash_rust::xxh3::xxh3_128;

use super::output;

/// Columns that name somebody, and what stands before their pseudonyms.
const NAMES: [(&str, &str); 9] = [
    ("account_id", "account"),
    ("user_id", "user"),
    ("company_id", "company"),
    ("company_name", "name"),
    ("company_domain", "domain"),
    ("customer_id", "customer"),
    ("customer_name", "name"),
    ("renewal_id", "renewal"),
    ("mail_domain", "domain"),
];

/// The same table with pseudonyms; `workspace` makes those of two workspaces different.
pub(super) fn redacted(frame: &DataFrame, workspace: &str) -> Result<DataFrame> {
    let told = |column: &Column| -> Column {
        let Some((name, kind)) = NAMES.iter().find(|(name, _)| column.name() == *name) else { return column.clone() };
        let pseudonym = |row: usize| match column.get(row) {
            Ok(AnyValue::Null) | Err(_) => None,
            Ok(value) => {
                let text = value.get_str().map_or_else(|| value.to_string(), str::to_owned);
                let hash = format!("{:032x}", xxh3_128(format!("{workspace}\0{kind}\0{text}").as_bytes()));
                Some(format!("{kind}-{}", &hash[..8]))
            }
        };
        output::texts(name, (0..column.len()).map(pseudonym))
    };
    Ok(DataFrame::new(frame.height(), frame.columns().iter().map(told).collect())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_equal_pseudonyms_and_nothing_stays_nothing() {
        let accounts = output::texts("account_id", [Some("a1"), None, Some("a1"), Some("a2")]);
        let states = output::texts("state", ["reached"; 4].map(Some));
        let frame = DataFrame::new(4, vec![accounts, states]).unwrap();
        let told = |workspace| {
            let frame = redacted(&frame, workspace).unwrap();
            let cells = |row| (0..2).map(move |column: usize| (row, column));
            let text = |(row, column): (usize, usize)| {
                frame.columns()[column].get(row).unwrap().get_str().unwrap_or_default().to_owned()
            };
            (0..4).flat_map(cells).map(text).collect::<Vec<_>>()
        };
        let one = told("Loomworks");
        assert_eq!((one[0].as_str(), one[1].as_str()), (one[4].as_str(), "reached"));
        assert!(one[0].starts_with("account-") && !one[0].contains("a1"), "{one:?}");
        assert_eq!(one[2], "");
        assert!(one[6] != one[0] && told("Weft")[0] != one[0]);
    }
}
