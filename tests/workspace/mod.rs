//! A workspace in a folder of its own, through the library: files in, and every row of its lake out.

#![allow(dead_code, reason = "each test file uses its own part of it")]
#![allow(clippy::unwrap_used, reason = "a helper of a test that fails should fail where it stands")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::date;
use serde_json::Value;
use tempfile::TempDir;
use throughline::engine::{DuckDb, Engine, Limits};
use throughline::ingest::{Ingested, Mode, Progress, ingest};
use throughline::lake::Lake;
use throughline::lake::tables::ALL;
use throughline::plan::resolve::{Needs, resolve};
use throughline::plan::{Plan, SideFiles};
use throughline::shape::{Ask, shape};

/// 15 July 2026, noon UTC.
pub(crate) const NOW_US: i64 = 1_784_116_800_000_000;
const WORKSPACE: &str =
    "[workspace]\nname = \"Loomworks\"\ntimezone = \"UTC\"\nweek_starts = \"monday\"\ncurrency = \"EUR\"\n\n";

/// A workspace in a folder of its own.
pub(crate) struct Workspace {
    folder: TempDir,
}

impl Workspace {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// The workspace of a sample, before its steps.
    pub(crate) fn of(sample: &Path) -> Self {
        let workspace = Self::new();
        for entry in fs::read_dir(sample).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with("step") {
                copy(&path, &workspace.root().join(name));
            }
        }
        workspace.declare(&fs::read_to_string(sample.join("source.toml")).unwrap());
        workspace
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn declare(&self, source: &str) {
        let text = if source.contains("[workspace]") { source.to_owned() } else { format!("{WORKSPACE}{source}") };
        fs::write(self.root().join("throughline.toml"), text).unwrap();
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn plan(&self) -> Plan {
        let text = fs::read_to_string(self.root().join("throughline.toml")).unwrap();
        let (plan, problems) = resolve(&text, self.root(), date(2026, 7, 15), Needs::Sources);
        plan.unwrap_or_else(|| panic!("the plan is refused: {problems:#?}"))
    }

    pub(crate) fn lake(&self) -> Lake {
        Lake::open(&self.root().join(".throughline/lake")).unwrap()
    }

    pub(crate) fn ingest(&self) -> Ingested {
        self.ingest_with(Mode::New, &mut |_| {})
    }

    pub(crate) fn ingest_with(&self, mode: Mode, on: &mut dyn FnMut(Progress<'_>)) -> Ingested {
        let engine = DuckDb::open(&Limits::default()).unwrap();
        let ingested = ingest(&self.plan(), &self.lake(), &engine, NOW_US, &[], mode, on).unwrap();
        for file in ingested.sources.iter().flat_map(|source| &source.files) {
            assert_eq!(file.read, file.accepted + file.duplicate + file.set_aside, "{}", file.file);
        }
        ingested
    }

    /// Rows of a table that analysts see, each as a list.
    pub(crate) fn rows(&self, table: &str, select: &str, filter: Option<&str>) -> Vec<Value> {
        let (engine, lake) = (DuckDb::open(&Limits::default()).unwrap(), self.lake());
        let (facts, spare) = (self.root().join(".throughline/facts"), self.root().join(".throughline/spare"));
        let side_files = &SideFiles::beside(self.root());
        let ask = Ask { now_us: NOW_US, as_of: None, kept: Vec::new(), facts: &facts, spare: &spare, side_files };
        shape(&engine, &lake, &lake.vector().unwrap(), &self.plan(), &ask).unwrap();
        let filter = filter.map(|filter| format!(" where {filter}")).unwrap_or_default();
        let sql = format!("select cast(json_array({select}) as varchar) as cells from tables.{table}{filter}");
        let frame = engine.query(&sql, &[]).unwrap();
        (0..frame.rows()).map(|row| serde_json::from_str(&frame.text("cells", row).unwrap()).unwrap()).collect()
    }

    /// Every row of the lake, sorted, without what tells batches and files apart.
    pub(crate) fn dump(&self) -> Vec<String> {
        dump(&self.root().join(".throughline"))
    }
}

/// Every row of a lake that `ingest` wrote, sorted, without what tells batches and files apart.
pub(crate) fn dump(state: &Path) -> Vec<String> {
    let (engine, lake) = (DuckDb::open(&Limits::default()).unwrap(), Lake::open(&state.join("lake")).unwrap());
    let vector = lake.vector().unwrap();
    for table in ALL {
        let files: Vec<_> = lake.files_in(table, &vector).unwrap().into_iter().map(|file| file.path).collect();
        let name = format!("lake_{}", table.name);
        engine.attach(&name, table.columns, table.monthly.then_some("month"), &files).unwrap();
    }
    let mut rows = Vec::new();
    for sql in [
        "select 'event', source, event_id, event_name, epoch_us(occurred_at), local_day, u.id, a.id, properties, content_hash, month \
         from lake_events left join lake_ids_users u on u.no = user_no left join lake_ids_accounts a on a.no = account_no",
        "select 'reading', source, a.id, epoch_us(observed_at), local_day, gauge, value, month \
         from lake_snapshots left join lake_ids_accounts a on a.no = account_no",
        "select 'statement', source, record_kind, record_id, day, path, content_hash, gone from lake_statements",
        "select 'content', * from lake_contents",
        "select 'release', * exclude (file_no) from lake_releases",
        "select 'evidence', * exclude (file_no) from lake_customer_evidence",
        "select 'link', source, x.id, u.id from lake_links join lake_ids_users x on x.no = anonymous_no join lake_ids_users u on u.no = user_no",
        "select 'member', source, u.id, a.id, epoch_us(valid_from), epoch_us(valid_to) from lake_members \
         join lake_ids_users u on u.no = user_no join lake_ids_accounts a on a.no = account_no",
        "select 'domain', source, u.id, domain, sum(events) from lake_user_domains join lake_ids_users u on u.no = user_no group by all",
        "select 'aside', source, file, position, byte_offset, reason, raw from lake_set_aside",
        "select 'file', source, path, length, hash, read, set_aside, reasons from lake_files",
    ] {
        let frame = engine.query(&format!("select cast(to_json(t) as varchar) as row from ({sql}) t"), &[]).unwrap();
        rows.extend((0..frame.rows()).map(|row| frame.text("row", row).unwrap()));
    }
    rows.sort();
    rows
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { fs::copy(&path, &target).map(|_| ()).unwrap() }
    }
}

/// Counts over all files, and reasons.
pub(crate) fn counts(ingested: &Ingested) -> (BTreeMap<&'static str, u64>, BTreeMap<String, u64>) {
    let (mut totals, mut reasons) = (BTreeMap::new(), BTreeMap::new());
    for file in ingested.sources.iter().flat_map(|source| &source.files) {
        for (name, count) in [
            ("read", file.read),
            ("accepted", file.accepted),
            ("duplicate", file.duplicate),
            ("set_aside", file.set_aside),
        ] {
            *totals.entry(name).or_default() += count;
        }
        for (code, count) in &file.reasons {
            *reasons.entry((*code).to_owned()).or_default() += count;
        }
    }
    (totals, reasons)
}

/// The folders of the samples.
pub(crate) fn samples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports");
    let mut samples: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("expect.json").exists())
        .collect();
    samples.sort();
    assert!(samples.len() >= 66);
    samples
}
