//! One writer at a time: an operating-system lock on `.throughline/lock`, freed at death, whose text names who holds it.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use anyhow::{Context, Result};

/// The lock, held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

/// Who wants the lock.
#[derive(Debug, Clone)]
pub struct Holder {
    /// The verb.
    pub verb: String,
    /// The process.
    pub process: u32,
    /// The machine.
    pub host: String,
    /// Since when, RFC 3339.
    pub since: String,
}

/// What came of asking for the lock.
#[derive(Debug)]
pub enum Asked {
    /// It is held; where a run died holding it, what its text said.
    Held {
        /// The lock.
        lock: Lock,
        /// The text a dead run left.
        taken_over: Option<String>,
    },
    /// Somebody else holds it: what its text says.
    Busy(String),
}

/// Asks for the lock of a state folder, without waiting.
///
/// # Errors
/// If the file cannot be made or written.
pub fn ask(state: &Path, holder: &Holder) -> Result<Asked> {
    std::fs::create_dir_all(state).with_context(|| format!("could not make {}", state.display()))?;
    let path = state.join("lock");
    let opened = File::options().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = opened.with_context(|| format!("could not open {}", path.display()))?;
    let text = read(&mut file).unwrap_or_default();
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(Asked::Busy(text)),
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("could not lock {}", path.display()));
        }
    }
    let taken_over = read(&mut file).ok().filter(|text| !text.is_empty());
    let Holder { verb, process, host, since } = holder;
    let text = format!("`throughline {verb}`, process {process} on {host}, since {since}");
    write(&mut file, &text).with_context(|| format!("could not write {}", path.display()))?;
    Ok(Asked::Held { lock: Lock { file }, taken_over })
}

/// What stands at the lock, seen without taking it.
#[derive(Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nobody holds it, and nobody died holding it.
    Free,
    /// Somebody holds it: what its text says.
    Held(String),
    /// A run died holding it: what its text said. The next one takes over.
    Left(String),
}

/// Looks at the lock of a state folder.
///
/// # Errors
/// If the file is there and cannot be read.
pub fn look(state: &Path) -> Result<Seen> {
    let path = state.join("lock");
    let mut file = match File::open(&path) {
        Err(problem) if problem.kind() == std::io::ErrorKind::NotFound => return Ok(Seen::Free),
        opened => opened.with_context(|| format!("could not open {}", path.display()))?,
    };
    // Shared, so that two who look do not take each other for a run.
    let held = matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
    let text = read(&mut file).with_context(|| format!("could not read {}", path.display()))?;
    Ok(match (held, text.is_empty()) {
        (true, _) => Seen::Held(text),
        (false, true) => Seen::Free,
        (false, false) => Seen::Left(text),
    })
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The text must go before the lock does: text without a lock says that a run died.
        let _left = write(&mut self.file, "");
    }
}

fn read(file: &mut File) -> std::io::Result<String> {
    let mut text = String::new();
    file.rewind()?;
    file.read_to_string(&mut text)?;
    Ok(text)
}

fn write(file: &mut File, text: &str) -> std::io::Result<()> {
    file.rewind()?;
    file.set_len(0)?;
    file.write_all(text.as_bytes())?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(verb: &str) -> Holder {
        Holder { verb: verb.into(), process: 7, host: "night".into(), since: "2026-07-01T02:00:00Z".into() }
    }

    #[test]
    fn the_second_is_told_who_holds_it_and_a_dead_one_is_taken_over() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let Asked::Held { lock, taken_over: None } = ask(folder.path(), &holder("run"))? else { panic!("it was free") };
        let Asked::Busy(text) = ask(folder.path(), &holder("ingest"))? else { panic!("it is held") };
        assert_eq!(text, "`throughline run`, process 7 on night, since 2026-07-01T02:00:00Z");
        assert_eq!(look(folder.path())?, Seen::Held(text.clone()));
        drop(lock);
        assert_eq!(look(folder.path())?, Seen::Free);
        std::fs::write(folder.path().join("lock"), &text)?;
        assert_eq!(look(folder.path())?, Seen::Left(text.clone()));
        let Asked::Held { taken_over, .. } = ask(folder.path(), &holder("ingest"))? else { panic!("it was free") };
        assert_eq!(taken_over, Some(text));
        Ok(())
    }
}
