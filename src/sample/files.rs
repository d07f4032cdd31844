//! The files of a workspace: which there are, opened at once and appended to block by block.

use std::fs::{File, create_dir_all};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::block::{Block, World, gzip};
use super::truth::{self, Counts};
use super::{Summary, billing, crm, pings, words};

/// The files written by hand, the same for every size.
const BY_HAND: [(&str, &str); 5] = [
    ("throughline.toml", include_str!("../../sample-data/throughline.toml")),
    ("README.md", include_str!("../../sample-data/README.md")),
    ("decisions.toml", include_str!("../../sample-data/decisions.toml")),
    ("regions.csv", include_str!("../../sample-data/regions.csv")),
    ("exports/changelog.csv", include_str!("../../sample-data/exports/changelog.csv")),
];

/// One file that grows.
struct Growing {
    path: PathBuf,
    file: File,
    bytes: u64,
}

impl Growing {
    fn create(folder: &Path, name: &str, head: &[u8]) -> anyhow::Result<Self> {
        let path = folder.join(name);
        let parent = path.parent().expect("a file is in a folder");
        create_dir_all(parent).with_context(|| format!("could not make the folder {}", parent.display()))?;
        let file = File::create(&path).with_context(|| format!("could not create {}", path.display()))?;
        let mut growing = Self { path, file, bytes: 0 };
        growing.append(head)?;
        Ok(growing)
    }

    fn append(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes).with_context(|| format!("could not write {}", self.path.display()))
    }
}

/// All files of a workspace.
pub(super) struct Files {
    folder: PathBuf,
    events: Vec<Growing>,
    readings: Vec<Growing>,
    companies: Vec<Growing>,
    /// Nothing on days on which no deals were exported.
    deals: Vec<Option<Growing>>,
    subscriptions: Vec<Growing>,
    by_hand: Growing,
    interviews: Growing,
}

impl Files {
    /// Makes all files, with their first lines.
    pub(super) fn create(folder: &Path, world: &World) -> anyhow::Result<Self> {
        let (months, days) = (&world.clock.months, &world.export_days);
        let new = |name: &str, head: &[u8]| Growing::create(folder, name, head);
        let header = gzip(pings::HEADER.as_bytes());
        let hubspot = |what: &str, day| format!("exports/hubspot/hubspot-crm-exports-all-{what}-{day}.csv");
        let deals = |day| crm::has_deals(day).then(|| new(&hubspot("deals", day), &crm::headers(day).1)).transpose();
        Ok(Self {
            folder: folder.to_owned(),
            events: months
                .iter()
                .map(|month| new(&format!("exports/posthog/{month}.jsonl.gz"), b""))
                .collect::<Result<_, _>>()?,
            readings: months
                .iter()
                .map(|month| new(&format!("exports/pings/{month}.csv.gz"), &header))
                .collect::<Result<_, _>>()?,
            companies: days
                .iter()
                .map(|day| new(&hubspot("companies", *day), &crm::headers(*day).0))
                .collect::<Result<_, _>>()?,
            deals: days.iter().map(|day| deals(*day)).collect::<Result<_, _>>()?,
            subscriptions: days
                .iter()
                .map(|day| new(&format!("exports/stripe/subscriptions-{day}.csv"), billing::HEADER.as_bytes()))
                .collect::<Result<_, _>>()?,
            by_hand: new("account-map.csv", b"account,company\n")?,
            interviews: new("exports/interviews.csv", words::INTERVIEWS_HEADER.as_bytes())?,
        })
    }

    /// Appends a block to each file.
    pub(super) fn append(&mut self, block: &Block) -> anyhow::Result<()> {
        let pairs = self.events.iter_mut().zip(&block.events);
        let pairs = pairs.chain(self.readings.iter_mut().zip(&block.readings));
        let pairs = pairs.chain(self.companies.iter_mut().zip(&block.companies));
        let pairs = pairs.chain(self.subscriptions.iter_mut().zip(&block.subscriptions));
        let deals = self.deals.iter_mut().zip(&block.deals).filter_map(|(file, rows)| Some((file.as_mut()?, rows)));
        let single = [(&mut self.by_hand, &block.by_hand), (&mut self.interviews, &block.interviews)];
        for (file, rows) in pairs.chain(deals).chain(single) {
            file.append(rows)?;
        }
        Ok(())
    }

    /// Writes what is known only at the end, and the files that are the same for every size.
    pub(super) fn finish(self, world: &World, counts: &Counts) -> anyhow::Result<Summary> {
        let mut all: Vec<Growing> = Vec::new();
        let truth = truth::text(&world.size, &world.clock, counts);
        for (name, text) in BY_HAND.into_iter().chain([("truth.json", truth.as_str())]) {
            all.push(Growing::create(&self.folder, name, text.as_bytes())?);
        }
        all.extend([self.by_hand, self.interviews]);
        all.extend(self.events.into_iter().chain(self.readings).chain(self.companies).chain(self.subscriptions));
        all.extend(self.deals.into_iter().flatten());
        let bytes = all.iter().map(|file| file.bytes).sum();
        Ok(Summary { counts: counts.clone(), files: all.len(), bytes })
    }
}
