//! Which cell each customer or renewal stands in: hands the question's splits and filters to the query.

use anyhow::Result;

use crate::engine::Engine;
use crate::model::cell::Split;
use crate::model::column::{Type, Value};
use crate::model::question::Question;
use crate::plan::{Plan, Segment, SegmentFrom};

const BY: [(&str, Type); 3] = [("position", Type::Int), ("segment", Type::Text), ("from_crm", Type::Bool)];
const FILTER: [(&str, Type); 4] =
    [("position", Type::Int), ("segment", Type::Text), ("from_crm", Type::Bool), ("value", Type::Text)];
const INSTANTS: [(&str, Type); 4] =
    [("thing", Type::Text), ("account", Type::Int), ("crm_only", Type::Bool), ("us", Type::Long)];

/// Makes the relations empty, so that the table functions over them can be made.
pub(super) fn empty_inputs(engine: &dyn Engine) -> Result<()> {
    engine.relation("asked_by", &BY, &[])?;
    engine.relation("asked_filter", &FILTER, &[])?;
    engine.relation("cell_instants", &INSTANTS, &[])
}

/// Fills `asked_by` and `asked_filter`, and says how cells are read back.
pub(super) fn ask(engine: &dyn Engine, plan: &Plan, question: &Question) -> Result<Vec<Split>> {
    let by: Vec<Vec<Value>> = (0..).zip(&question.by).map(|(at, name)| place(plan, at, name).into()).collect();
    engine.relation("asked_by", &BY, &by)?;
    let mut filters = Vec::new();
    for (at, (name, values)) in (0..).zip(&question.segments) {
        filters.extend(values.iter().map(|value| {
            let mut row: Vec<Value> = place(plan, at, name).into();
            row.push(value.as_deref().into());
            row
        }));
    }
    engine.relation("asked_filter", &FILTER, &filters)?;
    let order = |name: &str| segment(plan, name).map_or(Vec::new(), Segment::band_names);
    Ok(question.by.iter().map(|name| Split { name: name.clone(), order: order(name) }).collect())
}

/// Puts each thing of a relation into its cell, as `told_cells`.
pub(super) fn tell(engine: &dyn Engine, instants: &str) -> Result<()> {
    engine.run(&format!("create or replace table cell_instants as {instants}"), &[])?;
    engine.run("create or replace table told_cells as select * from cells()", &[])
}

fn place(plan: &Plan, position: i32, name: &str) -> [Value; 3] {
    let from_crm = segment(plan, name).is_some_and(|segment| segment.from == SegmentFrom::CrmCompany);
    [position.into(), name.into(), from_crm.into()]
}

fn segment<'a>(plan: &'a Plan, name: &str) -> Option<&'a Segment> {
    plan.segments.iter().find(|segment| segment.id.as_str() == name)
}
