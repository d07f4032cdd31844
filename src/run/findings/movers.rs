//! Who moved a metric that signals: the accounts' parts of the move, which add up to it (R9.8).

use anyhow::{Result, ensure};

use crate::model::reading::Reading;
use crate::plan::Plan;
use crate::report::inputs::{Contribution, Findings, MetricFindings};
use crate::report::{self, Signalling};
use crate::run::session::Session;
use crate::stats::mix::{Parts, When};

/// Fills in the contributions of every metric whose last settled point signals.
pub(super) fn fill(session: &Session, plan: &Plan, findings: &mut Findings) -> Result<()> {
    let signalling = report::signalling(findings, plan);
    let parts = session.side_by_side(plan, &signalling, |desk, signalling| {
        let parts = |metric| desk.account_parts(metric, signalling.unit, (signalling.from, signalling.to));
        plan.metric(&signalling.metric).map(parts).transpose()
    })?;
    for (signalling, parts) in signalling.iter().zip(parts) {
        let Some(parts) = parts else { continue };
        let found = findings.metrics.iter_mut().find(|found| found.id == signalling.metric);
        let Some(found) = found else { continue };
        add_up(found, signalling, &parts)?;
        let told = |mover: crate::stats::mix::Mover| Contribution {
            account: mover.account,
            moved: mover.moved,
            contribution: mover.contribution,
        };
        found.contributions = parts.movers().into_iter().map(told).collect();
    }
    Ok(())
}

/// The parts must make the readings that the chart shows: an identity that fails is no figure to print.
fn add_up(found: &MetricFindings, signalling: &Signalling, parts: &Parts) -> Result<()> {
    let series = [&found.weekly, &found.monthly].into_iter().flatten();
    let readings: Vec<&Reading> = series.flat_map(report::xmr::headline).collect();
    for (period, when) in [(signalling.from, When::Before), (signalling.to, When::After)] {
        let whole = readings.iter().find(|reading| reading.period == period).and_then(|reading| reading.value);
        let (Some(whole), Some(sum)) = (whole, parts.value(when)) else { continue };
        ensure!(
            (whole - sum).abs() <= 1e-6 * whole.abs().max(1.0),
            "the accounts' parts of `{}` make {sum} in the period of {}, and its reading is {whole}",
            found.id,
            period.start
        );
    }
    Ok(())
}
