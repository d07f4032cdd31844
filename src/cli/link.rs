//! `throughline link`: for each link the raw and the adjusted comparison, its interval, n and the gates.

use anyhow::Result;
use polars::prelude::{Column, DataFrame, NamedFrom, PlSmallStr, Series};
use serde_json::{Value, json};

use super::args::{AsKnown, AsOf, Common, Table};
use super::printer::Printer;
use super::{Exit, issues, output, question, workspace};
use crate::model::evidence::{Comparison, Evidence, Finding};
use crate::plan::Plan;
use crate::plan::resolve::Needs;

/// `throughline link [ID…]`
pub(super) fn link(
    common: &Common,
    printer: Printer,
    ids: &[String],
    when: (&AsOf, &AsKnown),
    table: &Table,
) -> Result<Exit> {
    // What the plan leaves open is what `check` says.
    let Some(workspace) = workspace::open(common, printer.only_errors(), Needs::Everything)? else {
        return Ok(Exit::Nothing);
    };
    let kept = question::held_constant(&workspace.plan.metrics);
    let session = question::open_known(common, printer, &workspace, when, kept)?;
    let all = session.evidence(&workspace.plan)?;
    let asked = asked(&workspace.plan, all, ids)?;
    let mut frame = rows(&asked)?;
    output::write(printer, table, &mut frame, || document(session.scope().as_of, &asked))?;
    Ok(Exit::Done)
}

/// The arrows named: a metric's or an outcome's, or `FROM->TO`.
fn asked(plan: &Plan, all: Vec<Evidence>, ids: &[String]) -> Result<Vec<Evidence>> {
    let is_meant = |evidence: &Evidence, id: &String| {
        let (from, to) = (evidence.from.as_str(), evidence.to.as_str());
        let outcome =
            plan.traction().find(|traction| traction.id == evidence.from).map(|traction| traction.outcome.as_str());
        match id.split_once("->") {
            Some((start, end)) => start.trim() == from && end.trim() == to,
            None => id == from || id == to || outcome == Some(id.as_str()),
        }
    };
    for id in ids {
        if !all.iter().any(|evidence| is_meant(evidence, id)) {
            return Err(issues::unknown_link(id));
        }
    }
    Ok(all.into_iter().filter(|evidence| ids.is_empty() || ids.iter().any(|id| is_meant(evidence, id))).collect())
}

fn rows(all: &[Evidence]) -> Result<DataFrame> {
    let compared = |evidence: &Evidence| match &evidence.finding {
        Finding::Compared(comparison) => Some((**comparison).clone()),
        Finding::NotTestable { .. } | Finding::ByDefinition => None,
    };
    let found: Vec<Option<Comparison>> = all.iter().map(compared).collect();
    let text = |name: &str, of: &dyn Fn(&Evidence) -> String| -> Column {
        Series::new(PlSmallStr::from_str(name), all.iter().map(of).collect::<Vec<_>>()).into()
    };
    let number = |name: &str, of: &dyn Fn(&Comparison) -> f64| -> Column {
        let values: Vec<Option<f64>> = found.iter().map(|found| found.as_ref().map(of)).collect();
        Series::new(PlSmallStr::from_str(name), values).into()
    };
    let columns = vec![
        text("from", &|evidence| evidence.from.as_str().to_owned()),
        text("to", &|evidence| evidence.to.as_str().to_owned()),
        text("design", &|evidence| evidence.design.to_owned()),
        number("n", &|found| found.rows as f64),
        number("raw", &|found| found.raw.0),
        number("effect", &|found| found.effect),
        number("low", &|found| found.interval.0),
        number("high", &|found| found.interval.1),
        text("grade", &grade),
    ];
    Ok(DataFrame::new(all.len(), columns)?)
}

/// What stands where a grade would: none is printed that is not computed.
fn grade(evidence: &Evidence) -> String {
    match &evidence.finding {
        Finding::Compared(_) => "not graded yet".to_owned(),
        Finding::NotTestable { because, .. } => format!("not testable: {because}"),
        Finding::ByDefinition => "by definition".to_owned(),
    }
}

/// The document of `link --format json`.
fn document(as_of: jiff::civil::Date, all: &[Evidence]) -> String {
    let links: Vec<Value> = all.iter().map(one).collect();
    let document = json!({ "shape": 1, "as_of": as_of.to_string(), "links": links });
    serde_json::to_string_pretty(&document).expect("values of JSON can be written") + "\n"
}

fn one(evidence: &Evidence) -> Value {
    let mut object = json!({
        "link": format!("{} -> {}", evidence.from, evidence.to),
        "from": evidence.from.as_str(), "to": evidence.to.as_str(), "design": evidence.design, "grade": null,
    });
    let told = match &evidence.finding {
        Finding::Compared(found) => comparison(found),
        Finding::NotTestable { gate, because } => json!({ "not_testable": gate, "because": because }),
        Finding::ByDefinition => json!({ "by_definition": true }),
    };
    if let (Value::Object(object), Value::Object(told)) = (&mut object, told) {
        object.extend(told);
    }
    object
}

fn comparison(found: &Comparison) -> Value {
    let arm = |(rows, results): (u64, u64)| json!({ "n": rows, "with_result": results });
    json!({
        "because": "not graded yet",
        "n": found.rows, "clusters": found.clusters,
        "exposed": arm(found.exposed), "unexposed": arm(found.unexposed),
        "raw": { "difference": found.raw.0, "low": found.raw.1, "high": found.raw.2 },
        "effect": found.effect, "low": found.interval.0, "high": found.interval.1,
        "se": found.standard_error.0, "df": found.standard_error.1, "p": found.p,
        "rates": { "exposed": found.means.0, "unexposed": found.means.1 },
        "effective": [found.effective.0, found.effective.1], "imbalance": found.imbalance,
        "left_out": found.left_out.iter().map(|(name, why)| json!({ "covariate": name, "because": why })).collect::<Vec<_>>(),
        "needed": { "n": found.needed.0, "for": found.needed.1 },
    })
}
