//! A file on its way through the machine: read on one thread, told on many, taken over in one place and in its order.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use anyhow::{Result, anyhow};

use super::part::Part;
use super::rows::pour::{Arrangement, Block, Ended, Start, pour};
use super::rows::visit::{NotByLine, Room};
use super::survey::Ready;

/// How many blocks may wait to be told: what bounds memory.
const WAITING: usize = 4;
/// How many may wait to be taken over: so many that telling goes on while a run of rows is sorted and written.
const TOLD: usize = 24;

/// What tells a block.
pub(super) type Tell<'a> = dyn Fn(&Block, &mut Room) -> Result<Part, NotByLine> + Sync + 'a;

/// Reads a file and takes over what its blocks tell, in their order. A file that is not JSON by line is read again as
/// values: `again` is called first, to forget what was taken over.
///
/// # Errors
/// If the file cannot be opened, or what `take` says.
pub(super) fn file(
    ready: &mut Ready,
    start: Start,
    tell: &Tell<'_>,
    take: &mut dyn FnMut(Part) -> Result<()>,
    again: &mut dyn FnMut() -> Result<()>,
) -> Result<Ended> {
    let ended = once(ready, start, tell, take)?;
    if !ended.not_by_line {
        return Ok(ended);
    }
    ready.arrangement = Arrangement::JsonValues;
    again()?;
    once(ready, Start::default(), tell, take)
}

fn once(ready: &Ready, start: Start, tell: &Tell<'_>, take: &mut dyn FnMut(Part) -> Result<()>) -> Result<Ended> {
    let (blocks, waiting) = sync_channel::<(u64, Block)>(WAITING);
    let (told, results) = sync_channel::<(u64, Part)>(TOLD);
    let (waiting, stop, not_by_line) = (Mutex::new(waiting), AtomicBool::new(false), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let (stop, not_by_line, waiting) = (&stop, &not_by_line, &waiting);
        let reading = scope.spawn(move || {
            let mut numbers = 0..;
            let mut send = |block| {
                let number = numbers.next().expect("numbers do not end");
                !stop.load(Ordering::Relaxed) && blocks.send((number, block)).is_ok()
            };
            pour(&ready.place, ready.encoding, ready.arrangement, start, &mut send)
        });
        for _ in 0..rayon::current_num_threads().clamp(1, 16) {
            let told = told.clone();
            scope.spawn(move || work(waiting, tell, &told, stop, not_by_line));
        }
        drop(told);
        let (mut failed, mut ahead, mut next) = (None, BTreeMap::new(), 0);
        for (number, part) in results {
            ahead.insert(number, part);
            while let Some(part) = ahead.remove(&next).filter(|_| failed.is_none()) {
                next += 1;
                failed = take(part).err();
                stop.fetch_or(failed.is_some(), Ordering::Relaxed);
            }
        }
        let mut ended = reading.join().map_err(|_| anyhow!("the reader of {} broke down", ready.place.name))??;
        ended.not_by_line |= not_by_line.load(Ordering::Relaxed);
        failed.map_or(Ok(ended), Err)
    })
}

fn work(
    waiting: &Mutex<Receiver<(u64, Block)>>,
    tell: &Tell<'_>,
    told: &SyncSender<(u64, Part)>,
    stop: &AtomicBool,
    not_by_line: &AtomicBool,
) {
    let mut room = Room::default();
    loop {
        let next = waiting.lock().map(|waiting| waiting.recv());
        let Ok(Ok((number, block))) = next else { return };
        // Blocks that still come are drained, so that the reader is never left waiting.
        if stop.load(Ordering::Relaxed) {
            continue;
        }
        match tell(&block, &mut room) {
            Ok(part) => {
                if told.send((number, part)).is_err() {
                    return;
                }
            }
            Err(NotByLine) => {
                not_by_line.store(true, Ordering::Relaxed);
                stop.store(true, Ordering::Relaxed);
            }
        }
    }
}
