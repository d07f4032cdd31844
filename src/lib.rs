//! Draws, measures and tests the line from product outcomes to business results.
//!
//! In reading order: what is spoken of (`model`, `stats`), how problems are told (`diag`), what the user wants (`plan`),
//! where rows live and how they are asked (`lake`, `engine`), the five stages (`ingest`, `shape`, `measure` with
//! `business`, `link`, `report`) and the sample company (`sample`), their order (`run`), and the command line (`cli`).
//! A module uses only modules of the floors below its own; `src/README.md` has the map, `tests/tidy.rs` holds it.

pub mod model;
pub mod stats;

pub mod diag;

pub mod plan;

pub mod engine;
pub mod lake;

pub mod business;
pub mod ingest;
pub mod link;
pub mod measure;
pub mod report;
pub mod sample;
pub mod shape;

pub mod run;

pub mod cli;
