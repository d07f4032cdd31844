//! What was planted is there, and what was not is not: read from the sample itself, without any engine.

use std::sync::LazyLock;

use rayon::prelude::*;

use super::behaviour::{BEHAVIOURS, BROKER, DASHBOARD, DEPLOY, HA, REMOTE, SNAPSHOT};
use super::clock::{HIDDEN, NEVER};
use super::life::{Expansion, Life};
use super::*;
use crate::stats::comparison;

/// The behaviour that only size is behind.
const ROLES: usize = 2;

/// A large company's lives, without writing anything: large, so that chance hides little. Made once for all tests.
fn lives() -> &'static [(account::Account, Life)] {
    static LIVES: LazyLock<Vec<(account::Account, Life)>> = LazyLock::new(|| {
        let world = World::new(&Size { accounts: 4000, ..Size::SAMPLE });
        (0..4000).into_par_iter().map(|index| world.customer(index)).collect()
    });
    &LIVES
}

fn counted() -> Counts {
    let mut counts = Counts::default();
    for (account, life) in lives() {
        counts.tell(account, life);
    }
    counts
}

fn at_landmark(counts: &Counts, behaviour: usize) -> f64 {
    counts.splits[behaviour].raw_difference().unwrap()
}

#[test]
fn the_planted_habit_and_renewal_go_together_as_planted() {
    let counts = counted();
    let renewed = counts.renewals_won as f64 / counts.renewals_due as f64;
    assert!((0.82..0.88).contains(&renewed), "{renewed} renewed");
    let true_difference = counts.true_difference / counts.renewals_due as f64;
    assert!((0.12..0.18).contains(&true_difference), "{true_difference} points are planted");
    let raw = at_landmark(&counts, DEPLOY);
    assert!((true_difference - 0.02..true_difference + 0.10).contains(&raw), "{raw} seen, {true_difference} planted");
}

#[test]
fn what_is_not_planted_goes_together_without_an_effect() {
    let counts = counted();
    for behaviour in [SNAPSHOT, ROLES, DASHBOARD, REMOTE] {
        assert!(BEHAVIOURS[behaviour].effect == 0.0, "{} does something", BEHAVIOURS[behaviour].event);
    }
    let raw = [SNAPSHOT, ROLES, DASHBOARD].map(|behaviour| at_landmark(&counts, behaviour));
    assert!(raw[0].abs() < 0.05, "the null one: {}", raw[0]);
    assert!(raw[1] > 0.06, "the size-confounded one: {}", raw[1]);
    assert!(raw[2] > 0.12, "the reverse one: {}", raw[2]);
    let immortal = counts.ever[REMOTE].raw_difference().unwrap();
    assert!(immortal > 0.05, "the immortal-time one: {immortal}");
}

#[test]
fn among_companies_of_one_size_and_age_the_size_confounded_habit_means_little() {
    let mut bands = [Split::default(); 24];
    for (account, life) in lives() {
        let size = ((account.size + 1.2) * 2.0).clamp(0.0, 5.0) as usize;
        for renewal in &life.renewals {
            let age = ((renewal.week - account.signup_week) / 52 - 1).min(3) as usize;
            bands[size * 4 + age].add(renewal.exposed[ROLES], renewal.won);
        }
    }
    let all: u64 = bands.iter().map(|band| band.exposed + band.others).sum();
    let weight = |band: &Split| (band.exposed + band.others) as f64 / all as f64;
    let within: f64 = bands.iter().map(|band| weight(band) * band.raw_difference().unwrap_or(0.0)).sum();
    let across = at_landmark(&counted(), ROLES);
    assert!(within < 0.5 * across, "{within} within bands of size and age, {across} across them");
}

#[test]
fn the_reverse_habit_is_gone_only_shortly_before_the_end() {
    let mut early = Split::default();
    for (_, life) in lives() {
        for renewal in &life.renewals {
            let week = (renewal.week - 34).max(0) as usize;
            let active = life.habits[DASHBOARD].active[week..week + 4].iter().filter(|active| **active).count();
            early.add(active >= 2, renewal.won);
        }
    }
    let (early, late) = (early.raw_difference().unwrap(), at_landmark(&counted(), DASHBOARD));
    assert!(early < 0.5 * late, "{early} half a year ahead, {late} at the landmark");
}

#[test]
fn accounts_on_the_broker_expand_more() {
    let mut weeks = [0_u64; 2];
    let mut expansions = [0_u64; 2];
    for (account, life) in lives() {
        for week in (HIDDEN..life.weeks).filter(|week| life.alive(account, *week)) {
            // Four months after the first topic the habit is held.
            let held = usize::from(week > life.habits[BROKER].onset.saturating_add(16));
            weeks[held] += 1;
            expansions[held] += life.expansions.iter().filter(|expansion| expansion.week == week).count() as u64;
        }
    }
    let rate = |held: usize| expansions[held] as f64 / weeks[held] as f64;
    assert!(rate(1) > 1.4 * rate(0), "{} a week with the habit, {} without", rate(1), rate(0));
}

#[test]
fn high_availability_follows_expansion_and_does_not_lead_to_it() {
    let (mut before, mut after) = (0, 0);
    for (_, life) in lives().iter().filter(|(_, life)| life.habits[HA].onset != NEVER) {
        let onset = life.habits[HA].onset;
        let within = |from: i32, to: i32| {
            life.expansions.iter().filter(|one: &&Expansion| one.week >= from && one.week < to).count()
        };
        if onset + 4 < life.end.min(life.weeks) {
            before += within(onset - 4, onset);
            after += within(onset + 1, onset + 5);
        }
    }
    assert!(before > 4 * after, "{before} expansions in the four weeks before, {after} in those after");
}

#[test]
fn guided_newcomers_deploy_sooner() {
    let world = World::new(&Size::SAMPLE);
    let guided = world.clock.week_of(GUIDED);
    let mut soon = Split::default();
    for (account, life) in lives().iter().filter(|(account, _)| account.signup_week >= guided - 60) {
        let mature = account.signup_week + 9 < life.weeks && life.end > account.signup_week + 9;
        if mature {
            soon.add(account.signup_week >= guided, life.habits[DEPLOY].onset <= account.signup_week + 9);
        }
    }
    assert!(soon.raw_difference().unwrap() > 0.05, "{soon:?}");
}

#[test]
fn equal_sizes_give_equal_bytes_however_the_blocks_fall() {
    let size = Size { accounts: 300, weeks: 9, seed: 4, events_per_account_week: 3.0 };
    let read = |folder: &Path| std::fs::read(folder.join("exports/posthog/2026-05.jsonl.gz")).unwrap();
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let summary = write(&size, one.path()).unwrap();
    rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(|| write(&size, other.path())).unwrap();
    assert_eq!(read(one.path()), read(other.path()));
    assert_eq!(summary.counts.accounts, 300);
}

/// The renewals of the sample itself whose habits can be seen, with what the CRM knows of the company. One row each.
fn decisions(behaviour: usize) -> comparison::Table {
    let world = World::new(&Size::SAMPLE);
    let mut table =
        comparison::Table { exposed: Vec::new(), outcome: Vec::new(), covariates: Vec::new(), cluster: Vec::new() };
    let mut clusters = 0;
    for (account, life) in (0..Size::SAMPLE.accounts).map(|index| world.customer(index)) {
        // Telemetry reaches back over gap, a longer gap and the window; the account is as old as that.
        let seen = |week: i32| week >= HIDDEN + 47 && account.signup_week <= week - 47;
        for renewal in life.renewals.iter().filter(|renewal| seen(renewal.week)) {
            let tenure = draw::ln(1.0 + f64::from(renewal.week - account.signup_week));
            let one = |is: bool| f64::from(u8::from(is));
            table.exposed.push(renewal.exposed[behaviour]);
            table.outcome.push(one(renewal.won));
            table.cluster.push(clusters);
            let known = [account.size, draw::ln(account.arr), one(account.tier == 1), one(account.tier == 2)];
            table.covariates.push([&known[..], &[one(account.csm.is_some()), tenure]].concat());
        }
        clusters += usize::from(table.cluster.last() == Some(&clusters));
    }
    table
}

#[test]
fn the_adjusted_comparison_finds_what_is_planted_and_not_what_size_and_age_explain() {
    let found = |behaviour| comparison::compare(&decisions(behaviour), comparison::RIDGE).unwrap();
    let planted = found(DEPLOY);
    assert!(planted.interval.0 > 0.0, "{planted:?}");
    assert!((planted.interval.0..planted.interval.1).contains(&0.15), "{planted:?}");
    for behaviour in [SNAPSHOT, ROLES, REMOTE] {
        let nothing = found(behaviour);
        assert!(nothing.interval.0 < 0.0, "{}: {nothing:?}", BEHAVIOURS[behaviour].event);
    }
}
