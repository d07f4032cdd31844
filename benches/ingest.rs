//! Exports into the lake, de-duplicated, beside DuckDB's own reading of the same files into Parquet: results first, then ratios.
//!
//! `BENCH_EVENTS=5000000 cargo bench --bench ingest` for the size of the bar; half a million without. Each side runs in a
//! process of its own, which tells its own time and peak memory; memory is measured at half the size too, to be compared.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench is asked by its environment and answers on the terminal"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use throughline::engine::{DuckDb, Engine, Frame, Limits};
use throughline::ingest::{self, Mode};
use throughline::lake::tables::EVENTS;
use throughline::model::ids::SourceName;
use throughline::plan::Plan;
use throughline::plan::resolve::{Needs, resolve};
use throughline::run::record::peak_memory;
use throughline::run::session::{self, Opening};
use throughline::sample;

/// Rounds, each side in turn; the median counts.
const ROUNDS: usize = 3;
/// About how many events a synthetic customer makes in 52 weeks.
const EVENTS_PER_ACCOUNT: u64 = 550;
/// The morning after the synthetic company's last day: 2026-07-01T06:00:00Z.
const NOW_US: i64 = 1_782_885_600_000_000;

/// The columns that the lake keeps.
const NAMED: &str =
    "uuid, event, \"timestamp\", distinct_id, properties, properties ->> '$.\"$groups\".team' as account";
const COLUMNS: &str = ", columns = {uuid: 'VARCHAR', event: 'VARCHAR', timestamp: 'TIMESTAMP', distinct_id: 'VARCHAR', \
    properties: 'JSON'}";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["ours", root, state] => side(|| ours(Path::new(root), Path::new(state))),
        ["detected", root, parquet, codec] => side(|| plain("*", "", Path::new(root), Path::new(parquet), codec)),
        ["named", root, parquet, codec] => side(|| plain(NAMED, COLUMNS, Path::new(root), Path::new(parquet), codec)),
        _ => compare_sides(),
    }
}

fn compare_sides() -> Result<()> {
    let events = std::env::var("BENCH_EVENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(500_000_u64);
    let folder = tempfile::tempdir()?;
    let (whole, half) = (folder.path().join("whole"), folder.path().join("half"));
    for (root, events) in [(&whole, events), (&half, events / 2)] {
        sample::write(&sample::Size::synth(events.div_ceil(EVENTS_PER_ACCOUNT), 52, 1), root)?;
    }
    let root = |path: &Path| path.display().to_string();
    let parquet = folder.path().join("plain.parquet");
    let mut told: [Vec<Told>; 5] = Default::default();
    for round in 0..ROUNDS {
        let state = folder.path().join(format!("state-{round}"));
        told[0].push(child(&["ours", &root(&whole), &root(&state)])?);
        told[1].push(child(&["detected", &root(&whole), &root(&parquet), "zstd"])?);
        compare(&state, &parquet)?;
        told[2].push(child(&["named", &root(&whole), &root(&parquet), "zstd"])?);
        compare(&state, &parquet)?;
        told[3].push(child(&["named", &root(&whole), &root(&parquet), "snappy"])?);
        told[4].push(child(&["ours", &root(&whole), &root(&state)])?);
        std::fs::remove_dir_all(&state)?;
    }
    let smaller = child(&["ours", &root(&half), &root(&folder.path().join("state-half"))])?;
    let [ours, detected, named, snappy, again] = told.map(median);
    println!("{} events asked for; results agree", events);
    println!("into the lake, zstd              {:8.2} s   {:6} MB at most", ours.seconds, ours.megabytes);
    let plain =
        [("as it is typed, zstd", &detected), ("columns named, zstd", &named), ("columns named, snappy", &snappy)];
    for (name, plain) in plain {
        let ratio = ours.seconds / plain.seconds;
        println!("read_json, {name:21} {:8.2} s   ratio {ratio:.2}", plain.seconds);
    }
    println!("the same again, nothing new      {:8.2} s", again.seconds);
    println!("half of it into the lake         {:8.2} s   {:6} MB at most", smaller.seconds, smaller.megabytes);
    Ok(())
}

/// What a side tells of itself.
#[derive(Debug, Clone, Copy)]
struct Told {
    seconds: f64,
    megabytes: u64,
}

fn side(work: impl FnOnce() -> Result<()>) -> Result<()> {
    let began = Instant::now();
    work()?;
    println!("{} {}", began.elapsed().as_secs_f64(), peak_memory().unwrap_or(0) / 1_000_000);
    Ok(())
}

fn child(arguments: &[&str]) -> Result<Told> {
    let output = Command::new(std::env::current_exe()?).args(arguments).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let told = text.trim().split_once(' ').and_then(|(seconds, megabytes)| {
        Some(Told { seconds: seconds.parse().ok()?, megabytes: megabytes.parse().ok()? })
    });
    told.with_context(|| format!("{arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr)))
}

/// The product's events, as the command line reads them.
fn ours(root: &Path, state: &Path) -> Result<()> {
    let opening = Opening {
        state: state.to_path_buf(),
        spare: state.join("spare"),
        now_us: NOW_US,
        as_of: None,
        known: None,
        kept: Vec::new(),
        limits: Limits::default(),
    };
    let (engine, lake) = (session::ingest_engine(&opening)?, session::lake(state)?);
    let product = [SourceName::new("product")];
    ingest::ingest(&plan_of(root)?, &lake, &engine, NOW_US, &product, Mode::New, &mut |_| {}).map(|_| ())
}

fn plan_of(root: &Path) -> Result<Plan> {
    let text = std::fs::read_to_string(root.join("throughline.toml"))?;
    let (plan, problems) = resolve(&text, root, jiff::civil::date(2026, 7, 1), Needs::Sources);
    plan.with_context(|| format!("the plan of the synthetic company does not hold: {problems:?}"))
}

/// DuckDB's own reading, without checks: of the columns that it finds by looking, or of those that the lake keeps, told
/// beforehand, the account taken out of the properties.
fn plain(select: &str, columns: &str, root: &Path, parquet: &Path, codec: &str) -> Result<()> {
    let files: PathBuf = root.join("exports/posthog/*.jsonl.gz");
    let sql = format!(
        "copy (select {select} from read_json('{}', format = 'newline_delimited', ignore_errors = true{columns}))
         to '{}' (format parquet, compression {codec})",
        files.display(),
        parquet.display()
    );
    DuckDb::open(&Limits::default())?.run(&sql, &[])
}

/// The same events on both sides, each once: by name.
fn compare(state: &Path, parquet: &Path) -> Result<()> {
    let (engine, lake) = (DuckDb::open(&Limits::default())?, session::lake(state)?);
    let files = lake.files_in(&EVENTS, &lake.vector()?)?.into_iter().map(|file| file.path).collect::<Vec<_>>();
    engine.attach("lake_events", EVENTS.columns, Some("month"), &files)?;
    engine.run(&format!("create view plain as select * from read_parquet('{}')", parquet.display()), &[])?;
    let ours = "select event_name as event, count(*) as uses from lake_events group by event_name order by all";
    let plain =
        "select event, count(distinct uuid) as uses from plain where event is not null group by event order by all";
    let told = |sql| -> Result<Vec<_>> {
        let frame: Frame = engine.query(sql, &[])?;
        Ok((0..frame.rows()).map(|row| (frame.text("event", row), frame.count("uses", row))).collect())
    };
    let (ours, plain) = (told(ours)?, told(plain)?);
    ensure!(ours == plain, "the two sides do not agree: {ours:?} and {plain:?}");
    Ok(())
}

fn median(mut told: Vec<Told>) -> Told {
    told.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
    let most = told.iter().map(|told| told.megabytes).max().unwrap_or(0);
    Told { megabytes: most, ..told[told.len() / 2] }
}
