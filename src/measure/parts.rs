//! What a question is split by and filtered on (R9.7): segments of accounts, properties of events, and their values.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::asked::queries;
use super::{Asking, issues, kinds};
use crate::engine::Frame;
use crate::model::column::{Type, Value};
use crate::model::metric::Traction;
use crate::model::question::Question;
use crate::model::reading::Cell;
use crate::model::scope::Scope;
use crate::plan::Plan;

/// How many parts the queries have columns for.
const MOST: usize = 4;

/// One name of a split or a filter.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    name: String,
    from: PartFrom,
    /// Whether rows are split by it; otherwise it only filters.
    is_shown: bool,
    /// The values that are kept; nothing: all.
    wanted: Option<Vec<Option<String>>>,
    /// Its bands, in order.
    bands: Vec<String>,
}

/// Where a part's values come from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum PartFrom {
    /// An attribute of the account.
    Segment,
    /// The property that `hits` keep in this place, from 1.
    Property(i64),
}

/// A combination of values, one per part.
type Values = Vec<Option<String>>;

pub(super) fn parts(plan: &Plan, scope: &Scope, traction: &Traction, question: &Question) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    for name in &question.by {
        parts.push(part(plan, scope, traction, name, Use::Shown)?);
    }
    for (name, values) in &question.segments {
        let found = parts.iter().position(|part: &Part| part.name == *name);
        let index = match found {
            Some(index) => index,
            None => {
                parts.push(part(plan, scope, traction, name, Use::Filter)?);
                parts.len() - 1
            }
        };
        let wanted = parts[index].wanted.take();
        let keeps = |value: &Option<String>| wanted.as_ref().is_none_or(|wanted| wanted.contains(value));
        parts[index].wanted = Some(values.iter().filter(|value| keeps(value)).cloned().collect());
    }
    if parts.len() > MOST {
        return Err(issues::by_too_many(parts.len(), MOST));
    }
    Ok(parts)
}

#[derive(Clone, Copy, PartialEq)]
enum Use {
    Shown,
    Filter,
}

fn part(plan: &Plan, scope: &Scope, traction: &Traction, name: &str, used: Use) -> Result<Part> {
    let segment = plan.segments.iter().find(|segment| segment.id.as_str() == name);
    let kept = scope.kept.iter().position(|kept| kept == name);
    let known: Vec<_> = plan.segments.iter().map(|segment| segment.id.as_str()).collect();
    let from = match (segment, kept) {
        (Some(_), _) => PartFrom::Segment,
        (None, _) if !kinds::counts_events(&traction.kind) => {
            return Err(match kept {
                Some(_) => issues::by_refused(name, traction.kind.name(), &known),
                None => issues::by_unknown(name, &known),
            });
        }
        (None, Some(place)) => PartFrom::Property(i64::try_from(place)? + 1),
        (None, None) => return Err(issues::by_unknown(name, &known)),
    };
    let bands = segment.map(|segment| segment.band_names()).unwrap_or_default();
    Ok(Part { name: name.to_owned(), from, is_shown: used == Use::Shown, wanted: None, bands })
}

/// Where a cell stands among those of a period: bands in their order, code point, then `other`, then null.
pub(super) fn rank(parts: &[Part], cell: &Cell) -> Vec<(u8, usize, String)> {
    let bands = |name: &str| parts.iter().find(|part| part.name == name).map_or(&[][..], |part| &part.bands);
    let rank = |(name, value): &(String, Option<String>)| match value {
        None => (3, 0, String::new()),
        Some(value) => match bands(name).iter().position(|band| band == value) {
            Some(place) => (0, place, String::new()),
            None if value == "other" => (2, 0, String::new()),
            None => (1, 0, value.clone()),
        },
    };
    cell.parts.iter().map(rank).collect()
}

/// Makes `parts` and `placed`: under which values each account stands, and when.
pub(super) fn place(asking: &Asking) -> Result<()> {
    let rows: Vec<_> = (1_i64..)
        .zip(&asking.parts)
        .filter(|(_, part)| part.from == PartFrom::Segment)
        .map(|(place, part)| vec![Value::Long(place), Value::Text(part.name.clone())])
        .collect();
    if asking.engine.renew("parts", &[("part", Type::Long), ("segment", Type::Text)], &rows)? {
        asking.engine.load(&queries(&["placed_parts"]))?;
        asking.engine.run("create or replace table placed as select * from placed_parts()", &[])?;
    }
    Ok(())
}

impl Asking<'_> {
    /// The kept property of each part, 0 for none: the columns `property_1` to `property_4` of `asked`.
    pub(crate) fn properties(&self) -> [i64; MOST] {
        let mut properties = [0; MOST];
        for (property, part) in properties.iter_mut().zip(&self.parts) {
            if let PartFrom::Property(place) = part.from {
                *property = place;
            }
        }
        properties
    }

    /// Makes `cells` for the values that `units` met: which combination stands in which cell. Gives the cells by number.
    pub(crate) fn make_cells(&self) -> Result<Vec<Cell>> {
        let (rows, cells) = if self.parts.is_empty() {
            (vec![(vec![], 0)], vec![Cell::default()])
        } else {
            self.engine.load(&queries(&["tuples"]))?;
            let met = self.engine.query("select * from tuples()", &[])?;
            self.refuse_unheard_of(&met)?;
            self.combined(&met)
        };
        let columns: Vec<_> = ["part_1", "part_2", "part_3", "part_4"].map(|name| (name, Type::Text)).to_vec();
        let columns: Vec<_> = columns.into_iter().chain([("cell", Type::Long)]).collect();
        let rows: Vec<_> = rows.into_iter().map(|(values, cell)| row(values, cell)).collect();
        self.engine.renew("cells", &columns, &rows)?;
        Ok(cells)
    }

    /// A property that no event of the metric ever had is a name that is spelled wrong.
    fn refuse_unheard_of(&self, met: &Frame) -> Result<()> {
        let of_events = self.parts.iter().zip(1..).filter(|(part, _)| part.from != PartFrom::Segment);
        for (part, place) in of_events {
            if (0..met.rows()).any(|row| met.text(&format!("part_{place}"), row).is_some()) {
                continue;
            }
            let sql = format!("select count(*) as uses, count(property_{place}) as told from uses");
            let ever = self.engine.query(&sql, &[])?;
            if ever.count("uses", 0) > 0 && ever.count("told", 0) == 0 {
                let known: Vec<_> = self.plan.segments.iter().map(|segment| segment.id.as_str()).collect();
                return Err(issues::by_unknown(&part.name, &known));
            }
        }
        Ok(())
    }

    /// The combinations that are wanted, each with the number of its cell.
    fn combined(&self, frame: &Frame) -> (Vec<(Values, i64)>, Vec<Cell>) {
        let names = ["part_1", "part_2", "part_3", "part_4"];
        let met = (0..frame.rows()).map(|row| {
            let values: Values = (0..self.parts.len()).map(|part| frame.text(names[part], row)).collect();
            (values, frame.count("actors", row))
        });
        let is_wanted = |values: &Values| {
            let pairs = values.iter().zip(&self.parts);
            pairs.into_iter().all(|(value, part)| part.wanted.as_ref().is_none_or(|wanted| wanted.contains(value)))
        };
        let met: Vec<_> = met.filter(|(values, _)| is_wanted(values)).collect();
        let largest = self.largest(&met);
        let shown = |values: &Values| self.shown(values, &largest);
        let distinct: BTreeSet<_> = met.iter().map(|(values, _)| shown(values)).collect();
        let numbers: BTreeMap<_, _> = distinct.iter().zip(0_i64..).collect();
        let rows = met.iter().map(|(values, _)| (values.clone(), numbers[&shown(values)])).collect();
        let mut cells: Vec<_> = distinct.iter().map(|parts| Cell { parts: parts.clone() }).collect();
        if cells.is_empty() && !self.parts.iter().any(|part| part.is_shown) {
            cells.push(Cell::default());
        }
        (rows, cells)
    }

    /// The values of each part that keep a cell of their own; nothing: all.
    fn largest(&self, met: &[(Values, u64)]) -> Option<Vec<BTreeSet<String>>> {
        let top = self.question.top? as usize;
        let of_part = |part: usize| {
            let mut sizes = BTreeMap::<&String, u64>::new();
            for (values, actors) in met {
                if let Some(value) = &values[part] {
                    *sizes.entry(value).or_default() += actors;
                }
            }
            let mut sizes: Vec<_> = sizes.into_iter().collect();
            sizes.sort_by_key(|(value, actors)| (std::cmp::Reverse(*actors), *value));
            sizes.into_iter().take(top).map(|(value, _)| value.clone()).collect()
        };
        Some((0..self.parts.len()).map(of_part).collect())
    }

    fn shown(&self, values: &Values, largest: &Option<Vec<BTreeSet<String>>>) -> Vec<(String, Option<String>)> {
        let indexed = self.parts.iter().enumerate().filter(|(_, part)| part.is_shown);
        let value = |index: usize| match (&values[index], largest) {
            (Some(value), Some(largest)) if !largest[index].contains(value) => Some("other".to_owned()),
            (value, _) => value.clone(),
        };
        indexed.map(|(index, part)| (part.name.clone(), value(index))).collect()
    }
}

fn row(values: Values, cell: i64) -> Vec<Value> {
    let mut row: Vec<_> = values.into_iter().map(Value::from).collect();
    row.resize(MOST, Value::Null);
    row.push(Value::Long(cell));
    row
}
