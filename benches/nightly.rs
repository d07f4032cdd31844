//! The nightly job on a synthetic company, beside plain DuckDB SQL on the same files: results first, then ratios.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench is asked by its environment and answers on the terminal"
)]

mod plain;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use throughline::ingest::{self, Mode};
use throughline::model::metric::Metric;
use throughline::model::question::Question;
use throughline::model::reading::{Datum, Reading};
use throughline::plan::Plan;
use throughline::plan::resolve::{Needs, resolve};
use throughline::run::session::{self, Opening};
use throughline::run::{self, Done, Job, Stage, record};
use throughline::sample;

use plain::Row;

/// Rounds, each side in turn; the median counts.
const ROUNDS: usize = 3;
/// The morning after the synthetic company's last day: 2026-07-01T06:00:00Z.
const NOW_US: i64 = 1_782_885_600_000_000;
/// Lines of the sample's plan that plain SQL over two files cannot follow: all that rests on the CRM, and a zone (the
/// engine has none). Without them both sides mean the same.
const BEYOND_PLAIN: [&str; 3] = ["created = ", "ended = ", "exclude_domains = "];

fn main() -> Result<()> {
    let accounts = std::env::var("BENCH_ACCOUNTS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000);
    let folder = tempfile::tempdir()?;
    let root = folder.path().join("company");
    sample::write(&sample::Size::synth(accounts, 52, 1), &root)?;
    let plan = plan(&root)?;
    let mut times: [Vec<Duration>; 6] = Default::default();
    for round in 0..ROUNDS {
        let state = folder.path().join(format!("state-{round}"));
        let (raw, events) = (folder.path().join("raw.parquet"), folder.path().join("events.parquet"));
        times[0].push(timed(|| ours_ingest(&plan, &state))?.0);
        times[1].push(timed(|| plain::ingest(&root, &raw))?.0);
        plain::each_once(&raw, &events)?;
        times[2].push(timed(|| ours(&plan, &state))?.0);
        let (time, found) = timed(|| ours(&plan, &state))?;
        times[3].push(time);
        let (time, expected) = timed(|| plain::plan(&root, &events))?;
        times[4].push(time);
        compare(&found, &expected)?;
        times[5].push(timed(|| whole_run(&plan, &folder.path().join(format!("run-{round}"))))?.0);
    }
    let [ingest, plain_ingest, cold, warm, plain_plan, whole] = times.map(median);
    println!("{accounts} accounts x 52 weeks, {} traction metrics; results agree", plain::queries().len());
    line("ingest", ingest, plain_ingest);
    line("plan, facts made first", cold, plain_plan);
    line("plan, facts present", warm, plain_plan);
    line("run: ingest to report", whole, plain_ingest + plain_plan);
    if let Some(bytes) = record::peak_memory() {
        println!("peak memory of this process, both sides: {} MB", bytes / 1_000_000);
    }
    Ok(())
}

/// The sample's plan without what plain SQL cannot follow.
fn plan(root: &Path) -> Result<Plan> {
    let text = std::fs::read_to_string(root.join("throughline.toml"))?;
    let kept = text.lines().filter(|line| !BEYOND_PLAIN.iter().any(|start| line.starts_with(start)));
    let text = kept.collect::<Vec<_>>().join("\n").replace("\"Europe/Amsterdam\"", "\"UTC\"");
    let (plan, problems) = resolve(&text, root, jiff::civil::date(2026, 7, 1), Needs::Everything);
    plan.with_context(|| format!("the plan of the synthetic company does not hold: {problems:?}"))
}

fn opening(state: &Path) -> Opening {
    Opening {
        state: state.to_path_buf(),
        spare: state.join("spare"),
        now_us: NOW_US,
        as_of: None,
        known: None,
        kept: Vec::new(),
        limits: throughline::engine::Limits::default(),
    }
}

fn ours_ingest(plan: &Plan, state: &Path) -> Result<()> {
    let (engine, lake) = (session::ingest_engine(&opening(state))?, session::lake(state)?);
    ingest::ingest(plan, &lake, &engine, NOW_US, &[], Mode::New, &mut |_| {}).map(|_| ())
}

/// Every traction metric of the plan, over all history.
fn ours(plan: &Plan, state: &Path) -> Result<Vec<(String, Vec<Row>)>> {
    let session = session::open(plan, &opening(state))?;
    let traction: Vec<&Metric> = plan.metrics.iter().filter(|metric| matches!(metric, Metric::Traction(_))).collect();
    session.side_by_side(plan, &traction, |desk, metric| {
        let series = desk.measure(metric, &Question::default())?;
        Ok((metric.id().to_string(), series.readings.iter().filter_map(row).collect()))
    })
}

/// A reading as plain SQL gives it; nothing for what is pooled over cohorts.
fn row(reading: &Reading) -> Option<Row> {
    let rest = |wanted: &str| reading.rest.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value);
    if rest("cohort_start") == Some(&Datum::Null) {
        return None;
    }
    let place = |name| if let Some(Datum::Count(place)) = rest(name) { Some(*place) } else { None };
    let (step, k) = (place("step"), place("k"));
    let period_start = if step.is_some() { String::new() } else { reading.period.start.to_string() };
    Some(Row { place: step.or(k).unwrap_or(0), period_start, value: reading.value })
}

fn whole_run(plan: &Plan, state: &Path) -> Result<()> {
    let job = Job { plan, opening: opening(state), until: Stage::Report, ingest: true };
    run::run(&job, &mut Done::default(), &mut |_, _| {})
}

/// Both sides say the same of every metric and period.
fn compare(ours: &[(String, Vec<Row>)], plain: &[(String, Vec<Row>)]) -> Result<()> {
    for (metric, expected) in plain {
        let found = ours.iter().find(|(id, _)| id == metric).map(|(_, rows)| rows);
        let found = found.with_context(|| format!("nothing was measured of `{metric}`"))?;
        let differ = found.iter().zip(expected).find(|(one, other)| !one.equals(other));
        ensure!(differ.is_none(), "`{metric}` differs, ours and plain: {differ:?}");
        ensure!(found.len() == expected.len(), "`{metric}` has {} rows, plain {}", found.len(), expected.len());
    }
    Ok(())
}

fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(Duration, T)> {
    let began = Instant::now();
    let made = work()?;
    Ok((began.elapsed(), made))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn line(what: &str, ours: Duration, plain: Duration) {
    let (ours, plain) = (ours.as_secs_f64(), plain.as_secs_f64());
    println!("{what:24} {ours:8.2} s   plain {plain:8.2} s   ours / plain {:.2}", ours / plain);
}
