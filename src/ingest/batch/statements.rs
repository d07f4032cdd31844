//! A file's records: statements, releases, evidence, memberships.

use std::collections::BTreeSet;

use anyhow::Result;
use jiff::civil::Date;
use serde_json::Map;
use xxhash_rust::xxh3::xxh3_64;

use super::super::events;
use super::super::records::{self, Collected};
use super::super::source::{Record, Statement};
use super::{Batch, Done};
use crate::model::column::Value;
use crate::model::period::epoch_day;

impl Batch<'_> {
    pub(super) fn collected(&mut self, collected: Collected, done: &mut Done) -> Result<()> {
        let Collected { tally, asides, records, is_prose } = collected;
        done.tally.add(tally);
        if is_prose {
            done.header.clear();
            done.by_record = false;
        }
        asides.finish().map_or(Ok(()), |batch| self.around.engine.append("incoming_aside", batch))?;
        self.error_for_rows(done)?;
        let named = records::day_of(&done.place.name, self.around.source);
        let kept = done.before.as_ref().filter(|known| known.facts.hash == done.facts.hash).and_then(|known| known.day);
        let calendar = &self.around.plan.workspace.calendar;
        let day = named.or(kept).unwrap_or_else(|| calendar.day(done.facts.modified_us));
        done.undated = named.is_none();
        let mut members = BTreeSet::new();
        for (position, record) in records {
            let seq = events::seq(position, 0);
            let position = Value::Long(i64::try_from(position).unwrap_or(i64::MAX));
            match record {
                Record::Statement(statement) => {
                    done.day = Some(day);
                    let number = Value::Long(i64::try_from(self.statements.len()).unwrap_or(i64::MAX));
                    self.statements.push(statement_row(number, position, statement, done, day));
                }
                Record::Release { id, title, released_on, lane, outcome, url } => {
                    done.tally.day(epoch_day(released_on));
                    let number = Value::Long(i64::try_from(self.releases.len()).unwrap_or(i64::MAX));
                    let row =
                        vec![number, done.file_no.into(), seq.into(), id.into(), title.into(), released_on.into()];
                    self.releases.push([row, vec![lane.into(), outcome.into(), url.into()]].concat());
                }
                Record::Evidence { id, account, noted_on, outcome, kind, quote } => {
                    let number = Value::Long(i64::try_from(self.pieces.len()).unwrap_or(i64::MAX));
                    let row = vec![number, done.file_no.into(), seq.into(), id.into(), account.into(), noted_on.into()];
                    self.pieces.push([row, vec![outcome.into(), kind.into(), quote.into()]].concat());
                }
                Record::Member { user, account, from_us, to_us } => {
                    if members.insert((user.clone(), account.clone(), from_us, to_us)) {
                        done.plain += 1;
                        self.members.push(vec![
                            user.into(),
                            account.into(),
                            from_us.into(),
                            to_us.into(),
                            done.file_no.into(),
                        ]);
                    }
                }
            }
        }
        self.restated.extend(done.day.map(|day| (done.file_no, day)));
        Ok(())
    }
}

/// A statement as a row of `incoming_statements`.
fn statement_row(number: Value, position: Value, statement: Statement, done: &Done, day: Date) -> Vec<Value> {
    let said = format!("{}\0{}", in_order(&statement.body), in_order(&statement.fields));
    let body = serde_json::Value::Object(statement.body).to_string();
    let fields = serde_json::Value::Object(statement.fields).to_string();
    let content = xxh3_64(said.as_bytes()).cast_signed();
    vec![
        number,
        done.file_no.into(),
        position,
        statement.kind.into(),
        statement.id.into(),
        day.into(),
        done.place.name.as_str().into(),
        content.into(),
        statement.gone.into(),
        body.into(),
        fields.into(),
    ]
}

/// An object with its keys in order: how a file orders its columns says nothing.
fn in_order(object: &Map<String, serde_json::Value>) -> String {
    let mut object = object.clone();
    object.sort_keys();
    serde_json::Value::Object(object).to_string()
}
