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
use crate::model::scope::Scope;
use crate::plan::{Design, Link, LinkFrom, Plan};

pub use context::Context;
use issues::Untestable;

/// Every gate and lint that can stand in a link's way, with what it means.
pub fn codes() -> Vec<(&'static str, &'static str)> {
    issues::CODES.to_vec()
}

/// Tests every link of the plan, in the plan's order. Reads the relations of `queries/README.md` that shape and business
/// make; the evidence of a link that begins at an outcome carries the outcome's id as `from`. `reached` names the metrics
/// that stand in the relation of that name.
///
/// # Errors
/// If the engine refuses.
pub fn test(engine: &dyn Engine, plan: &Plan, scope: &Scope, reached: Vec<MetricId>) -> Result<Vec<Evidence>> {
    match Context::of(plan, scope, reached) {
        Some(context) => test_in(engine, plan, &context),
        None => Ok(plan.links.iter().map(|link| told(plan, link, issues::no_telemetry().into())).collect()),
    }
}

/// Tests every link of the plan in weeks that the caller has counted.
///
/// # Errors
/// If the engine refuses.
pub fn test_in(engine: &dyn Engine, plan: &Plan, context: &Context) -> Result<Vec<Evidence>> {
    relations::make(engine, plan, context)?;
    let finding = |link: &Link| Ok(told(plan, link, finding(engine, plan, context, link)?));
    plan.links.iter().map(finding).collect()
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
