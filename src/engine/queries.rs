//! Every SQL file of `queries/`, compiled in, in the order they load within their stage.

/// A query file: its path under `queries/` and its text.
#[derive(Debug, Clone, Copy)]
pub struct Query {
    /// The path, as people look it up.
    pub path: &'static str,
    /// The text.
    pub text: &'static str,
}

/// Names a file under `queries/`.
macro_rules! query {
    ($path:literal) => {
        Query { path: $path, text: include_str!(concat!("../../queries/", $path)) }
    };
}

/// What `ingest` runs.
pub const INGEST: &[Query] = &[];

/// What `shape` runs.
pub const SHAPE: &[Query] = &[];

/// What `measure` runs.
pub const MEASURE: &[Query] = &[];

/// What `business` runs.
pub const BUSINESS: &[Query] = &[];

/// What `link` runs.
pub const LINK: &[Query] = &[];

/// Data checks: each gives the rows that should not exist.
pub const CHECKS: &[Query] = &[];
