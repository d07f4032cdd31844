//! The pack as JSON, for whoever wants the parts: the sections in the order of the page, every number with its text.

use anyhow::Context;
use serde::Serialize;

use super::chart::spec::Line;
use super::inputs::{Findings, Occasion};
use super::page::{Appendix, Front, Page, Section, Table};

/// The version of the shape.
const SHAPE: u32 = 1;

#[derive(Serialize)]
struct Pack<'a> {
    shape: u32,
    as_of: &'a str,
    run: &'a str,
    review: bool,
    title: &'a str,
    subtitle: &'a str,
    next_review: String,
    front: &'a Front,
    line: &'a Line,
    lanes: &'a [Section],
    business: &'a Section,
    table: &'a Table,
    appendix: &'a Appendix,
}

/// Writes the page.
///
/// # Errors
/// Only if a value of the page has no form in JSON.
pub(super) fn json(page: &Page, findings: &Findings) -> anyhow::Result<String> {
    let pack = Pack {
        shape: SHAPE,
        as_of: &page.head.as_of_iso,
        run: &page.head.run,
        review: findings.occasion == Occasion::Review,
        title: &page.head.title,
        subtitle: &page.head.subtitle,
        next_review: findings.next_review.to_string(),
        front: &page.front,
        line: &page.line,
        lanes: &page.lanes,
        business: &page.business,
        table: &page.table,
        appendix: &page.appendix,
    };
    let mut text = serde_json::to_string_pretty(&pack).context("could not write pack.json")?;
    text.push('\n');
    Ok(text)
}
