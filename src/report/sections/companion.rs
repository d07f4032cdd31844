//! The chart that belongs to a metric's kind, and its reading by one segment.

use crate::model::metric::Metric;
use crate::plan::Plan;
use crate::report::chart::spec::{self, SegmentRow, Segments};
use crate::report::inputs::{Companion, MetricFindings, Stages};
use crate::report::numbers::{self, Style, count, percent};
use crate::report::{wording, xmr};

use crate::report::figure::Figure;
use crate::report::judged::Judged;

/// The companion of a block; nothing where there is none or it has no points.
pub(super) fn companion(plan: &Plan, judged: &Judged<'_>, found: &MetricFindings) -> Option<spec::Companion> {
    let min_n = u64::from(plan.sync.min_n);
    match &found.companion {
        Companion::None => None,
        Companion::Activation { curves, kept } => {
            let drawn: Vec<_> = curves.iter().filter(|curve| curve.points.len() > 1).collect();
            let shown = &drawn[drawn.len().saturating_sub(4)..];
            let last = shown.last()?;
            let within = last.points.iter().chain(shown.iter().flat_map(|curve| &curve.points)).map(|point| point.0);
            Some(spec::Companion::Curves(spec::Curves {
                title: format!("{}, by days since the start", judged.title()),
                alt: wording::curves_alt(judged.title(), shown),
                until: within.fold(1.0, f64::max),
                curves: shown.iter().map(|curve| chart_curve(curve)).collect(),
                below: kept.map(|kept| wording::kept(kept, min_n)),
            }))
        }
        Companion::Adoption { stages, since_available } => {
            let shown: Vec<&Stages> = stages.iter().rev().take(12).rev().collect();
            let last = shown.last()?;
            Some(spec::Companion::Stages(spec::StageBars {
                title: "Stages of adoption".to_owned(),
                alt: wording::stages_alt(last),
                months: shown.iter().map(|stages| stage_bar(stages)).collect(),
                since_available: since_available.clone(),
            }))
        }
        Companion::Funnel { label, steps } => {
            let (first, last) = (steps.first()?, steps.last()?);
            Some(spec::Companion::Funnel(spec::Funnel {
                title: format!("Step by step, {label}"),
                alt: wording::funnel_alt(first, last),
                steps: steps.iter().map(|step| funnel_step(step, min_n)).collect(),
            }))
        }
        Companion::Retention { unit, cohorts } => {
            let shown: Vec<_> = cohorts.iter().rev().take(12).rev().collect();
            shown.last()?;
            Some(spec::Companion::Triangle(triangle(plan, *unit, &shown, min_n)))
        }
        Companion::Movements(months) => {
            let shown: Vec<_> = months.iter().rev().take(12).rev().copied().collect();
            let last = shown.last()?;
            let style = Style::new(crate::model::reading::ValueUnit::Money, plan.workspace.currency.as_deref());
            Some(spec::Companion::Movements(spec::Movements {
                title: "How recurring revenue moved, by month".to_owned(),
                alt: wording::movements_alt(last, &style),
                months: shown.iter().map(movement).collect(),
                style,
            }))
        }
    }
}

fn chart_curve(curve: &crate::report::inputs::Curve) -> spec::Curve {
    let label = if curve.open { format!("{} (open)", curve.label) } else { curve.label.clone() };
    spec::Curve { label, eligible: curve.eligible, points: curve.points.clone(), open: curve.open }
}

fn stage_bar(stages: &Stages) -> spec::StageBar {
    spec::StageBar {
        name: numbers::month(stages.period.start)[..3].to_owned(),
        counts: [stages.habitual, stages.adopted, stages.tried, stages.lapsed, stages.never],
    }
}

fn funnel_step(step: &crate::report::inputs::Step, min_n: u64) -> spec::FunnelStep {
    let share = step.counted as f64 / step.eligible.max(1) as f64;
    let small = step.eligible < min_n;
    let percent = if small { String::new() } else { percent(share) };
    spec::FunnelStep {
        name: step.name.clone(),
        share,
        text: percent,
        counts: format!("{} of {}", count(step.counted), count(step.eligible)),
        time: step.median_seconds.map(wording::duration),
    }
}

fn triangle(
    plan: &Plan,
    unit: crate::model::period::Unit,
    cohorts: &[&crate::report::inputs::Cohort],
    min_n: u64,
) -> spec::Triangle {
    let rows = cohorts.iter().map(|cohort| spec::TriangleRow {
        name: numbers::period_name(&plan.workspace.calendar, unit, cohort.period).replace("the week of ", ""),
        eligible: cohort.eligible,
        cells: cohort
            .cells
            .iter()
            .map(|(counted, settled)| spec::TriangleCell {
                share: (cohort.eligible >= min_n).then(|| *counted as f64 / cohort.eligible as f64),
                counted: *counted,
                open: !settled,
            })
            .collect(),
    });
    spec::Triangle {
        title: format!("Who came back, by {} of start", unit.word()),
        alt: wording::triangle_alt(unit, cohorts),
        unit: unit.word(),
        rows: rows.collect(),
    }
}

fn movement(month: &crate::report::inputs::Movement) -> spec::MovementBar {
    spec::MovementBar {
        name: numbers::month(month.period.start)[..3].to_owned(),
        up: [month.new, month.reactivation, month.expansion],
        down: [month.contraction, month.churn],
        net: month.closing - month.opening,
    }
}

/// The last settled reading by the report's segment, with intervals; no verdict on segments.
pub(super) fn segments(plan: &Plan, judged: &Judged<'_>, found: &MetricFindings) -> Option<Segments> {
    if matches!(judged.metric, Metric::Business(_)) && found.by_segment.is_none() {
        return None;
    }
    let series = found.by_segment.as_ref()?;
    let rows: Vec<_> = xmr::split(series).into_iter().filter(|reading| reading.settled).collect();
    let last = rows.iter().map(|reading| reading.period).max()?;
    let min_n = plan.sync.min_n;
    let shown = rows.iter().filter(|reading| reading.period == last && reading.value.is_some());
    let rows: Vec<SegmentRow> = shown
        .map(|reading| SegmentRow {
            name: wording::cell(&reading.segment) + if reading.segment_assumed { " *" } else { "" },
            counts: numbers::counts(reading, &judged.style),
            small: reading.share.is_some_and(|share| share.eligible < u64::from(min_n)),
            figure: Figure::of(reading, &judged.style, min_n),
        })
        .collect();
    let segment = series.readings.iter().find_map(|reading| reading.segment.parts.first())?.0.clone();
    let unit = xmr::chart_unit(judged.metric).unwrap_or(crate::model::period::Unit::Month);
    let when = numbers::period_name(&plan.workspace.calendar, unit, last);
    let assumed = rows.iter().any(|row| row.figure.note.is_some());
    let star = if assumed { " (* by a value from before its first known version)" } else { "" };
    (!rows.is_empty()).then(|| Segments {
        title: format!("By {segment}, {when}{star}"),
        alt: wording::segments_alt(judged.title(), &segment, &rows),
        share: judged.style.unit == crate::model::reading::ValueUnit::Share,
        style: judged.style.clone(),
        rows,
    })
}
