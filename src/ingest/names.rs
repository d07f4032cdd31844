//! The texts that the rows of a batch share, numbered as they come: who it was (user and account), and the name of the event
//! or gauge. The numbers stand in the rows until these are written; nothing is ordered by them.

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

/// The numbered user and account of a row, as a relation of the engine.
pub(super) const WHOS: &[(&str, Type)] = &[("who", Type::Int), ("user_id", Type::Text), ("account_id", Type::Text)];
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
    titles: Known,
    /// Mail domains by file: user and domain, and how many events.
    domains: BTreeMap<i32, Counts>,
}

impl Names {
    /// The numbers of a block's names: of who, and of events or gauges.
    pub(super) fn numbered(&self, whos: &Texts, titles: &Texts) -> (Int32Array, Int32Array) {
        let mut names = self.lock();
        let Numbered { whos: known_whos, titles: known_titles, .. } = &mut *names;
        (all(known_whos, whos), all(known_titles, titles))
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

    /// The names of events or gauges, by their numbers.
    pub(super) fn titles(&self) -> Vec<Box<str>> {
        self.lock().titles.iter().cloned().collect()
    }

    /// Puts some of who stands on rows before the engine: `batch_whos`.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn put_whos(&self, engine: &dyn Engine, which: &[usize]) -> Result<()> {
        let names = self.lock();
        let told = |who: &usize| Some((i32::try_from(*who).ok()?, names.whos.get_index(*who)?.split_once('\0')?));
        let told: Vec<_> = which.iter().filter_map(told).collect();
        engine.relation("batch_whos", WHOS, &[])?;
        told.chunks(AT_ONCE).try_for_each(|piece| {
            let whos: Int32Array = piece.iter().map(|(who, _)| *who).collect::<Vec<_>>().into();
            let users: StringArray = piece.iter().map(|(_, (user, _))| some(user)).collect();
            let accounts: StringArray = piece.iter().map(|(_, (_, account))| some(account)).collect();
            engine.append("batch_whos", batch(WHOS, vec![Arc::new(whos), Arc::new(users), Arc::new(accounts)]))
        })
    }

    /// Puts the mail domains before the engine: `incoming_domains`.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn put_domains(&self, engine: &dyn Engine) -> Result<()> {
        engine.relation("incoming_domains", DOMAINS, &[])?;
        self.lock().domains.iter().try_for_each(|(file_no, counts)| append_domains(engine, *file_no, counts))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_have_one_number() {
        let names = Names::default();
        let (mut whos, mut titles) = (Texts::default(), Texts::default());
        for (user, account, event) in [("u", "a", "z"), ("u", "", "b"), ("", "a", "z"), ("u", "a", "m")] {
            whos.push_pair(user, account);
            titles.push(event);
        }
        let (whos, titles) = names.numbered(&whos, &titles);
        assert_eq!(whos.values(), &[0, 1, 2, 0]);
        assert_eq!(titles.values(), &[0, 1, 0, 2]);
        assert_eq!(names.titles().iter().map(AsRef::as_ref).collect::<Vec<_>>(), ["z", "b", "m"]);
    }
}
