//! The texts that the events of a batch share, numbered as they come: who it was (user and account), and what happened.
//! The numbers stand in the rows until the lake's own are known; nothing is ordered by them.

use std::collections::BTreeMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, Mutex, MutexGuard};

use anyhow::Result;
use arrow::array::{Int32Array, Int64Array, StringArray};
use indexmap::{IndexMap, IndexSet};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::part::batch;
use crate::engine::Engine;
use crate::model::column::Type;

/// How many names are put before the engine at a time.
const AT_ONCE: usize = 60_000;

/// The numbered user and account of an event, and the numbered names of events, as relations of the engine.
pub(super) const WHOS: &[(&str, Type)] = &[("who", Type::Int), ("user_id", Type::Text), ("account_id", Type::Text)];
pub(super) const EVENT_NAMES: &[(&str, Type)] = &[("event", Type::Int), ("event_name", Type::Text)];
/// The mail domains that users were seen with.
pub(super) const DOMAINS: &[(&str, Type)] =
    &[("user_id", Type::Text), ("domain", Type::Text), ("events", Type::Long), ("file_no", Type::Int)];

/// Texts in one piece of memory, one after the other: what a block's rows say, before it is numbered.
#[derive(Default)]
pub(super) struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    /// Two texts as one, of which either may be empty. No id holds a NUL: such rows are set aside.
    pub(super) fn push_pair(&mut self, one: &str, other: &str) {
        self.text.push_str(one);
        self.text.push('\0');
        self.push(other);
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(from, to)| &self.text[from..*to])
    }
}

/// Texts, numbered as they came.
type Known = IndexSet<Box<str>, BuildHasherDefault<Quick>>;

/// Texts, and how many events say each.
type Counts = IndexMap<Box<str>, i64, BuildHasherDefault<Quick>>;

/// A hasher for many short texts; what it gives is seen nowhere.
#[derive(Default)]
struct Quick(u64);

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }

    /// What marks the end of a text; all that is hashed here is one.
    fn write_u8(&mut self, _end: u8) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The names of a batch, shared by all who read its files.
#[derive(Default)]
pub(super) struct Names(Mutex<Numbered>);

#[derive(Default)]
struct Numbered {
    whos: Known,
    events: Known,
    /// Mail domains by file: user and domain, and how many events.
    domains: BTreeMap<i32, Counts>,
}

impl Names {
    /// The numbers of a block's names: of who, and of events.
    pub(super) fn numbered(&self, whos: &Texts, events: &Texts) -> (Int32Array, Int32Array) {
        let mut names = self.lock();
        let Numbered { whos: known_whos, events: known_events, .. } = &mut *names;
        (all(known_whos, whos), all(known_events, events))
    }

    /// Counts the users and mail domains of a file's block.
    pub(super) fn count_domains(&self, file_no: i32, domains: &Texts) {
        let mut names = self.lock();
        let counts = names.domains.entry(file_no).or_default();
        for text in domains.iter() {
            match counts.get_mut(text) {
                Some(events) => *events += 1,
                None => drop(counts.insert(text.into(), 1)),
            }
        }
    }

    /// Forgets the mail domains of a file that is read again. Its other names may stay: nobody bears them then.
    pub(super) fn forget(&self, file_no: i32) {
        self.lock().domains.remove(&file_no);
    }

    /// The place of each event name, by its number, among all of them in order.
    pub(super) fn places(&self) -> Vec<u32> {
        let names = self.lock();
        let mut sorted: Vec<(&str, usize)> = names.events.iter().map(AsRef::as_ref).zip(0..).collect();
        sorted.sort_unstable();
        let mut places = vec![0; sorted.len()];
        for (place, (_, number)) in (0..).zip(sorted) {
            places[number] = place;
        }
        places
    }

    /// Puts the names before the engine: `batch_whos`, `batch_event_names`, `incoming_domains`.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn hand_over(&self, engine: &dyn Engine) -> Result<()> {
        let names = self.lock();
        engine.relation("batch_whos", WHOS, &[])?;
        in_pieces(&names.whos, |numbers, texts| {
            let split = || texts.iter().filter_map(|text| text.split_once('\0'));
            let users: StringArray = split().map(|(user, _)| some(user)).collect();
            let accounts: StringArray = split().map(|(_, account)| some(account)).collect();
            engine.append("batch_whos", batch(WHOS, vec![Arc::new(numbers), Arc::new(users), Arc::new(accounts)]))
        })?;
        engine.relation("batch_event_names", EVENT_NAMES, &[])?;
        in_pieces(&names.events, |numbers, texts| {
            let events: StringArray = texts.iter().map(Some).collect();
            engine.append("batch_event_names", batch(EVENT_NAMES, vec![Arc::new(numbers), Arc::new(events)]))
        })?;
        engine.relation("incoming_domains", DOMAINS, &[])?;
        names.domains.iter().try_for_each(|(file_no, counts)| append_domains(engine, *file_no, counts))
    }

    fn lock(&self) -> MutexGuard<'_, Numbered> {
        self.0.lock().expect("nothing that numbers names can fail")
    }
}

fn append_domains(engine: &dyn Engine, file_no: i32, counts: &Counts) -> Result<()> {
    let counts: Vec<_> = counts.iter().filter_map(|(text, events)| Some((text.split_once('\0')?, *events))).collect();
    counts.chunks(AT_ONCE).try_for_each(|piece| {
        let users: StringArray = piece.iter().map(|((user, _), _)| Some(user)).collect();
        let domains: StringArray = piece.iter().map(|((_, domain), _)| Some(domain)).collect();
        let events: Int64Array = piece.iter().map(|(_, events)| *events).collect::<Vec<_>>().into();
        let files = Int32Array::from(vec![file_no; piece.len()]);
        let columns = vec![Arc::new(users) as _, Arc::new(domains) as _, Arc::new(events) as _, Arc::new(files) as _];
        engine.append("incoming_domains", batch(DOMAINS, columns))
    })
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn all(known: &mut Known, texts: &Texts) -> Int32Array {
    let number = |text: &str| {
        let index = known.get_index_of(text).unwrap_or_else(|| known.insert_full(text.into()).0);
        i32::try_from(index).expect("a batch has fewer names than rows")
    };
    texts.iter().map(number).collect::<Vec<_>>().into()
}

fn in_pieces(names: &Known, mut each: impl FnMut(Int32Array, &[&str]) -> Result<()>) -> Result<()> {
    let texts: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    let mut first = 0;
    for piece in texts.chunks(AT_ONCE) {
        let numbers: Int32Array = (first..).take(piece.len()).collect::<Vec<i32>>().into();
        first += i32::try_from(piece.len()).expect("a piece is small");
        each(numbers, piece)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_have_one_number_and_places_follow_the_alphabet() {
        let names = Names::default();
        let (mut whos, mut events) = (Texts::default(), Texts::default());
        for (user, account, event) in [("u", "a", "z"), ("u", "", "b"), ("", "a", "z"), ("u", "a", "m")] {
            whos.push_pair(user, account);
            events.push(event);
        }
        let (whos, events) = names.numbered(&whos, &events);
        assert_eq!(whos.values(), &[0, 1, 2, 0]);
        assert_eq!(events.values(), &[0, 1, 0, 2]);
        assert_eq!(names.places(), [2, 0, 1]);
    }
}
