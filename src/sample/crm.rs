//! HubSpot's exports of companies and deals, as they stood on each export day: all cells quoted, a row a record.

use std::io::Write;

use jiff::civil::{Date, date};

use super::account::{Account, Match, TIERS};
use super::clock::{Clock, Moment};
use super::contract::{self, Deal, Pipeline};
use super::draw::Draws;
use super::life::Life;
use super::truth::Counts;

const COMPANY_LABELS: [&str; 14] = [
    "Record ID",
    "Company name",
    "Company Domain Name",
    "Create Date",
    "Country/Region",
    "Industry",
    "Lifecycle Stage",
    "Number of Employees",
    "Tier",
    "Team ID",
    "Team Created",
    "CSM owner",
    "Parent Company",
    "Products",
];
const DEAL_LABELS: [&str; 11] = [
    "Record ID",
    "Deal Name",
    "Deal Stage",
    "Close Date",
    "Amount",
    "Currency",
    "Pipeline",
    "Create Date",
    "Is Closed Won",
    "Is closed lost",
    "Associated Company IDs",
];
const MANAGERS: [&str; 4] = ["Ines Faria", "Tom Okafor", "Mia Lindqvist", "Raj Patel"];
/// On that day the accounts of the first manager went to the second.
const HANDED_OVER: Date = date(2025, 9, 1);
const PRODUCTS: [&str; 3] = ["Hosted", "Hosted;Remote", "Hosted;Remote;Broker"];
const DAY_MS: i64 = 86_400_000;

/// The first lines of the two kinds of files. One file begins with a byte order mark: someone opened and saved it.
pub(super) fn headers(day: Date) -> (Vec<u8>, Vec<u8>) {
    let mut companies = if day == date(2025, 7, 1) { vec![0xef, 0xbb, 0xbf] } else { Vec::new() };
    line(&mut companies, &COMPANY_LABELS.map(str::to_owned));
    let mut deals = Vec::new();
    line(&mut deals, &DEAL_LABELS.map(str::to_owned));
    (companies, deals)
}

/// Whether the deals were exported on that day, too: every half year, and on the last day.
pub(super) fn has_deals(day: Date) -> bool {
    day.month() == 1 || day.month() >= 6 && day.month() <= 7
}

/// The number a company has in the CRM.
fn record_id(account: &Account) -> u64 {
    21_000_000_000 + account.index * 13
}

/// Writes one account's company, as it stood at the end of a day.
pub(super) fn write_company(
    (account, life): (&Account, &Life),
    clock: &Clock,
    day: Date,
    (out, counts): (&mut Vec<u8>, &mut Counts),
) {
    let now = clock.end_of(day);
    let created = account.signup - 12 * DAY_MS - (account.index % 20) as i64 * DAY_MS;
    if account.matched == Match::Unknown || created >= now {
        return;
    }
    let has_team = account.signup < now;
    let over = contract::moment_in(account, life.end.min(life.weeks)) < now && life.end < life.weeks;
    let stage = if over {
        "Former customer"
    } else if has_team {
        "Customer"
    } else {
        "Opportunity"
    };
    let tier = contract::tier_at(account, life, now);
    let manager = |csm: usize| if csm == 0 && day >= HANDED_OVER { MANAGERS[1] } else { MANAGERS[csm] };
    let team_known = has_team && account.matched == Match::TeamId;
    let cells = [
        record_id(account).to_string(),
        account.name.clone(),
        account.domain.clone(),
        clock.minute_text(created),
        account.country.to_owned(),
        account.industry.to_owned(),
        stage.to_owned(),
        grouped(account.employees),
        if has_team { TIERS[tier].to_owned() } else { String::new() },
        if team_known { account.team.clone() } else { String::new() },
        if has_team { clock.minute_text(account.signup) } else { String::new() },
        account.csm.map(|csm| manager(csm).to_owned()).unwrap_or_default(),
        parent(account),
        PRODUCTS[tier].to_owned(),
    ];
    line(out, &cells);
    // Merged by hand and exported from two views: a record may stand twice.
    if account.index % 200 == 31 {
        line(out, &cells);
        counts.company_rows_repeated += 1;
    }
}

/// `12,400`, as HubSpot groups large numbers; smaller ones are as people typed them.
fn grouped(number: u32) -> String {
    if number >= 10_000 { format!("{},{:03}", number / 1000, number % 1000) } else { number.to_string() }
}

/// A few companies belong to one of three groups.
fn parent(account: &Account) -> String {
    match account.index % 90 {
        4 => "Aurelia Group".to_owned(),
        34 => "Borealis Holding".to_owned(),
        64 => "Castor Industries".to_owned(),
        _ => String::new(),
    }
}

/// Writes one account's deals, as they stood at the end of a day.
pub(super) fn write_deals(account: &Account, deals: &[Deal], clock: &Clock, day: Date, out: &mut Vec<u8>) {
    if account.matched == Match::Unknown {
        return;
    }
    let now = clock.end_of(day);
    for (number, deal) in deals.iter().enumerate().filter(|(_, deal)| deal.created < now) {
        let id = 31_000_000_000 + account.index * 100 + number as u64;
        write_deal(&id.to_string(), &account.name, &record_id(account).to_string(), deal, clock, now, out);
    }
}

fn write_deal(id: &str, name: &str, company: &str, deal: &Deal, clock: &Clock, now: Moment, out: &mut Vec<u8>) {
    let closed = deal.closes < now;
    let (pipeline, what) = match deal.pipeline {
        Pipeline::NewBusiness => ("New business", "new"),
        Pipeline::Renewals => ("Renewals", "renewal"),
        Pipeline::Expansion => ("Expansion", "expansion"),
    };
    let stage = match (closed, deal.won) {
        (true, true) => "Closed won",
        (true, false) => "Closed lost",
        (false, _) if deal.closes - now < 14 * DAY_MS => "Contract sent",
        (false, _) => "Qualified",
    };
    line(
        out,
        &[
            id.to_owned(),
            format!("{name} {what} {}", clock.date(deal.closes).year()),
            stage.to_owned(),
            clock.minute_text(deal.closes),
            format!("{:.0}", deal.amount),
            "EUR".to_owned(),
            pipeline.to_owned(),
            clock.minute_text(deal.created),
            (closed && deal.won).to_string(),
            (closed && !deal.won).to_string(),
            company.to_owned(),
        ],
    );
}

/// A company that never became a customer: one deal, lost or still open, and no telemetry.
pub(super) fn write_prospect(
    seed: u64,
    number: u64,
    clock: &Clock,
    day: Date,
    (companies, deals): (&mut Vec<u8>, &mut Vec<u8>),
) {
    let mut draws = Draws::new(seed, "prospects", number);
    let now = clock.end_of(day);
    let created = draws.between(0, clock.taken);
    if created >= now {
        return;
    }
    let (id, name) = ((29_000_000_000 + number * 7).to_string(), format!("Prospect {number:03}"));
    let mut cells = vec![String::new(); COMPANY_LABELS.len()];
    cells[0].clone_from(&id);
    cells[1].clone_from(&name);
    cells[2] = format!("prospect-{number:03}.example");
    cells[3] = clock.minute_text(created);
    cells[6] = "Lead".to_owned();
    line(companies, &cells);
    let amount = draws.between(10, 300) as f64 * 100.0;
    let deal = Deal {
        pipeline: Pipeline::NewBusiness,
        created,
        closes: created + draws.between(20, 160) * DAY_MS,
        won: false,
        amount,
    };
    write_deal(&(39_000_000_000 + number).to_string(), &name, &id, &deal, clock, now, deals);
}

fn line(out: &mut Vec<u8>, cells: &[String]) {
    for (number, cell) in cells.iter().enumerate() {
        let comma = if number == 0 { "" } else { "," };
        write!(out, "{comma}\"{}\"", cell.replace('"', "\"\"")).expect("memory");
    }
    out.push(b'\n');
}

/// The rows of `account-map.csv`: what only a person knows.
pub(super) fn write_by_hand(account: &Account, out: &mut Vec<u8>) {
    if account.matched == Match::ByHand {
        writeln!(out, "{},{}", account.team, record_id(account)).expect("memory");
    }
}
