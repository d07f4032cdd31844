//! A data file of a table, written from rows that are in memory: its columns side by side on all cores. What a query gives is
//! written by the engine instead.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, ArrowWriterOptions, compute_leaves,
};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;

use super::tables::Table;
use crate::model::column::Type;

/// Texts that hardly any two rows share: a dictionary of them would only cost time.
const OF_ONE_ROW: [&str; 2] = ["event_id", "properties"];

/// Hashes: nothing makes them smaller.
const HASHES: [&str; 3] = ["id_hi", "id_lo", "content_hash"];

/// Columns as Arrow knows them.
pub fn schema(columns: &[(&str, Type)]) -> SchemaRef {
    Arc::new(Schema::new(
        columns.iter().map(|(name, kind)| Field::new(*name, arrow_type(*kind), true)).collect::<Vec<_>>(),
    ))
}

fn arrow_type(kind: Type) -> DataType {
    match kind {
        Type::Text => DataType::Utf8,
        Type::Int => DataType::Int32,
        Type::Long => DataType::Int64,
        Type::Double => DataType::Float64,
        Type::Bool => DataType::Boolean,
        Type::Day => DataType::Date32,
        Type::Moment => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Type::Bytes => DataType::Binary,
    }
}

/// Writes some pieces of rows as one file of a table, a row group each; `column` gives a piece's values of a column.
///
/// # Errors
/// If a column cannot be given, or the file not be written; then half of one may be left.
pub fn write<P: Sync>(
    table: &Table,
    path: &Path,
    pieces: &[P],
    column: impl Fn(&P, &str) -> Result<ArrayRef> + Sync,
) -> Result<()> {
    let schema = schema(table.columns);
    let file = File::create(path).with_context(|| format!("could not make {}", path.display()))?;
    let options = ArrowWriterOptions::new().with_properties(properties(table)).with_skip_arrow_metadata(true);
    let (mut file, factory) =
        ArrowWriter::try_new_with_options(file, Arc::clone(&schema), options)?.into_serialized_writer()?;
    let chunks = |(place, piece): (usize, &P)| encoded(&factory, place, &schema, |name| column(piece, name));
    let groups: Vec<_> = pieces.par_iter().enumerate().map(chunks).collect::<Result<_>>()?;
    let written = || {
        for chunks in groups {
            let mut group = file.next_row_group()?;
            chunks.into_iter().try_for_each(|chunk| chunk.append_to_row_group(&mut group))?;
            group.close()?;
        }
        file.finish()
    };
    written().map(|_| ()).map_err(of_system).with_context(|| format!("could not write {}", path.display()))
}

/// What the system says, without the crate's words around it.
fn of_system(problem: ParquetError) -> anyhow::Error {
    match problem {
        ParquetError::External(problem) => {
            problem.downcast::<std::io::Error>().map_or_else(|other| anyhow!("{other}"), |problem| (*problem).into())
        }
        other => other.into(),
    }
}

/// The columns of a piece, each as it will stand in the file.
fn encoded(
    factory: &ArrowRowGroupWriterFactory,
    place: usize,
    schema: &SchemaRef,
    column: impl Fn(&str) -> Result<ArrayRef> + Sync,
) -> Result<Vec<ArrowColumnChunk>> {
    let writers = factory.create_column_writers(place)?;
    let chunk = |(mut writer, field): (ArrowColumnWriter, &Arc<Field>)| {
        compute_leaves(field, &column(field.name())?)?.iter().try_for_each(|leaf| writer.write(leaf))?;
        Ok(writer.close()?)
    };
    writers.into_par_iter().zip(schema.fields().par_iter()).map(chunk).collect()
}

/// As the engine writes: zstd, quickly; a dictionary for what repeats; what each row group holds at least and at most.
fn properties(table: &Table) -> WriterProperties {
    let zstd = Compression::ZSTD(ZstdLevel::try_new(1).expect("it is a level of zstd's"));
    let mut properties =
        WriterProperties::builder().set_compression(zstd).set_statistics_enabled(EnabledStatistics::Chunk);
    for (name, kind) in table.columns {
        let repeats = match kind {
            Type::Text | Type::Int | Type::Day | Type::Bool => !OF_ONE_ROW.contains(name),
            Type::Long | Type::Double | Type::Moment | Type::Bytes => false,
        };
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(*name), repeats);
    }
    let plain = |properties: WriterPropertiesBuilder, name| {
        properties.set_column_compression(ColumnPath::from(name), Compression::UNCOMPRESSED)
    };
    HASHES.into_iter().fold(properties, plain).build()
}
