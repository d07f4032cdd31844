//! The first rows of a Parquet file as JSON: the engine reads them.

use anyhow::Result;

use super::super::rows::Row;
use super::super::rows::json::Tape;
use super::super::rows::open::Place;
use crate::engine::{DuckDb, Engine, Limits};
use crate::model::column::Value;

/// Hands over up to so many rows; none of a file inside an archive, which the engine cannot open.
///
/// # Errors
/// If the file cannot be read.
pub(super) fn each(place: &Place, most: u64, see: &mut dyn FnMut(Row<'_>)) -> Result<()> {
    if place.member.is_some() {
        return Ok(());
    }
    let engine = DuckDb::open(&Limits::default())?;
    let path = Value::Text(place.path.to_string_lossy().into_owned());
    let most = Value::Long(i64::try_from(most).unwrap_or(i64::MAX));
    let query = "select cast(to_json(file_row) as varchar) as row from read_parquet(?) as file_row limit ?";
    let rows = engine.query(query, &[path, most])?;
    let mut tape = Tape::default();
    for text in (0..rows.rows()).filter_map(|row| rows.text("row", row)) {
        if tape.lay(&text).is_ok() {
            see(Row::of_json(tape.json(&text)));
        }
    }
    Ok(())
}
