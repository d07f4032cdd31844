//! Columns of tables: names and types, in the words shared by Delta, Parquet and the engine.

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text.
    Text,
    /// A 32-bit whole number: dense ids.
    Int,
    /// A 64-bit whole number.
    Long,
    /// A double.
    Double,
    /// True or false.
    Bool,
    /// A day.
    Day,
    /// A moment in UTC, to the microsecond.
    Moment,
    /// Bytes.
    Bytes,
}

impl Type {
    /// The engine's word for it.
    pub fn sql(self) -> &'static str {
        match self {
            Self::Text => "varchar",
            Self::Int => "integer",
            Self::Long => "bigint",
            Self::Double => "double",
            Self::Bool => "boolean",
            Self::Day => "date",
            Self::Moment => "timestamptz",
            Self::Bytes => "blob",
        }
    }
}

/// A value that is bound to a query, or stands in a relation that the caller makes.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Absent.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number, also for microseconds that are compared with `…_us`.
    Long(i64),
    /// A double.
    Double(f64),
    /// Text.
    Text(String),
    /// A day.
    Day(jiff::civil::Date),
    /// A moment, in microseconds since 1970 UTC.
    Moment(i64),
}

macro_rules! from {
    ($($type:ty => $variant:ident),*) => {
        $(impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(value.into())
            }
        })*
    };
}

from!(bool => Bool, i64 => Long, i32 => Long, u32 => Long, f64 => Double, &str => Text, String => Text, jiff::civil::Date => Day);

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
