//! `[[link]]`: what is meant to lead to what, and which keys its design takes (evidence.md 3).

use std::collections::BTreeMap;

use super::Resolver;
use crate::model::ids::{MetricId, OutcomeId};
use crate::model::length::Length;
use crate::plan::file::read::{At, Perhaps, entries};
use crate::plan::issues::{self, Noun};
use crate::plan::{Design, Expect, Link, LinkFrom, file};

/// What stands at an end of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
enum End {
    Outcome,
    /// A traction metric: its outcome and its kind.
    Traction(String, String),
    /// A business metric: its kind.
    Business(String),
}

impl End {
    fn noun(&self) -> &'static str {
        match self {
            Self::Outcome => "an outcome",
            Self::Traction(..) => "a traction metric",
            Self::Business(_) => "a business metric",
        }
    }

    fn floor(&self) -> u8 {
        match self {
            Self::Outcome => 0,
            Self::Traction(..) => 1,
            Self::Business(_) => 2,
        }
    }
}

impl Resolver<'_> {
    /// The links to business metrics, and the options of arrows from an outcome to its own traction metric.
    pub(super) fn links(&mut self) -> (Vec<Link>, Vec<Link>) {
        let (mut links, mut outcome_links) = (Vec::new(), Vec::new());
        let mut seen = BTreeMap::new();
        for at in entries(&self.file.link) {
            let (Some(from), Some(to)) = (&at.value.from, &at.value.to) else { continue };
            let label = format!("the link from `{}` to `{}`", from.value, to.value);
            if let Some(before) = seen.insert((&from.value, &to.value), &at.span) {
                let line = self.line(before);
                self.problems.push(&at.span, issues::link_twice(&label, line));
            }
            let Some((start, end)) = self.ends(&label, from, to) else { continue };
            let link = self.link(&label, at, &start, &end);
            let left_out = self.not_built.contains(&from.value) || self.not_built.contains(&to.value);
            match link {
                Some(link) if !left_out && matches!(end, End::Business(_)) => links.push(link),
                Some(link) if !left_out => outcome_links.push(link),
                _ => {}
            }
        }
        (links, outcome_links)
    }

    /// Both ends, if they are joined by an arrow of the line.
    fn ends(&mut self, label: &str, from: &At<String>, to: &At<String>) -> Option<(End, End)> {
        let start = self.end(label, from);
        let end = self.end(label, to);
        let (start, end) = (start?, end?);
        let problem = if from.value == to.value {
            issues::line_circle(&[&from.value, &to.value])
        } else if start.floor() > end.floor() {
            issues::line_backwards(&from.value, start.noun(), &to.value, end.noun())
        } else {
            match (&start, &end) {
                (_, End::Business(_)) if start.floor() < 2 => return Some((start, end)),
                (End::Outcome, End::Traction(outcome, _)) if *outcome == from.value => return Some((start, end)),
                (End::Outcome, End::Traction(outcome, _)) => {
                    let why = format!("`{}` signals outcome `{outcome}`, not `{}`", to.value, from.value);
                    issues::link_off_line(&from.value, &to.value, &why)
                }
                _ => issues::link_off_line(&from.value, &to.value, &format!("both are {}s", plain(start.noun()))),
            }
        };
        self.problems.push(&to.span, problem);
        None
    }

    fn end(&mut self, label: &str, name: &At<String>) -> Option<End> {
        let file = self.file;
        let same = |id: &Option<At<String>>| id.value() == Some(&name.value);
        if entries(&file.outcome).iter().any(|outcome| same(&outcome.value.id)) {
            return Some(End::Outcome);
        }
        if let Some(metric) = entries(&file.traction).iter().find(|metric| same(&metric.value.id)) {
            let outcome = metric.value.outcome.said_or(String::new());
            return Some(End::Traction(outcome, metric.value.kind.said_or(String::new())));
        }
        if let Some(metric) = entries(&file.business).iter().find(|metric| same(&metric.value.id)) {
            return Some(End::Business(metric.value.kind.said_or(String::new())));
        }
        let mut known = self.known(Noun::Metric);
        known.extend(self.known(Noun::Outcome));
        let problem = issues::unknown_name(Noun::Metric, label, &name.value, &known);
        self.problems.push(&name.span, problem);
        None
    }

    fn link(&mut self, label: &str, at: &At<file::Link>, start: &End, end: &End) -> Option<Link> {
        let written = &at.value;
        if let End::Business(_) = end {
            for (key, stands) in [("expect", written.expect.is_some()), ("because", written.because.is_some())] {
                if !stands {
                    let why = "a link is a claim: which way it goes, and why";
                    self.problems.push_missing(&at.span, key, issues::key_needed(label, key, why));
                }
            }
        }
        self.design_keys(label, written, end);
        self.exposure_keys(label, at, start, end);
        let mut weeks = |key: &str, at: &Option<At<Length>>| self.weeks(label, key, at);
        let (gap, window, horizon) =
            (weeks("gap", &written.gap), weeks("window", &written.window), weeks("horizon", &written.horizon));
        let at_least = self.at_least(label, &written.at_least);
        let eligible =
            written.eligible.as_ref().and_then(|test| self.account_filter(&format!("`eligible` of {label}"), test));
        let exposed = written.exposed.as_ref().and_then(|name| self.signal(&format!("`exposed` of {label}"), name));
        let from = written.from.value()?;
        Some(Link {
            from: if *start == End::Outcome {
                LinkFrom::Outcome(OutcomeId::new(from))
            } else {
                LinkFrom::Metric(MetricId::new(from))
            },
            to: MetricId::new(written.to.value()?),
            expect: written.expect.said_or(Expect::Increase),
            because: written.because.said_or(String::new()),
            declared: written.declared.value().copied(),
            design: written.design.value().copied(),
            gap_weeks: gap.unwrap_or(8),
            window_weeks: window.unwrap_or(26),
            at_least,
            threshold: written.threshold.value().copied(),
            horizon_weeks: horizon,
            smallest: written.smallest.value().copied(),
            eligible,
            exposed,
            result: written.result.value().cloned(),
        })
    }

    /// `gap` belongs to renewal, `window` to renewal and signup, `horizon` to signup; the kind of `to` says which there can be.
    fn design_keys(&mut self, label: &str, written: &file::Link, end: &End) {
        let End::Business(kind) = end else { return self.outcome_keys(label, written) };
        let fitting = designs(kind);
        if let Some(design) =
            written.design.as_ref().filter(|at| written.result.is_none() && !fitting.contains(&at.value))
        {
            let why = match fitting {
                [] => format!("a metric of kind `{kind}` has no result per account"),
                _ => format!("what follows is of kind `{kind}`, which is tested by {}", words(fitting)),
            };
            let hint = "leave it out, or give the link a `result` of its own";
            self.problems.push(
                &design.span,
                issues::link_key(label, &format!("design = \"{}\"", word(design.value)), &why, hint),
            );
            return;
        }
        let possible = written.design.value().map_or_else(|| fitting.to_vec(), |design| vec![*design]);
        let takes = |allowed: &[Design]| possible.is_empty() || possible.iter().any(|design| allowed.contains(design));
        let keys = [
            ("gap", written.gap.as_ref(), takes(&[Design::Renewal]), "only an exposure before a renewal has one"),
            (
                "window",
                written.window.as_ref(),
                takes(&[Design::Renewal, Design::Signup]),
                "an expansion follows from the first use",
            ),
            (
                "horizon",
                written.horizon.as_ref(),
                takes(&[Design::Signup]),
                "only a result read after a sign-up has one",
            ),
        ];
        for (key, at, allowed, why) in keys {
            if let Some(at) = at.filter(|_| !allowed) {
                let why = format!("{why}; this link is tested by {}", words(&possible));
                self.problems.push(&at.span, issues::link_key(label, key, &why, "leave it out"));
            }
        }
    }

    /// An arrow from an outcome to its own metric has an event study's fixed windows.
    fn outcome_keys(&mut self, label: &str, written: &file::Link) {
        let lengths = [("gap", &written.gap), ("window", &written.window), ("horizon", &written.horizon)];
        for (key, at) in lengths {
            if let Some(at) = at {
                let why = "an arrow from an outcome to its own metric is tested on the weeks around the change";
                self.problems.push(&at.span, issues::link_key(label, key, why, "leave it out"));
            }
        }
    }

    /// What makes an account exposed follows from the kind of `from`.
    fn exposure_keys(&mut self, label: &str, at: &At<file::Link>, start: &End, end: &End) {
        let End::Traction(_, kind) = start else { return };
        let written = &at.value;
        let once = ["activation", "funnel", "retention"].contains(&kind.as_str());
        let stock = ["ratio", "gauge", "index"].contains(&kind.as_str());
        if let Some(at_least) = written.at_least.as_ref().filter(|_| once) {
            let why = format!("what leads is of kind `{kind}`, which is reached once");
            self.problems.push(&at_least.span, issues::link_key(label, "at_least", &why, "leave it out"));
        }
        if let Some(threshold) = written.threshold.as_ref().filter(|_| !stock) {
            let why = format!("what leads is of kind `{kind}`, which is not read as a level");
            let hint = "`at_least` says how many active weeks make an account exposed";
            self.problems.push(&threshold.span, issues::link_key(label, "threshold", &why, hint));
        }
        let needs = stock && matches!(end, End::Business(_));
        if needs && written.threshold.is_none() && written.exposed.is_none() {
            let why = format!("what leads is of kind `{kind}`: at or above the threshold an account counts as exposed");
            self.problems.push(&at.span, issues::link_key_needed(label, "threshold", &why));
        }
    }

    fn weeks(&mut self, label: &str, key: &str, at: &Option<At<Length>>) -> Option<u32> {
        const WEEK: i64 = 7 * 86_400 * 1_000_000;
        let at = at.as_ref()?;
        let micros = at.value.micros();
        if micros > 0 && micros % WEEK == 0 {
            return u32::try_from(micros / WEEK).ok();
        }
        let what = format!("`{key}` of {label}");
        self.problems.push(
            &at.span,
            issues::number_out_of_range(&what, &format!("`\"{}\"`", at.value), "whole weeks, such as \"8w\""),
        );
        None
    }
}

/// The designs that give accounts a result where the arrow ends in a metric of that kind.
fn designs(kind: &str) -> &'static [Design] {
    match kind {
        "renewal_rate" | "logo_retention" | "gross_revenue_retention" => &[Design::Renewal, Design::Signup],
        "net_revenue_retention" | "mrr" | "arr" | "mrr_movements" | "arpa" => &[Design::Expansion],
        "trial_conversion" => &[Design::Signup],
        "win_rate" => &[Design::Renewal, Design::Signup],
        _ => &[],
    }
}

fn word(design: Design) -> &'static str {
    match design {
        Design::Renewal => "renewal",
        Design::Expansion => "expansion",
        Design::Signup => "signup",
    }
}

fn words(designs: &[Design]) -> String {
    let names: Vec<&str> = designs.iter().map(|design| word(*design)).collect();
    issues::words(&names).replace(" and ", " or ")
}

fn plain(noun: &str) -> &str {
    noun.trim_start_matches("an ").trim_start_matches("a ")
}
