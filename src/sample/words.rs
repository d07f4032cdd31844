//! What people wrote down: interviews with customers; and the team of the company's own people.

use std::io::Write;

use super::account::Account;
use super::behaviour::{BROKER, DASHBOARD, DEPLOY, REMOTE, SNAPSHOT};
use super::block::Block;
use super::clock::{Clock, HIDDEN};
use super::draw::Draws;
use super::life::Life;

/// The first line of `exports/interviews.csv`.
pub(super) const INTERVIEWS_HEADER: &str = "id,account,date,outcome,kind,quote\n";

/// Quotes by outcome: said by accounts with the habit, in the weeks after they took it up.
const QUOTES: [(usize, &str, &str, &str); 10] = [
    (
        DEPLOY,
        "production",
        "interview",
        "Since the pipeline stands we change a line on Tuesday and nobody holds their breath",
    ),
    (DEPLOY, "production", "call", "We deploy before the early shift now, not at the weekend"),
    (REMOTE, "second-site", "interview", "The second plant took a day; the first one took a month"),
    (REMOTE, "second-site", "visit", "Our people in the other hall asked when they get it, too"),
    (REMOTE, "fleet", "call", "I have not driven to a pump station since March"),
    (SNAPSHOT, "recover", "interview", "We rolled back in two minutes and the shift leader never knew"),
    (DASHBOARD, "operators", "visit", "There is a screen over line three and people actually look at it"),
    (BROKER, "broker", "interview", "We said \"\"no more point to point\"\", and the broker is how we kept to it"),
    (BROKER, "broker", "call", "Every machine that speaks MQTT is on it; the old press is not"),
    (DEPLOY, "production", "survey", "The approval step is what convinced our auditors"),
];

/// Writes what a few of the accounts said: one in thirty that has the habit.
pub(super) fn interview((account, life): (&Account, &Life), clock: &Clock, out: &mut Vec<u8>) {
    let number = account.index as usize / 30;
    let (behaviour, outcome, kind, quote) = QUOTES[number % QUOTES.len()];
    let week = life.habits[behaviour].onset.max(HIDDEN) + 6;
    if account.index % 30 != 0 || number >= 4 * QUOTES.len() || !life.alive(account, week) || week + 1 >= life.weeks {
        return;
    }
    let day = clock.day_text(Clock::moment(week, 2, 0));
    writeln!(out, "i{number:03},{},{day},{outcome},{kind},\"{quote}\"", account.team).expect("memory");
}

/// The team that the company's own people use: no customer, and left out by `exclude_domains`.
pub(super) fn our_own_team(clock: &Clock, block: &mut Block) {
    let mut draws = Draws::new(0, "our own team", 0);
    for week in (HIDDEN..clock.weeks).step_by(2) {
        let at = Clock::moment(week, draws.between(0, 5), draws.between(7 * 3600, 17 * 3600) * 1000);
        let Some(month) = clock.month(at) else { continue };
        let mut row = format!(r#"{{"uuid":"00000000-0000-7000-8000-0000{week:08x}","timestamp":""#).into_bytes();
        clock.write_stamp(at, &mut row);
        let who = draws.between(1, 7);
        let team = r#""properties":{"$groups":{"team":"team-loomworks"},"$lib":"posthog-node"}"#;
        let person = format!(r#""person_properties":{{"email":"coach{who}@loomworks.example"}}"#);
        writeln!(row, r#"","event":"app.opened",{team},"distinct_id":"loom-{who}","elements_chain":"",{person}}}"#)
            .expect("memory");
        block.events[month].extend_from_slice(&row);
        block.counts.events += 1;
        block.counts.staff_events += 1;
    }
}
