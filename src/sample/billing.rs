//! Stripe's export of subscriptions, as it stood on each export day.

use std::io::Write;

use jiff::civil::Date;

use super::account::{Account, Contract, TIERS};
use super::clock::{Clock, LAST_DAY, Moment};
use super::contract::Subscription;
use super::truth::Counts;

const DAY_MS: i64 = 86_400_000;

/// The first line of every file.
pub(super) const HEADER: &str = "id,Customer ID,Customer Email,Plan,Quantity,Currency,Interval,Amount,Status,\
    Created (UTC),Start (UTC),Trial Start (UTC),Trial End (UTC),Canceled At (UTC),Ended At (UTC),team_id (metadata)\n";

/// Writes one account's subscriptions, as they stood at the end of a day.
pub(super) fn write(
    account: &Account,
    subscriptions: &[Subscription],
    clock: &Clock,
    day: Date,
    (out, counts): (&mut Vec<u8>, &mut Counts),
) {
    let now = clock.end_of(day);
    // A few were set up by hand, without the team's id; the mail's domain tells most of them, free mail does not.
    let team = if account.index % 50 == 17 { "" } else { &account.team };
    counts.subscribers_without_team += u64::from(team.is_empty() && day == LAST_DAY);
    for (number, one) in subscriptions.iter().enumerate().filter(|(_, one)| one.started < now) {
        let (quantity, price) = one.terms(clock, now);
        let yearly = account.contract == Contract::Annual;
        let (interval, amount) = if yearly { ("year", price) } else { ("month", price / 12.0) };
        let amount = amount_text(amount);
        let plan = if one.added { format!("{} add-on", TIERS[one.tier]) } else { TIERS[one.tier].to_owned() };
        let ended = one.ended.filter(|(ended, _)| *ended < now).map(|(ended, _)| ended);
        let canceled = one.ended.filter(|(_, canceled)| *canceled < now && *canceled > one.started).map(|(_, at)| at);
        let status = match (ended, one.trial_end) {
            (Some(_), _) => "canceled",
            (None, Some(end)) if end >= now => "trialing",
            _ => "active",
        };
        let text = |moment: Option<Moment>| moment.map(|moment| clock.minute_text(moment)).unwrap_or_default();
        let started = clock.minute_text(one.started);
        let trial_start = text(one.trial_end.map(|_| one.started));
        let (trial_end, canceled, ended) = (text(one.trial_end), text(canceled.or(ended)), text(ended));
        let (index, email) = (account.index, account.email(0));
        writeln!(
            out,
            "sub_{index:05}_{number},cus_{index:05},{email},{plan},{quantity},eur,{interval},{amount},{status},{started},\
             {started},{trial_start},{trial_end},{canceled},{ended},{team}"
        )
        .expect("memory");
    }
    debug_assert!(now % DAY_MS == 0, "an export speaks of whole days");
}

/// `49.00`, and from a thousand on `"1,200.00"`.
fn amount_text(amount: f64) -> String {
    let cents = (amount * 100.0).round() as i64;
    let (units, rest) = (cents / 100, cents % 100);
    if units >= 1000 {
        format!("\"{},{:03}.{rest:02}\"", units / 1000, units % 1000)
    } else {
        format!("{units}.{rest:02}")
    }
}
