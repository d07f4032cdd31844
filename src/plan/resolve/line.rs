//! The upper part of the line: objectives, lanes and outcomes.

use std::collections::BTreeMap;

use super::Resolver;
use crate::model::ids::{LaneId, ObjectiveId, OutcomeId};
use crate::plan::file::read::{At, Perhaps, entries};
use crate::plan::issues::{self, Noun};
use crate::plan::problems::Span;
use crate::plan::{Agreement, Lane, Objective, Outcome, file};

impl Resolver<'_> {
    /// `[[objective]]`
    pub(super) fn objectives(&mut self) -> Vec<Objective> {
        let written = entries(&self.file.objective);
        self.twice("objective", written.iter().map(|objective| &objective.value.id));
        let read = |at: &At<file::Objective>| {
            Some(Objective {
                id: ObjectiveId::new(at.value.id.value()?),
                statement: at.value.statement.said_or(String::new()),
                owner: at.value.owner.value().cloned(),
            })
        };
        written.iter().filter_map(read).collect()
    }

    /// `[[lane]]`
    pub(super) fn lanes(&mut self) -> Vec<Lane> {
        let written = entries(&self.file.lane);
        self.twice("lane", written.iter().map(|lane| &lane.value.id));
        let read = |at: &At<file::Lane>| {
            let id = at.value.id.value()?;
            Some(Lane {
                id: LaneId::new(id),
                name: at.value.name.said_or(id.clone()),
                owner: at.value.owner.value().cloned(),
            })
        };
        written.iter().filter_map(read).collect()
    }

    /// `[[outcome]]`; outcomes and metrics share their ids, because links name both.
    pub(super) fn outcomes(&mut self) -> Vec<Outcome> {
        let file = self.file;
        let ids = entries(&file.outcome).iter().map(|outcome| ("outcome", &outcome.value.id));
        let traction = entries(&file.traction).iter().map(|metric| ("metric", &metric.value.id));
        let business = entries(&file.business).iter().map(|metric| ("metric", &metric.value.id));
        self.twice_among(ids.chain(traction).chain(business));
        entries(&file.outcome).iter().filter_map(|at| self.outcome(&at.value)).collect()
    }

    fn outcome(&mut self, written: &file::Outcome) -> Option<Outcome> {
        let id = written.id.value()?;
        let label = format!("outcome `{id}`");
        if let Some(lane) = &written.lane {
            self.knows(Noun::Lane, &label, lane);
        }
        let objective = written.objective.as_ref().filter(|name| self.knows(Noun::Objective, &label, name));
        let behaviour = written.behaviour.as_ref().and_then(|used| {
            let name = used.value.0.signal.as_ref()?;
            if let Some(business) = self.business_id(&name.value) {
                self.problems.push(&name.span, issues::business_as_measure(&business, id));
                return None;
            }
            self.used_by_name(&format!("`behaviour` of {label}"), name, &used.value.0.at_least, &used.value.0.per)
        });
        Some(Outcome {
            id: OutcomeId::new(id),
            lane: LaneId::new(written.lane.said_or(String::new())),
            statement: written.statement.said_or(String::new()),
            objective: objective.map(|name| ObjectiveId::new(&name.value)),
            behaviour,
            agreed: written.agreed.value().and_then(|agreed| self.agreement(&label, agreed)),
        })
    }

    /// The business metric of that id, where no signal is called so.
    fn business_id(&self, name: &str) -> Option<String> {
        let business =
            entries(&self.file.business).iter().any(|metric| metric.value.id.value().is_some_and(|id| id == name));
        (business && !self.known(Noun::Signal).contains(&name)).then(|| name.to_string())
    }

    fn agreement(&mut self, label: &str, written: &file::Agreed) -> Option<Agreement> {
        let on = *written.on.value()?;
        if let Some(review) = written.review_by.as_ref().filter(|review| review.value < on) {
            let problem =
                issues::dates_out_of_order(&format!("`agreed` of {label}"), "review_by", review.value, "on", on);
            self.problems.push(&review.span, problem);
        }
        let by = super::ground::texts(&written.by);
        Some(Agreement { on, by, review_by: written.review_by.value().copied() })
    }

    fn twice<'b>(&mut self, noun: &'static str, ids: impl Iterator<Item = &'b Option<At<String>>>) {
        self.twice_among(ids.map(|id| (noun, id)));
    }

    /// Says which ids are defined twice.
    fn twice_among<'b>(&mut self, ids: impl Iterator<Item = (&'static str, &'b Option<At<String>>)>) {
        let mut first: BTreeMap<&str, &Span> = BTreeMap::new();
        let mut ids: Vec<(&str, &At<String>)> = ids.filter_map(|(noun, id)| id.as_ref().map(|id| (noun, id))).collect();
        ids.sort_by_key(|(_, id)| id.span.start);
        for (noun, id) in ids {
            match first.get(id.value.as_str()) {
                Some(before) => {
                    let line = self.line(before);
                    self.problems.push(&id.span, issues::id_twice(noun, &id.value, line));
                }
                None => {
                    first.insert(&id.value, &id.span);
                }
            }
        }
    }
}
