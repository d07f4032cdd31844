//! The fifth stage: the sync pack, from one page model to HTML, Markdown and JSON.
//!
//! `run` fills in [`inputs::Findings`]; [`page::page`] says what is said; the renderers write it. The report asks no
//! engine, knows no clock, and gives the same bytes for the same findings.

pub mod inputs;
pub mod decisions;

pub mod xmr;
pub mod page;
pub mod wording;
pub mod numbers;

pub mod chart;
