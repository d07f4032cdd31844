//! Parquet on its way in: the engine writes its rows as JSON lines beside our other temporary files, and they are read
//! like any other. One road for all rows costs a copy and saves a second reader of everything inputs.md asks for.

use std::path::Path;

use anyhow::{Context, Result};

use super::rows::open::{Place, with_bytes};
use super::rows::pour::Arrangement;
use super::rows::visit::Rows;
use super::survey::Ready;
use crate::engine::Engine;
use crate::model::column::Value;

/// Makes a Parquet file (or member) a file of JSON lines in a temporary folder, which the caller removes.
///
/// # Errors
/// If the file is no whole Parquet.
pub(super) fn as_lines(engine: &dyn Engine, place: &Place, folder: &Path, naive_is_utc: bool) -> Result<Ready> {
    std::fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))?;
    let packed = place.member.is_some() || !starts_as_parquet(&place.path);
    let plain = folder.join("rows.parquet");
    if packed {
        with_bytes(place, &mut |reader| {
            let mut file =
                std::fs::File::create(&plain).with_context(|| format!("could not make {}", plain.display()))?;
            std::io::copy(reader, &mut file).with_context(|| format!("could not unpack {}", place.name))?;
            Ok(())
        })?;
    }
    let source = quoted(if packed { &plain } else { &place.path });
    let lines = folder.join("rows.jsonl");
    let told = told_columns(engine, &source, naive_is_utc)?;
    // Which columns are moments is known from the file only, so this statement cannot stand in `queries/`.
    engine
        .run(&format!("copy (select *{told} from read_parquet({source})) to {} (format json)", quoted(&lines)), &[])?;
    let path = Place { name: place.name.clone(), path: lines, member: None };
    let ready =
        Ready { place: path, encoding: None, arrangement: Arrangement::JsonLines, rows: Rows::Json, guessed: false };
    Ok(ready)
}

fn starts_as_parquet(path: &Path) -> bool {
    super::rows::open::first_bytes(path).starts_with(b"PAR1")
}

/// `replace (…)` for the columns whose text would lose their zone.
fn told_columns(engine: &dyn Engine, source: &str, naive_is_utc: bool) -> Result<String> {
    let columns = engine.query(
        &format!("select column_name, column_type from (describe select * from read_parquet({source}))"),
        &[] as &[Value],
    )?;
    let told: Vec<_> = (0..columns.rows())
        .filter_map(|row| Some((columns.text("column_name", row)?, columns.text("column_type", row)?)))
        .filter_map(|(name, kind)| {
            let name = format!("\"{}\"", name.replace('"', "\"\""));
            let utc = "'%Y-%m-%dT%H:%M:%S.%fZ'";
            match kind.as_str() {
                "TIMESTAMP WITH TIME ZONE" => {
                    Some(format!("strftime(make_timestamp(epoch_us({name})), {utc}) as {name}"))
                }
                "TIMESTAMP" | "TIMESTAMP_NS" | "TIMESTAMP_MS" | "TIMESTAMP_S" if naive_is_utc => {
                    Some(format!("strftime({name}, {utc}) as {name}"))
                }
                _ => None,
            }
        })
        .collect();
    Ok(if told.is_empty() { String::new() } else { format!(" replace ({})", told.join(", ")) })
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', "''"))
}
