//! From findings and plan to what is said. It knows no format.

mod appendix;
mod attention;
mod block;
mod companion;
mod front;
mod line;
mod moved;
mod six_twelve;
mod table;

use jiff::civil::Date;

use super::inputs::Findings;
use super::judged::judged;
use super::page::Page;
use crate::plan::Plan;

/// Makes the page.
pub fn page(findings: &Findings, plan: &Plan) -> Page {
    let judged = judged(findings, plan);
    let line = line::line(findings, plan, &judged);
    Page {
        head: front::head(findings, plan),
        front: front::front(findings, plan, &judged, &line),
        lanes: block::lanes(findings, plan, &judged),
        business: block::business(findings, plan, &judged),
        table: table::table(findings, plan, &judged),
        appendix: appendix::appendix(findings, plan, &judged),
        line,
    }
}

/// A day in tables.
fn iso(day: Date) -> String {
    day.to_string()
}
