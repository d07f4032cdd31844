//! Activation curves: share reached by days since the start, the last cohorts by quarter of start.

use anyhow::Result;

use crate::measure::{self, Curve};
use crate::model::metric::Traction;
use crate::model::period::Unit;
use crate::model::question::Question;
use crate::report::inputs::{self, Companion};
use crate::report::numbers::period_name;
use crate::run::desk::Desk;

/// How many cohorts a chart shows.
const SHOWN: usize = 4;

/// The curves of the last cohorts that anybody is in, oldest first, and who was kept of all (R4.4).
pub(super) fn curves(Desk { engine, plan, scope }: &Desk<'_>, traction: &Traction) -> Result<Companion> {
    let question = Question { period: Some(Unit::Quarter), from: scope.known_since, ..Question::default() };
    let found = measure::activation_curve(*engine, plan, scope, traction, &question)?;
    let mut begun: Vec<&Curve> = found.iter().filter(|curve| curve.starters > 0).collect();
    let surplus = begun.len().saturating_sub(SHOWN);
    let told = |curve: &Curve| inputs::Curve {
        label: period_name(&plan.workspace.calendar, Unit::Quarter, curve.period),
        eligible: curve.starters,
        points: curve.points.clone(),
        open: !curve.settled,
    };
    let curves = begun.split_off(surplus).into_iter().map(told).collect();
    let kept = measure::kept(*engine, plan, scope, traction, &question)?;
    Ok(Companion::Activation { curves, kept })
}
