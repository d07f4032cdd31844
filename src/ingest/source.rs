//! What a kind of source is: where its rows name what, and what they tell. A kind is one file under `sources/`.
//!
//! Telemetry kinds are mostly a table of paths; the shared fast path (`events`) turns rows into columns. The kinds whose
//! rows are records (CRM, billing, releases, evidence, memberships) are small and give values.

use std::borrow::Cow;

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::rows::{Field, Json, Problem, Record as TableRecord, Row, Shape};
use super::tables::Cells;
use crate::plan::Plan;
use crate::plan::source::Source;

/// A kind of source.
pub trait Layout: Sync {
    /// Raised whenever the same bytes would be read as other rows: all files are then read again (lake.md 9).
    fn version(&self) -> u32 {
        1
    }

    /// What its rows are.
    fn rows(&self) -> Rows;

    /// The names of the columns of a table without header, quotes and choice of delimiter: tab-separated (Snowplow).
    fn bare_columns(&self) -> Option<&'static [&'static str]> {
        None
    }
}

/// What the rows of a kind are.
#[derive(Clone, Copy)]
pub enum Rows {
    /// Events.
    Events(&'static Telemetry),
    /// Readings of gauges.
    Readings,
    /// Records, a few at a time.
    Records(&'static dyn Records),
}

/// Where events of a kind name what. Each list is of paths (inputs.md 3.4), the first that is there counts; the
/// declaration's own path, where given, stands in their place.
pub struct Telemetry {
    /// The event's name.
    pub event: &'static [&'static str],
    /// Its time.
    pub time: &'static [&'static str],
    /// The user.
    pub user: &'static [&'static str],
    /// The account.
    pub account: &'static [&'static str],
    /// The event's own id.
    pub id: &'static [&'static str],
    /// The key whose object (or text of one) holds the properties; the first that is there.
    pub properties: &'static [&'static str],
    /// What becomes the event's properties.
    pub kept: Kept,
    /// A record of a table as the JSON object that it stands for, where its cells hold JSON of the kind's own (Snowplow);
    /// the object then is the row.
    pub opened: Option<for<'a> fn(TableRecord<'a>) -> String>,
    /// How times without an offset, and numbers, are meant.
    pub clock: Clock,
    /// What paths cannot tell; [`nothing_more`] where they tell all. Called after the paths were looked up; may change anything.
    pub tell: for<'a> fn(&Row<'a>, &mut Event<'a>),
}

/// What becomes an event's properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// The properties' object; in a table the columns `properties.…`.
    Properties,
    /// The same, or where there is none all columns but those that name something.
    PropertiesOrRest,
}

/// How times are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// Times without an offset are in the source's zone, numbers count from 1970 UTC.
    Written,
    /// Times without an offset are UTC, whatever the source's zone.
    Utc,
    /// Numbers are a wall clock of the source's zone, counted as if it were UTC (Mixpanel).
    WallClock,
}

/// What a row tells of one event, borrowed from the row: the shared path writes it into columns at once.
#[derive(Clone, Default)]
pub struct Event<'a> {
    /// Its name; without one the row is `event-missing`.
    pub name: Option<Cow<'a, str>>,
    /// Its time as written.
    pub time: Option<Field<'a>>,
    /// The user as the source writes it.
    pub user: Option<Cow<'a, str>>,
    /// The account as the source writes it.
    pub account: Option<Cow<'a, str>>,
    /// The event's own id, as written.
    pub id: Option<Cow<'a, str>>,
    /// What makes it one and the same event where the id alone does not; nothing: the id.
    pub identity: Option<String>,
    /// Its properties.
    pub properties: Properties<'a>,
    /// Explicit links that it tells: an anonymous id and the user it is (R8.1).
    pub links: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// The account that it makes its user a member of, from then on.
    pub joined: Option<Cow<'a, str>>,
    /// Whether it is named after its table, where nothing in it names it.
    pub of_table: bool,
}

/// An event's properties on the way into their column.
#[derive(Clone, Default)]
pub enum Properties<'a> {
    /// None.
    #[default]
    None,
    /// A JSON object; what stands at the paths named is left out.
    Object(Json<'a>, &'static [&'static str]),
    /// JSON text made by the kind.
    Text(String),
}

/// For kinds whose paths tell all.
pub fn nothing_more(_row: &Row<'_>, _event: &mut Event<'_>) {}

/// A kind whose rows are records.
pub trait Records: Sync {
    /// The columns of a sheet: our name, the labels it usually has, and what it holds. `columns` of the declaration
    /// overrules the labels (for CRM under `companies.<ours>`, `deals.<ours>`).
    fn columns(&self, sheet: Sheet) -> &'static [Column];

    /// What a row says; nothing if it is no row at all.
    ///
    /// # Errors
    /// The problem for which the row is set aside.
    fn record(&self, cells: &Cells<'_>, about: &About<'_>) -> Result<Option<Record>, Problem>;

    /// What a text says that is neither JSON nor a table (Keep a Changelog, front matter): a position and what stands
    /// there, one by one. Nothing: it is one of the two.
    fn text(&self, _text: &str, _about: &About<'_>) -> Option<Vec<Passage>> {
        None
    }

    /// Whether the last records may be a footer: after the last blank line, records with at most one filled cell.
    fn has_footer(&self) -> bool {
        false
    }
}

/// A part of a text that is a row: its line (from 1), its bytes, and what it says.
pub struct Passage {
    /// The line it begins on.
    pub line: u64,
    /// Where it begins.
    pub offset: u64,
    /// Its text, for `set_aside`.
    pub raw: String,
    /// What it says.
    pub record: Result<Record, Problem>,
}

/// Which of a source's tables a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sheet {
    /// The source's only one.
    Only,
    /// CRM companies.
    Companies,
    /// CRM deals.
    Deals,
}

/// A column that a kind looks for.
pub struct Column {
    /// Our name for it.
    pub ours: &'static str,
    /// Its usual labels, columns of tables and paths of JSON alike.
    pub labels: &'static [&'static str],
    /// What it holds.
    pub holds: Holds,
    /// Whether a table without it is `columns-missing`.
    pub needed: bool,
}

/// What a column holds: times and numbers are decided over the whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Text or an id.
    Text,
    /// A day or a moment.
    Time,
    /// A number.
    Number,
}

/// What surrounds a row.
#[derive(Clone, Copy)]
pub struct About<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The source.
    pub source: &'a Source,
    /// The file, relative to the workspace.
    pub file: &'a str,
    /// Which table it is.
    pub sheet: Sheet,
}

/// What a row of a record kind says.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// What a CRM or billing file says of a company, deal or subscription now (lake.md 12).
    Statement(Statement),
    /// Something that shipped.
    Release {
        /// Its id.
        id: String,
        /// Its title.
        title: Option<String>,
        /// The day.
        released_on: Date,
        /// The lane it belongs to.
        lane: Option<String>,
        /// The outcome it serves.
        outcome: Option<String>,
        /// Where it is told.
        url: Option<String>,
    },
    /// Something a customer said.
    Evidence {
        /// Its id; nothing: account, day and quote.
        id: Option<String>,
        /// The account as written.
        account: Option<String>,
        /// The day.
        noted_on: Option<Date>,
        /// The outcome or opportunity.
        outcome: Option<String>,
        /// What kind of evidence.
        kind: Option<String>,
        /// The words.
        quote: String,
    },
    /// A membership.
    Member {
        /// The user as written.
        user: String,
        /// The account as written.
        account: String,
        /// From when, in microseconds; nothing: always.
        from_us: Option<i64>,
        /// Until when.
        to_us: Option<i64>,
    },
}

/// A statement about a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// `company`, `deal` or `subscription`.
    pub kind: &'static str,
    /// The record's id.
    pub id: String,
    /// The parsed columns of output.md by their names there, as text: amounts as decimals, days as `YYYY-MM-DD`, moments as
    /// RFC 3339 in UTC; absent ones left out. A deal's `state` is there only where the row alone decides it, and
    /// `company_name` where it names its company and not the id.
    pub body: Map<String, Value>,
    /// Every column under its exported label as text as exported; absent ones left out.
    pub fields: Map<String, Value>,
    /// Whether the file says that the record is no more.
    pub gone: bool,
}

impl<'a> Properties<'a> {
    /// The properties of an object, nothing left out.
    pub fn of(json: Json<'a>) -> Self {
        if json.shape() == Shape::Object || json.shape() == Shape::List { Self::Object(json, &[]) } else { Self::None }
    }
}
