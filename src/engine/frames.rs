//! Arrow batches become Polars frames, over Arrow's C interface: the one place where it is crossed.

use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::datatypes::DataType as Arrow;
use arrow::record_batch::RecordBatch;
use jiff::civil::Date;
use polars::prelude::{AnyValue, Column, DataFrame, DataType, PlSmallStr, Series};

use crate::model::period::from_epoch_day;

/// The rows of a result: a Polars frame with readers for single cells.
#[derive(Debug, Clone, Default)]
pub struct Frame(pub DataFrame);

impl Frame {
    /// How many rows.
    pub fn rows(&self) -> usize {
        self.0.height()
    }

    /// A whole number; nothing where it is absent.
    ///
    /// # Panics
    /// If there is no such column: query and reader stand side by side and are tested together.
    pub fn long(&self, column: &str, row: usize) -> Option<i64> {
        match self.cell(column, row) {
            AnyValue::Boolean(value) => Some(i64::from(value)),
            value => value.extract::<i64>(),
        }
    }

    /// A count; absent counts as none.
    pub fn count(&self, column: &str, row: usize) -> u64 {
        self.long(column, row).and_then(|value| u64::try_from(value).ok()).unwrap_or(0)
    }

    /// A number; nothing where it is absent.
    pub fn double(&self, column: &str, row: usize) -> Option<f64> {
        self.cell(column, row).extract::<f64>()
    }

    /// A text; nothing where it is absent.
    pub fn text(&self, column: &str, row: usize) -> Option<String> {
        match self.cell(column, row) {
            AnyValue::Null => None,
            value => value.get_str().map(str::to_owned),
        }
    }

    /// A day; nothing where it is absent.
    pub fn day(&self, column: &str, row: usize) -> Option<Date> {
        match self.cell(column, row) {
            AnyValue::Date(days) => Some(from_epoch_day(days)),
            _ => None,
        }
    }

    /// True or false; absent is false.
    pub fn flag(&self, column: &str, row: usize) -> bool {
        matches!(self.cell(column, row), AnyValue::Boolean(true))
    }

    fn cell(&self, column: &str, row: usize) -> AnyValue<'_> {
        let found = self.0.column(column).unwrap_or_else(|_| panic!("the query gives no column `{column}`"));
        found.get(row).expect("the row is below the frame's height")
    }
}

/// Takes batches of one schema together as a frame.
pub(super) fn frame(schema: &arrow::datatypes::Schema, batches: &[RecordBatch]) -> Result<Frame> {
    let mut columns = Vec::with_capacity(schema.fields().len());
    for (index, field) in schema.fields().iter().enumerate() {
        let name = PlSmallStr::from_str(field.name());
        let mut chunks = Vec::with_capacity(batches.len());
        for batch in batches {
            chunks.push(import(batch, index).with_context(|| format!("could not take over column `{name}`"))?);
        }
        let series = match chunks.is_empty() {
            true => Series::new_empty(name, &empty_type(field.data_type())),
            false => Series::try_from((name, chunks)).context("could not make a column")?,
        };
        columns.push(Column::from(series));
    }
    let height = batches.iter().map(RecordBatch::num_rows).sum();
    Ok(Frame(DataFrame::new(height, columns).context("could not make a frame")?))
}

/// Hands one column of a batch to Polars without copying it.
fn import(batch: &RecordBatch, index: usize) -> Result<Box<dyn polars_arrow::array::Array>> {
    // Sums are decimals inside the engine; what comes out of it is read as a number.
    let column = batch.column(index);
    let is_decimal = matches!(column.data_type(), Arrow::Decimal128(..) | Arrow::Decimal256(..));
    let column = if is_decimal { arrow::compute::cast(column, &Arrow::Float64)? } else { Arc::clone(column) };
    let data = column.to_data();
    let (array, schema) = arrow::ffi::to_ffi(&data)?;
    #[expect(
        unsafe_code,
        reason = "both crates lay out the two C structs as the Arrow C data interface says; each is moved \
        exactly once, so that exactly one side releases it"
    )]
    let imported = unsafe {
        let schema: polars_arrow::ffi::ArrowSchema = std::mem::transmute(schema);
        let array: polars_arrow::ffi::ArrowArray = std::mem::transmute(array);
        let field = polars_arrow::ffi::import_field_from_c(&schema)?;
        polars_arrow::ffi::import_array_from_c(array, field.dtype)?
    };
    Ok(imported)
}

/// The Polars type of a column without rows.
fn empty_type(kind: &arrow::datatypes::DataType) -> DataType {
    match kind {
        Arrow::Boolean => DataType::Boolean,
        Arrow::Int8 | Arrow::Int16 | Arrow::Int32 | Arrow::UInt8 | Arrow::UInt16 => DataType::Int32,
        Arrow::Int64 | Arrow::UInt32 | Arrow::UInt64 => DataType::Int64,
        Arrow::Float32 | Arrow::Float64 | Arrow::Decimal128(..) | Arrow::Decimal256(..) => DataType::Float64,
        Arrow::Date32 => DataType::Date,
        _ => DataType::String,
    }
}
