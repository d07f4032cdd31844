//! What is said of plans, word for word, and what they resolve to.

use std::path::Path;

use jiff::civil::date;

use super::{Needs, resolve};
use crate::diag::{Severity, render};
use crate::model::length::Length;
use crate::model::metric::{
    Better, Clock, CohortEntry, Criterion, Excluded, ReturnCriterion, TargetPath, TractionKind,
};
use crate::model::period::Unit;
use crate::plan::{Matches, Plan};

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

/// The smallest workspace, and what is added to it.
fn with(more: &str) -> String {
    format!(
        "[workspace]\nname = \"W\"\ntimezone = \"UTC\"\n[sources.app]\nkind = \"events\"\nfiles = \"e.csv\"\n\
         [signals.s1]\nevent = \"one\"\n[signals.s2]\nevent = \"two\"\ndistinct = \"site\"\nat_least = 2\n\
         [[lane]]\nid = \"l\"\nname = \"L\"\nowner = \"O\"\n[[outcome]]\nid = \"o\"\nlane = \"l\"\nstatement = \"A team does it\"\n{more}"
    )
}

/// A traction metric with these keys, resolved.
#[track_caller]
fn metric(keys: &str) -> (Plan, TractionKind) {
    let text = with(&format!("[[traction]]\nid = \"m\"\noutcome = \"o\"\n{keys}\n"));
    let (plan, told) = resolved(&text, Needs::Metrics);
    assert_eq!(told, "");
    let plan = plan.unwrap();
    let kind = plan.traction().next().unwrap().kind.clone();
    (plan, kind)
}

#[test]
fn defaults_are_filled_in() {
    let (plan, kind) = metric("kind = \"retention\"\nstart = \"s1\"\nreturn = \"any\"");
    let TractionKind::Retention(retention) = kind else { panic!("it is retention") };
    assert_eq!((retention.period, retention.periods, retention.k), (Unit::Week, 12, None));
    assert_eq!((retention.entry, retention.clock), (CohortEntry::FirstTime, Clock::Calendar));
    assert_eq!((retention.criterion, retention.return_at_least), (ReturnCriterion::On, 1));
    assert_eq!(plan.signal(&retention.back.signal).matches, Matches::AnyEvent);
    assert_eq!((plan.limits.set_aside, plan.sync.min_n, plan.sync.every), (0.01, 20, Unit::Quarter));
    assert_eq!(plan.sync.decisions.as_deref(), Some("decisions.toml"));
    assert!(plan.renewals.is_none(), "nothing holds deals");

    let (_, kind) = metric("kind = \"active\"\nsignal = [\"s1\", \"s2\"]\ntrailing = \"28d\"");
    let TractionKind::Active(active) = kind else { panic!("it is active") };
    assert_eq!((active.period, active.signals.len(), active.signals[1].at_least), (Unit::Day, 2, 2));

    let (_, kind) = metric("kind = \"adoption\"\nsignal = \"s1\"\neligible = \"s2\"");
    let TractionKind::Adoption(adoption) = kind else { panic!("it is adoption") };
    assert_eq!((adoption.at_least, adoption.trailing, adoption.period), (1, Length::days(28), Unit::Week));
}

#[test]
fn a_signal_written_in_place_keeps_its_own_count() {
    let (_, kind) = metric("kind = \"active\"\nsignal = { signal = \"s1\", at_least = 2, per = \"day\" }");
    let TractionKind::Active(active) = kind else { panic!("it is active") };
    assert_eq!((active.signals[0].at_least, active.signals[0].per), (2, Some(Unit::Day)));

    let (plan, kind) = metric("kind = \"adoption\"\nsignal = { signal = \"s1\", at_least = 2, per = \"day\" }");
    let TractionKind::Adoption(adoption) = kind else { panic!("it is adoption") };
    assert_eq!(adoption.signal.as_str(), "{ signal = \"s1\", at_least = 2, per = \"day\" }");
    let signal = plan.signal(&adoption.signal);
    assert_eq!(
        (signal.at_least, signal.per, &signal.matches),
        (2, Some(Unit::Day), &Matches::Events(vec!["one".into()]))
    );
}

#[test]
fn criteria_are_counted_as_they_say() {
    let (plan, kind) = metric(
        "kind = \"activation\"\nstart = \"s1\"\nwithin = \"7d\"\n\
         reach = [\"s2\", { signal = \"s1\", days = 3 }, { signal = \"s1\", distinct = \"app\", at_least = 2 }, { gauge = \"g\", at_least = 1.5 }]",
    );
    let TractionKind::Activation(activation) = kind else { panic!("it is activation") };
    let (needed, criteria) = activation.reach.needed();
    assert_eq!((needed, activation.ordered, activation.cohort), (4, false, Unit::Month));
    let counted: Vec<_> = criteria
        .iter()
        .map(|criterion| match criterion {
            Criterion::Signal { count, at_least, .. } => format!("{count:?} {at_least}"),
            Criterion::Gauge { gauge, at_least } => format!("{gauge} {at_least}"),
        })
        .collect();
    assert_eq!(counted, ["Values 2", "Days 3", "Values 2", "g 1.5"]);
    let Criterion::Signal { signal, .. } = &criteria[2] else { panic!("it is a signal") };
    assert_eq!(plan.signal(signal).distinct.as_deref(), Some("app"));

    let (_, kind) = metric(
        "kind = \"activation\"\nstart = \"s1\"\nwithin = \"7d\"\nreach = { n_of = 1, signals = [\"s1\", \"s2\"] }",
    );
    let TractionKind::Activation(activation) = kind else { panic!("it is activation") };
    assert_eq!(activation.reach.needed().0, 1);
}

#[test]
fn a_funnel_without_a_window_takes_those_of_its_steps() {
    let steps = "kind = \"funnel\"\nsteps = [\"s1\", { signal = \"s2\", within = \"36h\" }, { signal = \"s1\", within = \"12h\" }]";
    let (_, kind) = metric(steps);
    let TractionKind::Funnel(funnel) = kind else { panic!("it is a funnel") };
    assert_eq!((funnel.within, funnel.period, funnel.steps.len()), (Length::days(2), None, 3));

    let (_, kind) =
        metric(&format!("{steps}\nexclude = [{{ signal = \"any\", after = 2, before = 3, then = \"drop\" }}]"));
    let TractionKind::Funnel(funnel) = kind else { panic!("it is a funnel") };
    assert_eq!((funnel.exclude[0].after, funnel.exclude[0].before, funnel.exclude[0].then), (2, 3, Excluded::Drop));
}

#[test]
fn the_target_says_which_way_is_good_unless_the_plan_does() {
    let better = |keys: &str| {
        let (plan, _) = metric(&format!("kind = \"adoption\"\nsignal = \"s1\"\n{keys}"));
        plan.metrics[0].better()
    };
    assert_eq!(better(""), Better::Higher);
    let falling = "target = { value = 0.1, by = \"2027-01-01\", from = { value = 0.2, on = 2026-01-01 } }";
    assert_eq!(better(falling), Better::Lower);
    assert_eq!(better(&format!("{falling}\nbetter = \"none\"")), Better::None);
    let (plan, _) = metric("kind = \"gauge\"\ngauge = \"g\"\nreduce = \"sum\"");
    assert_eq!(plan.metrics[0].better(), Better::None);
}

#[test]
fn a_target_goes_through_its_points_in_order() {
    for path in [
        "path = { points = { 2026-09-30 = 0.2, 2026-06-30 = 0.15 } }",
        "points = { 2026-09-30 = 0.2, 2026-06-30 = 0.15 }",
    ] {
        let (plan, _) = metric(&format!(
            "kind = \"adoption\"\nsignal = \"s1\"\ntarget = {{ value = 0.3, by = 2027-01-01, {path} }}"
        ));
        let target = plan.traction().next().unwrap().target.as_ref().unwrap();
        let TargetPath::Points(points) = &target.path else { panic!("it has points") };
        assert_eq!(points, &[(date(2026, 6, 30), 0.15), (date(2026, 9, 30), 0.2)]);
    }
}

#[test]
fn a_verb_is_stopped_only_by_what_it_needs() {
    let bad_metric = with("[[traction]]\nid = \"m\"\noutcome = \"o\"\nkind = \"funnel\"\n");
    let bad_link = with("[[link]]\nfrom = \"x\"\nto = \"y\"\n");
    let bad_source = with("").replace("kind = \"events\"", "kind = \"evnts\"");
    let there =
        |text: &str| [Needs::Sources, Needs::Metrics, Needs::Everything].map(|needs| resolved(text, needs).0.is_some());
    assert_eq!(there(&with("")), [true, true, true]);
    assert_eq!(there(&bad_metric), [true, false, false]);
    assert_eq!(there(&bad_link), [true, true, false]);
    assert_eq!(there(&bad_source), [false, false, false]);
    assert_eq!(resolved(&bad_metric, Needs::Sources).1, "", "what is not needed is not told");
}

#[test]
fn a_source_takes_the_defaults_of_its_kind() {
    let text = with(
        "[sources.crm]\nkind = \"salesforce\"\ncompanies = [\"a.csv\", \"b.csv\"]\ndeals = \"d.csv\"\n\
         columns = { companies = { id = \"Nr\" }, deals = { stage = \"Phase\" } }\n\
         [sources.reports]\nkind = \"hubspot\"\ncompanies = \"c.csv\"\ncolumns = { domain = \"Web\" }\n\
         [sources.money]\nkind = \"stripe\"\nsubscriptions = \"s.csv\"\nstale = { warn = \"1d\" }\n",
    )
    .replace("timezone = \"UTC\"", "timezone = \"Europe/Amsterdam\"\ncurrency = \"EUR\"");
    let (plan, told) = resolved(&text, Needs::Sources);
    assert_eq!(told, "");
    let plan = plan.unwrap();
    let zone = |index: usize| plan.sources[index].timezone.iana_name().unwrap().to_string();
    assert_eq!((zone(0), zone(1), zone(3)), ("UTC".into(), "Europe/Amsterdam".into(), "UTC".into()));
    let crm = &plan.sources[1];
    assert_eq!((crm.files.len(), crm.deals.len(), crm.pipeline.as_deref()), (2, 1, Some("Type")));
    assert_eq!((crm.columns["companies.id"].as_str(), crm.columns["deals.stage"].as_str()), ("Nr", "Phase"));
    assert_eq!(plan.sources[2].columns["companies.domain"], "Web");
    assert_eq!((plan.sources[3].currency.as_deref(), plan.sources[0].currency.as_deref()), (Some("EUR"), None));
    assert_eq!(plan.sources[3].stale, Some((Length::days(1), Length::days(7))));
    assert_eq!(plan.renewals.unwrap().pipeline, "Renewals", "a CRM with deals has renewals unless said otherwise");
}

#[test]
fn keys_that_mean_nothing_where_renewals_are_read_are_refused() {
    let told = |rules: &str| {
        let text =
            with(&format!("[sources.money]\nkind = \"stripe\"\nsubscriptions = \"s.csv\"\n[renewals]\n{rules}\n"))
                .replace("timezone = \"UTC\"", "timezone = \"UTC\"\ncurrency = \"EUR\"");
        resolved(&text, Needs::Metrics).1
    };
    assert_eq!(told("from = \"billing\""), "");
    assert_eq!(told("from = \"renewals.csv\"\nwon = [\"Signed\"]\nlost = [\"Gone\"]"), "");
    for (rules, key) in [
        ("from = \"billing\"\nwon = [\"Closed won\"]", "won"),
        ("from = \"billing\"\ndue = \"Renewal date\"", "due"),
        ("from = \"renewals.csv\"\npipeline = \"Renewals\"", "pipeline"),
    ] {
        let told = told(rules);
        assert!(told.contains("error[key-not-of-kind]") && told.contains(&format!("no `{key}`")), "{rules}: {told}");
    }
}

#[test]
fn no_text_makes_the_reader_stop_short() {
    for end in 0..=WHOLE.len() {
        if WHOLE.is_char_boundary(end) && (end % 61 == 0 || end == WHOLE.len()) {
            resolved(&WHOLE[..end], Needs::Everything);
        }
    }
    for text in [
        "",
        "\0",
        "[[workspace]]",
        "workspace = 1",
        "sources = []",
        "[sources]\nx = 1",
        "signals.any.event = 3",
        "\u{feff}",
    ] {
        let (plan, told) = resolved(text, Needs::Everything);
        assert!(plan.is_none() && told.contains("error["), "{text}: {told}");
    }
}

#[test]
fn the_company_s_plan_wants_only_what_is_not_built() {
    let (plan, _) = resolved(include_str!("plans/company.toml"), Needs::Everything);
    let (_, told) = resolve(include_str!("plans/company.toml"), Path::new("."), date(2026, 11, 25), Needs::Metrics);
    let errors: Vec<&str> =
        told.iter().filter(|problem| problem.severity == Severity::Error).map(|problem| problem.code).collect();
    assert_eq!(errors, ["kind-not-built"; 16]);
    let plan = plan.unwrap();
    let built: Vec<&str> = plan.metrics.iter().map(|metric| metric.id().as_str()).collect();
    assert_eq!(
        built,
        [
            "weekly-users",
            "teams-with-device",
            "devices",
            "applications-per-team",
            "trial-payment",
            "deploy-adoption",
            "mrr",
            "nrr",
            "renewals"
        ]
    );
}
