//! The product's events, as PostHog's batch export writes them: JSON lines, a file a month, rows in no order.

use std::io::Write;

use super::account::Account;
use super::behaviour::{BEHAVIOURS, BROKER, DASHBOARD, DEPLOY, REMOTE};
use super::clock::{Clock, HIDDEN, Moment};
use super::draw::{Draws, exp};
use super::life::Life;
use super::truth::Counts;

const HOUR: i64 = 3_600_000;
/// What people do all day, and how much of it is what.
const EVERYDAY: [&str; 3] = ["app.opened", "editor.opened", "flow.saved"];
const EVERYDAY_SHARES: [f64; 3] = [0.6, 0.25, 0.15];

/// How many events a week stand for the same life: habits keep their active weeks at any density.
#[derive(Clone, Copy)]
pub(super) struct Density {
    /// Everyday events in an average week.
    pub(super) everyday: f64,
    /// Further events in a week in which a habit is active.
    pub(super) repeats: f64,
}

impl Density {
    /// Habits and set-up alone make about 1.6 events in an account's week; the rest is shared between the two.
    pub(super) fn of(events_per_account_week: f64) -> Self {
        let rest = (events_per_account_week - 1.6).max(0.2);
        let everyday = rest.min(0.4) + (rest - 0.4).max(0.0) * 0.75;
        Self { everyday, repeats: (rest - everyday) / 1.5 }
    }
}

/// Writes one account's events into the months' buffers.
pub(super) struct Events<'a> {
    account: &'a Account,
    clock: &'a Clock,
    months: &'a mut [Vec<u8>],
    counts: &'a mut Counts,
    blemishes: Draws,
    sequence: u64,
    row: Vec<u8>,
}

/// Writes all events of an account.
pub(super) fn write(
    seed: u64,
    (account, life): (&Account, &Life),
    clock: &Clock,
    density: Density,
    (months, counts): (&mut [Vec<u8>], &mut Counts),
) {
    let blemishes = Draws::new(seed, "blemishes", account.index);
    let mut events = Events { account, clock, months, counts, blemishes, sequence: 0, row: Vec::new() };
    events.set_up(seed, life);
    for index in 0..BEHAVIOURS.len() {
        events.habit(seed, life, density, index);
    }
    events.everyday(seed, life, density);
    events.help_from_staff(seed, life);
    events.end(seed, life);
    events.broken_line();
}

impl Events<'_> {
    /// The first steps of a team that began in the sample, and what everybody does once.
    fn set_up(&mut self, seed: u64, life: &Life) {
        let mut draws = Draws::new(seed, "set up", self.account.index);
        let began = self.account.signup;
        let visit = draws.happens(0.1);
        if visit {
            self.anonymous_visit(began - draws.between(1, 40) * HOUR / 2);
        }
        let properties = format!(r#""plan":"{}","#, super::account::TIERS[self.account.tier]);
        self.event(began, "team.created", &properties, 0);
        let application = began + (draws.exponential() * 10.0 * HOUR as f64) as i64 + 60_000;
        let (has_application, has_pipeline) = (draws.happens(0.92), draws.happens(0.65));
        let pipeline = application + (draws.exponential() * 11.0 * 24.0 * HOUR as f64) as i64 + 60_000;
        // Who deploys has made a pipeline before: at the latest in the evening before the week of the first deploy.
        let before_deploy = Clock::moment(life.habits[DEPLOY].onset.min(life.weeks), 0, -4 * HOUR);
        let deploys = life.habits[DEPLOY].onset < life.weeks;
        let pipeline = if deploys { pipeline.min(before_deploy).max(began + 180_000) } else { pipeline };
        if has_application || deploys {
            let application = if deploys { application.min(pipeline - 60_000) } else { application };
            self.event_while_alive(life, application, "application.created", "");
            self.event_while_alive(life, application + 30_000, "instance.created", r#""hosting":"hosted","#);
        }
        if has_pipeline || deploys {
            self.event_while_alive(life, pipeline, "pipeline.created", r#""stages":2,"#);
        }
    }

    /// A habit's events: one or more in each active week.
    fn habit(&mut self, seed: u64, life: &Life, density: Density, index: usize) {
        let behaviour = &BEHAVIOURS[index];
        let mut draws = Draws::new(seed, &format!("{} events", behaviour.event), self.account.index);
        let mut sites = Sites::new(&mut draws, self.account);
        for week in self.weeks_of(life).filter(|week| life.habits[index].active[*week as usize]) {
            for _ in 0..1 + draws.poisson(density.repeats) {
                let (at, user) = self.some_moment(&mut draws, week);
                let properties = match index {
                    DEPLOY => r#""stage":"production","result":"ok","#.to_owned(),
                    DASHBOARD => format!(r#""dashboard":"line-{}","#, draws.between(1, 5)),
                    REMOTE => format!(r#""site_id":"site-{}","#, sites.next(&mut draws)),
                    BROKER => format!(r#""topic":"plant/{}","#, draws.between(1, 9)),
                    _ => String::new(),
                };
                self.event(at, behaviour.event, &properties, user);
            }
            if index == DEPLOY && draws.happens(0.2) {
                let (at, user) = self.some_moment(&mut draws, week);
                let not_it = [r#""stage":"staging","result":"ok","#, r#""stage":"production","result":"failed","#];
                self.event(at, behaviour.event, not_it[draws.index(2)], user);
            }
        }
    }

    fn everyday(&mut self, seed: u64, life: &Life, density: Density) {
        let mut draws = Draws::new(seed, "everyday", self.account.index);
        for week in self.weeks_of(life) {
            let mean = (density.everyday * life.bustle[week as usize]).min(60.0);
            for _ in 0..draws.poisson(mean) {
                let (at, user) = self.some_moment(&mut draws, week);
                self.event(at, EVERYDAY[draws.weighted(&EVERYDAY_SHARES)], "", user);
            }
        }
    }

    /// Some accounts were helped by people of the company itself, who are no customers.
    fn help_from_staff(&mut self, seed: u64, life: &Life) {
        let mut draws = Draws::new(seed, "staff", self.account.index);
        if !draws.happens(0.03) {
            return;
        }
        self.counts.accounts_with_staff += 1;
        let helper = draws.between(1, 7);
        for _ in 0..3 {
            let week = draws.between(i64::from(HIDDEN), i64::from(life.weeks)) as i32;
            let (at, _) = self.some_moment(&mut draws, week);
            if life.alive(self.account, week) && self.clock.month(at).is_some() {
                self.counts.staff_events += 1;
                self.line(at, "app.opened", "", &format!("loom-{helper}"), &format!("coach{helper}@loomworks.example"));
            }
        }
    }

    /// Who stops being a customer deletes the team within days.
    fn end(&mut self, seed: u64, life: &Life) {
        let mut draws = Draws::new(seed, "end", self.account.index);
        let days = (self.account.signup - Clock::moment(self.account.signup_week, 0, 0)) / (24 * HOUR);
        let at = Clock::moment(life.end, days + draws.between(0, 6), draws.between(8, 17) * HOUR);
        self.event(at, "team.deleted", "", 0);
    }

    /// One line in a few hundred accounts was cut short on its way.
    fn broken_line(&mut self) {
        if self.account.index % 150 == 11 && !self.row.is_empty() {
            let month = 3 + self.account.index as usize % 5;
            if let Some(buffer) = self.months.get_mut(month) {
                buffer.extend_from_slice(&self.row[..self.row.len() / 2]);
                buffer.push(b'\n');
                self.counts.malformed_lines += 1;
            }
        }
    }

    fn weeks_of(&self, life: &Life) -> std::ops::Range<i32> {
        self.account.signup_week.max(HIDDEN)..life.end.min(life.weeks)
    }

    /// A moment of that week (on working days rather), and a user.
    fn some_moment(&self, draws: &mut Draws, week: i32) -> (Moment, usize) {
        let day = draws.weighted(&[0.19, 0.2, 0.2, 0.19, 0.15, 0.04, 0.03]) as i64;
        let at = Clock::moment(week, day, draws.between(5 * HOUR, 20 * HOUR));
        // Nobody is there before the team is: what would fall earlier in its first week falls right after its start.
        let at = if at <= self.account.signup { self.account.signup + draws.between(1, 3 * HOUR) } else { at };
        (at, draws.index(self.account.users))
    }

    fn event_while_alive(&mut self, life: &Life, at: Moment, event: &str, properties: &str) {
        if at < Clock::moment(life.end, 0, 0) {
            self.event(at, event, properties, 0);
        }
    }

    fn event(&mut self, at: Moment, event: &str, properties: &str, user: usize) {
        if self.clock.month(at).is_some() {
            let (who, email) = (format!("usr_{}_{user}", self.account.index), self.account.email(user));
            self.line(at, event, properties, &who, &email);
        }
    }

    /// A look at the web site before there was a team: an event of nobody's account.
    fn anonymous_visit(&mut self, at: Moment) {
        let Some(month) = self.clock.month(at) else { return };
        self.counts.events += 1;
        self.counts.events_without_account += 1;
        self.sequence += 1;
        self.row.clear();
        self.head(at, "$pageview");
        let tail = r#""$current_url":"https://loomworks.example/pricing"},"distinct_id":"anon-"#;
        writeln!(self.row, r#"{tail}{}","person_properties":{{}}}}"#, self.account.index).expect("memory");
        self.months[month].extend_from_slice(&self.row);
    }

    fn head(&mut self, at: Moment, event: &str) {
        let unix = self.clock.unix_ms(at);
        let (high, low, sequence) = (unix >> 16, unix & 0xffff, self.sequence);
        let node = 0x5a00_0000_0000 | self.account.index;
        self.row.extend_from_slice(br#"{"uuid":""#);
        // Version 7: the moment, then a counter and the account, so that no two rows share one.
        let (first, second) = (sequence & 0xfff, 0x8000 | (sequence >> 12 & 0x3fff));
        write!(self.row, "{high:08x}-{low:04x}-7{first:03x}-{second:04x}-{node:012x}").expect("memory");
        self.row.extend_from_slice(br#"","timestamp":""#);
        self.clock.write_stamp(at, &mut self.row);
        write!(self.row, r#"","event":"{event}","properties":{{"#).expect("memory");
    }

    /// One row, and now and then a blemish: the row again, or in the next month's file.
    fn line(&mut self, at: Moment, event: &str, properties: &str, who: &str, email: &str) {
        let Some(month) = self.clock.month(at) else { return };
        self.sequence += 1;
        self.row.clear();
        self.head(at, event);
        let team = &self.account.team;
        write!(self.row, r#"{properties}"$groups":{{"team":"{team}"}},"$lib":"posthog-node"}},"distinct_id":"{who}","#)
            .expect("memory");
        writeln!(self.row, r#""elements_chain":"","person_properties":{{"email":"{email}"}}}}"#).expect("memory");
        self.counts.events += 1;
        let (blemish, next) = (self.blemishes.uniform(), (month + 1).min(self.months.len() - 1));
        let late = (0.0015..0.0035).contains(&blemish) && next > month;
        self.months[if late { next } else { month }].extend_from_slice(&self.row);
        self.counts.late_rows += u64::from(late);
        if blemish < 0.0015 {
            self.counts.duplicate_rows += 1;
            self.months[if blemish < 0.0005 { next } else { month }].extend_from_slice(&self.row);
        }
    }
}

/// The sites of an account, brought online one after the other.
struct Sites {
    online: i64,
    in_all: i64,
}

impl Sites {
    fn new(draws: &mut Draws, account: &Account) -> Self {
        Self { online: 0, in_all: 1 + i64::from(draws.poisson(exp((0.3 + 0.4 * account.size).min(2.5)))) }
    }

    fn next(&mut self, draws: &mut Draws) -> i64 {
        let another = draws.happens(0.35);
        if self.online == 0 || (another && self.online < self.in_all) {
            self.online += 1;
            return self.online;
        }
        draws.between(1, self.online + 1)
    }
}
