//! Which arrows hold: each link from traction (or an outcome) to a business metric, tested account by account.
//!
//! What is built: design R, one row per renewal (evidence.md 3), its raw and adjusted difference, and the gates in front
//! of them. What is not: the designs N, L and E, the checks, and the grades; nothing here calls a link strong or weak.

pub mod adjust;
pub mod context;
pub mod covariates;
pub mod decision;
pub mod exposure;
pub mod issues;
mod relations;

use anyhow::Result;

use crate::engine::Engine;
use crate::model::evidence::{Evidence, Finding};
use crate::model::ids::MetricId;
use crate::model::metric::{BusinessKind, Metric};
use crate::plan::{Design, Link, LinkFrom, Plan};

pub use context::Context;
use issues::Untestable;

/// Every gate and lint that can stand in a link's way, with what it means.
pub fn codes() -> Vec<(&'static str, &'static str)> {
    issues::CODES.to_vec()
}

/// Makes the relations that every link reads, out of those of `queries/README.md` that shape and business make.
///
/// # Errors
/// If the engine refuses.
pub fn prepare(engine: &dyn Engine, plan: &Plan, context: &Context) -> Result<()> {
    relations::make(engine, plan, context)
}

/// Tests a link in the weeks that were prepared; without telemetry there are none. The evidence of a link that begins at an
/// outcome carries the outcome's id as `from`.
///
/// # Errors
/// If the engine refuses.
pub fn test(engine: &dyn Engine, plan: &Plan, context: Option<&Context>, link: &Link) -> Result<Evidence> {
    let finding = match context {
        Some(context) => finding(engine, plan, context, link)?,
        None => issues::no_telemetry().into(),
    };
    Ok(told(plan, link, finding))
}

fn told(plan: &Plan, link: &Link, finding: Finding) -> Evidence {
    let from = match &link.from {
        LinkFrom::Metric(metric) => metric.clone(),
        LinkFrom::Outcome(outcome) => MetricId::new(outcome.as_str()),
    };
    Evidence { from, to: link.to.clone(), design: word(design(plan, link)), finding }
}

fn finding(engine: &dyn Engine, plan: &Plan, context: &Context, link: &Link) -> Result<Finding> {
    Ok(match design(plan, link) {
        Some(Design::Renewal) => match renewal(engine, plan, context, link)? {
            Ok(finding) => finding,
            Err(untestable) => untestable.into(),
        },
        Some(Design::Expansion) => issues::design_not_built("expansions").into(),
        Some(Design::Signup) => issues::design_not_built("sign-ups").into(),
        None => issues::no_result(&link.to).into(),
    })
}

/// How a link is tested: as it says, else by what its business metric is about (plan-file.md).
fn design(plan: &Plan, link: &Link) -> Option<Design> {
    let by_kind = match plan.metric(&link.to) {
        Some(Metric::Business(business)) => match business.kind {
            BusinessKind::RenewalRate { .. } => Some(Design::Renewal),
            BusinessKind::Mrr | BusinessKind::MrrMovements | BusinessKind::NetRevenueRetention { .. } => {
                Some(Design::Expansion)
            }
        },
        Some(Metric::Traction(_)) | None => None,
    };
    link.design.or(by_kind)
}

fn word(design: Option<Design>) -> &'static str {
    match design {
        Some(Design::Renewal) => "renewal",
        Some(Design::Expansion) => "expansion",
        Some(Design::Signup) => "signup",
        None => "none",
    }
}

fn renewal(
    engine: &dyn Engine,
    plan: &Plan,
    context: &Context,
    link: &Link,
) -> Result<std::result::Result<Finding, Untestable>> {
    let exposure = match exposure::of(plan, context, link) {
        Ok(exposure) => exposure,
        Err(untestable) => return Ok(Err(untestable)),
    };
    if let Err(untestable) = decision::lints(engine, context)? {
        return Ok(Err(untestable));
    }
    let decision = decision::of_renewals(engine, plan, context, link, &exposure)?;
    Ok(decision.and_then(|decision| adjust::compare(&decision, link)))
}
