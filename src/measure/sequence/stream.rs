//! From a sorted extract, as Arrow batches arrive, to the events of one actor at a time: never all in memory.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use arrow::array::{Array, AsArray, Int64Array, StringArray};
use arrow::datatypes::Int64Type;
use arrow::record_batch::RecordBatch;

use super::Event;
use crate::engine::Engine;

/// The events of one actor; with `by_same_user` apart by user.
#[derive(Debug, Default)]
pub(in crate::measure) struct Actor {
    /// Who.
    pub(in crate::measure) actor: i64,
    /// Sequences, each in order of time.
    pub(in crate::measure) sequences: Vec<Vec<Event>>,
}

/// Texts by number, from 1; 0 stands for none.
#[derive(Debug, Default)]
pub(in crate::measure) struct Texts {
    numbers: BTreeMap<String, u32>,
    texts: Vec<String>,
}

impl Texts {
    /// The text of a number.
    pub(in crate::measure) fn text(&self, number: u32) -> Option<&str> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        self.texts.get(place).map(String::as_str)
    }

    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        self.texts.push(text.to_owned());
        let number = u32::try_from(self.texts.len()).expect("values to split by are fewer than four thousand million");
        self.numbers.insert(text.to_owned(), number);
        number
    }
}

/// Hands over each actor's events in turn, by a query that is sorted by actor, doer and time.
pub(in crate::measure) fn by_actor(
    engine: &dyn Engine,
    sql: &str,
    parameters: &[crate::model::column::Value],
    each: &mut dyn FnMut(&Actor) -> Result<()>,
) -> Result<Texts> {
    let mut texts = Texts::default();
    let mut current: Option<(Actor, i64)> = None;
    engine.stream(sql, parameters, &mut |batch| {
        let columns = Columns::of(&batch)?;
        for row in 0..batch.num_rows() {
            let (actor, doer) = (columns.numbers[0].value(row), columns.numbers[1].value(row));
            if current.as_ref().is_none_or(|(current, _)| current.actor != actor) {
                if let Some((done, _)) = current.take() {
                    each(&done)?;
                }
                current = Some((Actor { actor, sequences: vec![Vec::new()] }, doer));
            }
            let (open, of) = current.as_mut().expect("it was just opened");
            if *of != doer {
                *of = doer;
                open.sequences.push(Vec::new());
            }
            let event = columns.event(row, &mut texts);
            open.sequences.last_mut().expect("an actor has a sequence").push(event);
        }
        Ok(())
    })?;
    if let Some((done, _)) = current {
        each(&done)?;
    }
    Ok(texts)
}

/// The columns of one batch, in the order of the query.
struct Columns {
    numbers: Vec<Int64Array>,
    texts: Vec<StringArray>,
}

const NUMBERS: [&str; 7] = ["actor", "doer", "ts_us", "day", "tie_us", "account", "bits"];
const TEXTS: [&str; 7] = ["property_1", "property_2", "property_3", "property_4", "same_1", "same_2", "same_3"];

impl Columns {
    fn of(batch: &RecordBatch) -> Result<Self> {
        let column =
            |name: &str| batch.column_by_name(name).with_context(|| format!("could not find `{name}` in the extract"));
        let number = |name: &&str| {
            let column = column(name)?.as_primitive_opt::<Int64Type>();
            column.cloned().with_context(|| format!("could not read `{name}` of the extract as whole numbers"))
        };
        let text = |name: &&str| {
            let column = column(name)?.as_string_opt::<i32>();
            column.cloned().with_context(|| format!("could not read `{name}` of the extract as text"))
        };
        Ok(Self {
            numbers: NUMBERS.iter().map(number).collect::<Result<_>>()?,
            texts: TEXTS.iter().map(text).collect::<Result<_>>()?,
        })
    }

    fn event(&self, row: usize, texts: &mut Texts) -> Event {
        let [ts_us, day, tie_us, account, bits] = [2, 3, 4, 5, 6].map(|column: usize| self.numbers[column].value(row));
        let mut text = |column: usize| match &self.texts[column] {
            values if values.is_null(row) => 0,
            values => texts.number(values.value(row)),
        };
        let properties = [text(0), text(1), text(2), text(3)];
        Event { ts_us, day, tie_us, account, bits, properties, same: [text(4), text(5), text(6)] }
    }
}
