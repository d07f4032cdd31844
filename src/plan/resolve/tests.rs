//! What is said of plans, word for word, and what they resolve to.

use std::path::Path;

use jiff::civil::date;

use super::{Needs, resolve};
use crate::diag::render;
use crate::plan::Plan;

/// A plan that uses every section.
const WHOLE: &str = include_str!("plans/whole.toml");

/// A plan in which a CRM alone says who renewed, expanded and left.
const WORLD: &str = include_str!("plans/world.toml");

/// Resolves a plan on 25 November 2026, and tells what was said.
pub(super) fn resolved(text: &str, needs: Needs) -> (Option<Plan>, String) {
    console::set_colors_enabled_stderr(false);
    let (plan, told) = resolve(text, Path::new("."), date(2026, 11, 25), needs);
    (plan, told.iter().map(|problem| render(problem, Some(text))).collect())
}

#[test]
fn a_plan_with_every_section_resolves() {
    let (plan, told) = resolved(WHOLE, Needs::Everything);
    assert_eq!(
        told,
        "\
warning[business-unled]: nothing leads to `nrr`
   --> throughline.toml:116:1
    |
116 | [[business]]
    | ^^^^^^^^^^^^
  because: no `[[link]]` ends in it, so it can only be watched
  hint: add a `[[link]]` with `to = \"nrr\"`
"
    );
    let plan = plan.unwrap();
    assert_eq!((plan.sources.len(), plan.metrics.len(), plan.links.len()), (6, 4, 2));
}

#[test]
fn only_what_is_not_built_is_left_out() {
    let (plan, told) = resolved(WORLD, Needs::Everything);
    let plan = plan.unwrap();
    assert_eq!(told.matches("error[").count(), 1, "{told}");
    assert!(told.contains("error[kind-not-built]: metric `retention` is of kind `logo_retention`"), "{told}");
    assert!(told.contains("warning[business-source-absent]: metric `expansion` has no chart"), "{told}");
    assert_eq!(plan.links.len(), 2, "the link to what is not built is left out");
}
