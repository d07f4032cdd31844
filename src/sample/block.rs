//! Accounts in blocks: made side by side, written in order.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::civil::Date;
use rayon::prelude::*;

use super::account::Account;
use super::clock::Clock;
use super::life::Life;
use super::product::Density;
use super::truth::Counts;
use super::{GUIDED, Size, billing, contract, crm, pings, product, words};

/// Accounts in a block. Every block is a gzip member of its own in each month's file.
const BLOCK: u64 = 128;
/// Blocks made side by side before they are written: the memory that any size needs.
const GROUP: u64 = 4;
/// So many companies in a thousand accounts never became customers.
const PROSPECTS_PER_THOUSAND: u64 = 80;

/// A size, resolved: what every block needs to know.
pub(super) struct World {
    pub(super) size: Size,
    pub(super) clock: Clock,
    pub(super) export_days: Vec<Date>,
    density: Density,
    guided: i32,
}

/// The rows of a block of accounts, ready to be appended to the files in order.
pub(super) struct Block {
    /// Per month, gzipped.
    pub(super) events: Vec<Vec<u8>>,
    /// Per month, gzipped.
    pub(super) readings: Vec<Vec<u8>>,
    /// Per export day.
    pub(super) companies: Vec<Vec<u8>>,
    pub(super) deals: Vec<Vec<u8>>,
    pub(super) subscriptions: Vec<Vec<u8>>,
    pub(super) by_hand: Vec<u8>,
    pub(super) interviews: Vec<u8>,
    pub(super) counts: Counts,
}

impl World {
    pub(super) fn new(size: &Size) -> Self {
        let clock = Clock::new(size.weeks);
        let (export_days, guided) = (clock.export_days(), clock.week_of(GUIDED));
        Self { size: *size, export_days, density: Density::of(size.events_per_account_week), guided, clock }
    }

    /// The first blocks of the groups that are made side by side.
    pub(super) fn groups(&self) -> impl Iterator<Item = u64> {
        (0..self.size.accounts.div_ceil(BLOCK)).step_by(GROUP as usize)
    }

    /// The blocks of a group, in order.
    pub(super) fn blocks(&self, first: u64) -> Vec<Block> {
        let last = (first + GROUP).min(self.size.accounts.div_ceil(BLOCK));
        (first..last).into_par_iter().map(|number| self.block(number)).collect()
    }

    /// Who an account is and what happens to it.
    pub(super) fn customer(&self, index: u64) -> (Account, Life) {
        let account = Account::new(self.size.seed, index, &self.clock);
        let life = Life::new(self.size.seed, &account, &self.clock, self.guided);
        (account, life)
    }

    fn block(&self, number: u64) -> Block {
        let empty = |count: usize| vec![Vec::new(); count];
        let (months, days) = (self.clock.months.len(), self.export_days.len());
        let mut block = Block {
            events: empty(months),
            readings: empty(months),
            companies: empty(days),
            deals: empty(days),
            subscriptions: empty(days),
            by_hand: Vec::new(),
            interviews: Vec::new(),
            counts: Counts::default(),
        };
        for index in number * BLOCK..((number + 1) * BLOCK).min(self.size.accounts) {
            self.write(index, &mut block);
        }
        if number == 0 {
            words::our_own_team(&self.clock, &mut block);
        }
        for buffer in block.events.iter_mut().chain(&mut block.readings).filter(|buffer| !buffer.is_empty()) {
            *buffer = gzip(buffer);
        }
        block
    }

    /// Writes all that the tools know of one account.
    fn write(&self, index: u64, block: &mut Block) {
        let (seed, clock) = (self.size.seed, &self.clock);
        let (account, life) = self.customer(index);
        let customer = (&account, &life);
        let counts = &mut block.counts;
        counts.tell(&account, &life);
        product::write(seed, customer, clock, self.density, (&mut block.events, counts));
        pings::write(seed, customer, clock, (&mut block.readings, counts));
        let subscriptions = contract::subscriptions(seed, &account, &life);
        let deals = contract::deals(seed, &account, &life, clock);
        let is_prospect_too = index * PROSPECTS_PER_THOUSAND % 1000 < PROSPECTS_PER_THOUSAND;
        counts.prospects += u64::from(is_prospect_too);
        for (at, day) in self.export_days.iter().enumerate() {
            crm::write_company(customer, clock, *day, (&mut block.companies[at], counts));
            billing::write(&account, &subscriptions, clock, *day, (&mut block.subscriptions[at], counts));
            if crm::has_deals(*day) {
                crm::write_deals(&account, &deals, clock, *day, &mut block.deals[at]);
            }
            if is_prospect_too {
                crm::write_prospect(seed, index, clock, *day, (&mut block.companies[at], &mut block.deals[at]));
            }
        }
        crm::write_by_hand(&account, &mut block.by_hand);
        words::interview(customer, clock, &mut block.interviews);
    }
}

/// One gzip member without name and time, so that equal rows give equal bytes.
pub(super) fn gzip(rows: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(rows.len() / 8), Compression::new(6));
    encoder.write_all(rows).expect("memory");
    encoder.finish().expect("memory")
}
