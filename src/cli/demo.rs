//! `throughline demo`: a sample workspace, the whole job on it, and where the report is.

use std::path::Path;

use anyhow::{Context, Result};

use super::args::Common;
use super::printer::Printer;
use super::{Exit, issues, question, run, workspace};
use crate::model::metric::Metric;
use crate::plan::Plan;
use crate::plan::resolve::Needs;
use crate::report::inputs::Findings;
use crate::report::judged::last_settled;
use crate::report::numbers::{self, Style};
use crate::run::Stage;
use crate::sample;

/// `throughline demo [DIR]`
pub(super) fn demo(common: &Common, printer: Printer, dir: &Path) -> Result<Exit> {
    lay_out(printer, dir)?;
    // The sample's exports end on one day: for it, it is the morning after, whenever somebody looks.
    let now = common.now.or(Some(sample::MORNING_AFTER));
    let here = Common { workspace: Some(dir.to_path_buf()), now, ..common.clone() };
    // What the plan leaves open stands in the report; here it would only stand in the way of the first look.
    let Some(workspace) = workspace::open(&here, printer.only_errors(), Needs::Everything)? else {
        return Ok(Exit::Nothing);
    };
    let Some(_lock) = run::take_lock(&here, printer, &workspace, "demo")? else { return Ok(Exit::Unreachable) };
    let opening = question::opening(&here, &workspace, None, question::held_constant(&workspace.plan.metrics));
    let done = run::nightly(printer, &workspace, opening, Stage::Report, true)?;
    if let Some(found) = &done.findings {
        printer.result(&headline(&workspace.plan, found))?;
    }
    offer(printer, done.pack.as_deref());
    Ok(Exit::Done)
}

/// Lays the sample out, unless a demo of before lies there already.
fn lay_out(printer: Printer, dir: &Path) -> Result<()> {
    std::fs::create_dir_all(dir).with_context(|| format!("could not make {}", dir.display()))?;
    // The folder itself is asked, whatever way leads to it.
    let folder = dir.canonicalize().with_context(|| format!("could not find {}", dir.display()))?;
    let plan = folder.join(workspace::PLAN);
    if plan.exists() && std::fs::read_to_string(&plan)? == sample::plan_text() {
        return Ok(());
    }
    let mut held = std::fs::read_dir(&folder).with_context(|| format!("could not look into {}", dir.display()))?;
    if held.next().is_some() {
        return Err(issues::demo_exists(dir));
    }
    let summary = sample::lay_out(&folder)?;
    printer.say(&format!("{summary}"));
    Ok(())
}

/// The last settled value of every metric, with its counts.
fn headline(plan: &Plan, found: &Findings) -> String {
    let mut text = String::new();
    let width = plan.metrics.iter().map(|metric| title(metric).chars().count()).max().unwrap_or(0);
    for metric in &plan.metrics {
        let Some(found) = found.metric(metric.id()) else { continue };
        let (Some(series), Some((_, last))) = (found.series(), last_settled(metric, found)) else { continue };
        let style = Style::new(series.unit, plan.workspace.currency.as_deref());
        let counts = numbers::counts(last, &style).unwrap_or_default();
        let value = last.value.map_or_else(String::new, |value| style.level(value));
        text.push_str(&format!("{:width$}  {value:>10}  {counts:<16} {}\n", title(metric), last.period.start));
    }
    text
}

fn title(metric: &Metric) -> &str {
    match metric {
        Metric::Traction(traction) => &traction.title,
        Metric::Business(business) => &business.title,
    }
}

/// On a terminal: how to open it.
fn offer(printer: Printer, pack: Option<&Path>) {
    let Some(pack) = pack else { return };
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "start"
    } else {
        "xdg-open"
    };
    printer.say(&format!("look at it: `{opener} {}`", pack.display()));
}
