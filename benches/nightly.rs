//! The nightly job on a synthetic company, beside plain DuckDB SQL on the same files: results first, then ratios.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench is asked by its environment and answers on the terminal"
)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use throughline::engine::{DuckDb, Engine, Limits};
use throughline::ingest::{self, Mode};
use throughline::model::question::Question;
use throughline::plan::Plan;
use throughline::plan::resolve::{Needs, resolve};
use throughline::run::session::{self, Opening};
use throughline::sample;

/// Rounds, each side in turn; the median counts.
const ROUNDS: usize = 3;
/// The morning after the synthetic company's last day: 2026-07-01T06:00:00Z.
const NOW_US: i64 = 1_782_885_600_000_000;
/// Plain queries, as an analyst would write them, over a relation `events`.
const PLAIN: [&str; 3] =
    [include_str!("plain/active.sql"), include_str!("plain/by_event.sql"), include_str!("plain/first_seen.sql")];

fn main() -> Result<()> {
    let accounts = std::env::var("BENCH_ACCOUNTS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000);
    let folder = tempfile::tempdir()?;
    let root = folder.path().join("company");
    sample::write(&sample::Size::synth(accounts, 52, 1), &root)?;
    let plan = plan(&root)?;
    let mut times: [Vec<Duration>; 5] = Default::default();
    for round in 0..ROUNDS {
        let state = folder.path().join(format!("state-{round}"));
        let parquet = folder.path().join(format!("plain-{round}.parquet"));
        times[0].push(timed(|| ours_ingest(&plan, &state))?);
        times[1].push(timed(|| plain_ingest(&root, &parquet))?);
        times[2].push(timed(|| ours_plan(&plan, &state))?);
        times[3].push(timed(|| ours_plan(&plan, &state))?);
        times[4].push(timed(|| plain_plan(&parquet))?);
        compare(&plan, &state, &parquet)?;
    }
    let [ingest, plain_ingest, cold, warm, plain_plan] = times.map(median);
    println!("{accounts} accounts x 52 weeks, {} metrics; results agree", plan.metrics.len());
    line("ingest", ingest, plain_ingest);
    line("plan, facts made first", cold, plain_plan);
    line("plan, facts present", warm, plain_plan);
    if let Some(bytes) = throughline::run::record::peak_memory() {
        println!("peak memory of this process, both sides: {} MB", bytes / 1_000_000);
    }
    Ok(())
}

fn plan(root: &Path) -> Result<Plan> {
    let text = std::fs::read_to_string(root.join("throughline.toml"))?;
    let (plan, problems) = resolve(&text, root, jiff::civil::date(2026, 7, 1), Needs::Everything);
    plan.with_context(|| format!("the plan of the synthetic company does not hold: {problems:?}"))
}

fn opening(state: &Path) -> Opening {
    Opening {
        state: state.to_path_buf(),
        spare: state.join("spare"),
        now_us: NOW_US,
        as_of: None,
        kept: Vec::new(),
        limits: Limits::default(),
    }
}

fn ours_ingest(plan: &Plan, state: &Path) -> Result<()> {
    let (engine, lake) = (session::engine(&opening(state))?, session::lake(state)?);
    ingest::ingest(plan, &lake, &engine, NOW_US, &[], Mode::New, &mut |_| {}).map(|_| ())
}

fn ours_plan(plan: &Plan, state: &Path) -> Result<()> {
    let session = session::open(plan, &opening(state))?;
    for metric in &plan.metrics {
        session.measure(plan, metric, &Question::default())?;
    }
    Ok(())
}

fn plain_ingest(root: &Path, parquet: &Path) -> Result<()> {
    let files: PathBuf = root.join("exports/posthog/*.jsonl.gz");
    let columns =
        "{uuid: 'VARCHAR', event: 'VARCHAR', timestamp: 'TIMESTAMP', distinct_id: 'VARCHAR', properties: 'JSON'}";
    let sql = format!(
        "select uuid, event, \"timestamp\", distinct_id, properties, properties ->> '$.\"$groups\".team' as account
         from read_json('{}', format = 'newline_delimited', ignore_errors = true, columns = {columns})",
        files.display()
    );
    DuckDb::open(&Limits::default())?.write(&sql, &[], parquet).map(|_| ())
}

fn plain(parquet: &Path) -> Result<DuckDb> {
    let engine = DuckDb::open(&Limits::default())?;
    engine.run(&format!("create view events as select * from read_parquet('{}')", parquet.display()), &[])?;
    Ok(engine)
}

fn plain_plan(parquet: &Path) -> Result<()> {
    let engine = plain(parquet)?;
    PLAIN.iter().try_for_each(|sql| engine.query(sql, &[]).map(|_| ()))
}

/// The same events on both sides, each once: by name, up to the last day.
fn compare(plan: &Plan, state: &Path, parquet: &Path) -> Result<()> {
    let session = session::open(plan, &opening(state))?;
    let ours = session
        .engine
        .query("select event_name as event, count(*) as uses from lake_events group by event_name order by all", &[])?;
    let plain = plain(parquet)?.query(
        "select event, count(distinct uuid) as uses from events where event is not null group by event order by all",
        &[],
    )?;
    let told = |frame: &throughline::engine::Frame| -> Vec<_> {
        (0..frame.rows()).map(|row| (frame.text("event", row), frame.count("uses", row))).collect()
    };
    ensure!(told(&ours) == told(&plain), "the two sides do not agree: {:?} and {:?}", told(&ours), told(&plain));
    Ok(())
}

fn timed(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let began = Instant::now();
    work()?;
    Ok(began.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn line(what: &str, ours: Duration, plain: Duration) {
    let ratio = ours.as_secs_f64() / plain.as_secs_f64();
    println!("{what:24} {:8.2} s   plain {:8.2} s   ratio {ratio:.2}", ours.as_secs_f64(), plain.as_secs_f64());
}
