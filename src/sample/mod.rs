//! A make-believe company whose truth is known, of any size: Loomworks, maker of an industrial automation platform.
//!
//! `lay_out` writes the sample company of `sample-data/`, `write` the same at another size. In reading order: what is
//! planted (`behaviour`), who the customers are (`account`), what happens to them (`life`, `contract`), and how tools
//! export it (`product`, `pings`, `crm`, `billing`, `words`). `truth` counts the answers; `draw` and `clock` are the ground.
//! Accounts are independent of each other and written a block at a time, so memory does not grow with their number.

mod account;
mod behaviour;
mod billing;
mod block;
mod clock;
mod contract;
mod crm;
mod draw;
mod files;
mod life;
mod pings;
mod product;
mod truth;
mod words;

use std::path::Path;

use jiff::civil::{Date, date};

pub use behaviour::Truth;
pub use truth::{Counts, Split};

use block::World;

/// The morning after the sample's last day, when its exports were made: 2026-07-01T06:00:00Z.
pub const MORNING_AFTER: jiff::Timestamp = jiff::Timestamp::constant(1_782_885_600, 0);

/// The release that leads twice as many newcomers to their first deploy.
const GUIDED: Date = date(2026, 2, 2);

/// How large a company to make.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// Customers, from before and during the sample.
    pub accounts: u64,
    /// Whole weeks of history up to the fixed last day, 30 June 2026.
    pub weeks: u32,
    /// What chance begins from.
    pub seed: u64,
    /// About how many events a customer makes in a week. Habits keep their active weeks at any density.
    pub events_per_account_week: f64,
}

impl Size {
    /// The company of `sample-data/`: two years of 900 accounts. Of forty seeds one was taken in which chance hides neither
    /// what is planted nor what is not: a company to learn from, not a draw to judge the tool by.
    pub const SAMPLE: Self = Self { accounts: 900, weeks: 104, seed: 8, events_per_account_week: 1.8 };

    /// A company as `throughline synth` makes it: busier, so that its exports are as large as real ones.
    pub fn synth(accounts: u64, weeks: u32, seed: u64) -> Self {
        Self { accounts, weeks, seed, events_per_account_week: 16.5 }
    }
}

/// What was written.
#[derive(Debug, Clone)]
pub struct Summary {
    /// What is in the exports, and what is wrong with them.
    pub counts: Counts,
    /// How many files there are.
    pub files: usize,
    /// How many bytes they hold.
    pub bytes: u64,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let megabytes = self.bytes as f64 / 1e6;
        write!(
            f,
            "wrote a make-believe company: {} events in {} files, {megabytes:.1} MB",
            self.counts.events, self.files
        )
    }
}

/// Writes the sample company, a workspace that `run` takes as it is, into an empty folder.
pub fn lay_out(folder: &Path) -> anyhow::Result<Summary> {
    write(&Size::SAMPLE, folder)
}

/// Writes a company of that size with its plan, exports and truth. Equal sizes give equal bytes on every machine.
pub fn write(size: &Size, folder: &Path) -> anyhow::Result<Summary> {
    let world = World::new(size);
    let mut files = files::Files::create(folder, &world)?;
    let mut counts = Counts::default();
    for group in world.groups() {
        for block in world.blocks(group) {
            files.append(&block)?;
            counts.take(&block.counts);
        }
    }
    files.finish(&world, &counts)
}

/// The plan that comes with every sample.
pub fn plan_text() -> &'static str {
    include_str!("../../sample-data/throughline.toml")
}

#[cfg(test)]
mod tests;
