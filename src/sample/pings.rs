//! Usage pings: what a team has running, once a week on its own weekday, so that every day has some.

use std::io::Write;

use super::account::Account;
use super::behaviour::{BROKER, DEPLOY, HA, REMOTE};
use super::clock::{Clock, HIDDEN};
use super::draw::{Draws, exp};
use super::life::{Habit, Life};
use super::truth::Counts;

/// The first line of every file.
pub(super) const HEADER: &str = "team,taken_at,version,applications,hosted_instances,remote_instances,ha_instances,\
    devices,pipelines,snapshots,broker_clients,sites\n";
/// What the first topic on the broker adds to the logarithm of the clients connected: a quarter more.
pub(super) const BROKER_CLIENTS_EFFECT: f64 = 0.223_143_551_314_209_76;

/// Writes one account's readings into the months' buffers.
pub(super) fn write(
    seed: u64,
    (account, life): (&Account, &Life),
    clock: &Clock,
    (months, counts): (&mut [Vec<u8>], &mut Counts),
) {
    let mut draws = Draws::new(seed, "pings", account.index);
    // Some teams run where nothing is sent home from.
    if draws.happens(0.04) {
        counts.accounts_without_pings += 1;
        return;
    }
    let (weekday, ms) = (draws.between(0, 7), 7_200_000 + draws.between(0, 3_600_000) / 1000 * 1000);
    let plant = Plant::new(&mut draws, account);
    let mut clients = Clients::new(seed, account);
    for week in 0..life.end.min(life.weeks) {
        let broker_clients = clients.next(life, week);
        let numbers = plant.numbers(&mut draws, account, life, week);
        let (missing, restarted, empty) = (draws.happens(0.012), draws.happens(0.004), draws.happens(0.004));
        let at = Clock::moment(week, weekday, ms);
        let Some(month) = clock.month(at).filter(|_| week >= HIDDEN && at > account.signup && !missing) else {
            continue;
        };
        let mut row = format!("{},{}T", account.team, clock.day_text(at)).into_bytes();
        // A release every four weeks.
        let (seconds, version) = (ms / 1000, (38 - (clock.weeks - 1 - week) / 4).max(0));
        let time = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(row, "{:02}:{:02}:{:02}Z,2.{version}.0", time.0, time.1, time.2).expect("memory");
        for (column, number) in numbers[..7].iter().chain([&broker_clients, &numbers[7]]).enumerate() {
            let blank = empty && column == 4;
            let text = if blank { String::new() } else { number.to_string() };
            write!(row, ",{text}").expect("memory");
        }
        row.push(b'\n');
        counts.readings += 1;
        counts.readings_repeated += u64::from(restarted);
        for _ in 0..1 + usize::from(restarted) {
            months[month].extend_from_slice(&row);
        }
    }
}

/// How large a team's installation is.
struct Plant {
    applications: f64,
    per_application: f64,
    devices: f64,
}

impl Plant {
    fn new(draws: &mut Draws, account: &Account) -> Self {
        let mut level = |base: f64, by_size: f64| exp(base + by_size * account.size + 0.3 * draws.normal());
        Self { applications: level(0.9, 0.35), per_application: level(0.4, 0.1), devices: level(0.8, 0.6) }
    }

    /// applications, hosted, remote and highly available instances, devices, pipelines, snapshots; sites.
    fn numbers(&self, draws: &mut Draws, account: &Account, life: &Life, week: i32) -> [i64; 8] {
        let age = f64::from((week - account.signup_week).clamp(0, 150));
        let grown = (1.0 + 0.006 * age) * if account.signup_week + 3 > week { 0.4 } else { 1.0 };
        let mut about = |level: f64| (level * grown * exp(0.05 * draws.normal())).round() as i64;
        let applications = about(self.applications).max(1);
        let hosted = about(self.applications * self.per_application).max(1);
        let (devices, pipelines) = (about(self.devices), about(self.applications * 0.6).max(1));
        let since = |habit: &Habit| i64::from((week - habit.onset).max(0));
        let remote = if since(&life.habits[REMOTE]) > 0 { about(self.devices * 0.7).max(1) } else { 0 };
        let deploys = life.habits[DEPLOY].onset <= week;
        let ha = i64::from(life.habits[HA].onset <= week) * (1 + applications / 6);
        let sites = 1 + (since(&life.habits[REMOTE]) / 12).min(1 + remote / 4);
        let snapshots = hosted * 3 + since(&life.habits[super::behaviour::SNAPSHOT]).min(60);
        [applications, hosted, remote, ha, devices, if deploys { pipelines } else { 0 }, snapshots, sites]
    }
}

/// Clients on the broker: a level, slow ups and downs, and a quarter more from the first topic on.
struct Clients {
    draws: Draws,
    level: f64,
    drift: f64,
}

impl Clients {
    fn new(seed: u64, account: &Account) -> Self {
        let mut draws = Draws::new(seed, "broker clients", account.index);
        let level = 1.6 + 0.35 * account.size + 0.25 * account.health + 0.35 * draws.normal();
        Self { draws, level, drift: 0.0 }
    }

    fn next(&mut self, life: &Life, week: i32) -> i64 {
        self.drift = 0.85 * self.drift + 0.22 * self.draws.normal();
        let ramp = (f64::from(week - life.habits[BROKER].onset + 1) / 3.0).clamp(0.0, 1.0);
        let mean = exp((self.level + self.drift + BROKER_CLIENTS_EFFECT * ramp).clamp(-4.0, 5.0));
        i64::from(self.draws.poisson(mean))
    }
}
