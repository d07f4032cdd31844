//! Writes a small lake without `ingest`: rows as a test tells them, in the physical tables.

#![allow(dead_code, reason = "each test file uses its own part of it")]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use anyhow::Result;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use throughline::engine::{DuckDb, Engine};
use throughline::lake::tables::{self, Table};
use throughline::lake::{DataFile, Lake, Note, Vector};
use throughline::model::column::{Type, Value};

/// An event as a test tells it: at an hour of a day in Amsterdam.
pub(crate) struct Row {
    pub(crate) day: Date,
    pub(crate) hour: i8,
    pub(crate) name: &'static str,
    pub(crate) user: Option<&'static str>,
    pub(crate) account: Option<&'static str>,
    pub(crate) properties: &'static str,
}

/// A lake in the making.
pub(crate) struct Hand<'a> {
    engine: &'a DuckDb,
    lake: &'a Lake,
    users: RefCell<Vec<String>>,
    accounts: RefCell<Vec<String>>,
    versions: RefCell<BTreeMap<String, u64>>,
    rows: RefCell<BTreeMap<&'static str, Vec<Vec<Value>>>>,
    written: Cell<i64>,
}

impl<'a> Hand<'a> {
    pub(crate) fn new(engine: &'a DuckDb, lake: &'a Lake) -> Self {
        let (users, accounts) = (RefCell::default(), RefCell::default());
        Self {
            engine,
            lake,
            users,
            accounts,
            versions: RefCell::default(),
            rows: RefCell::default(),
            written: Cell::new(0),
        }
    }

    pub(crate) fn events(&self, rows: &[Row]) -> Result<()> {
        for (row, seq) in rows.iter().zip(1_i64..) {
            let (user, account) = (row.user.map(|id| self.user(id)), row.account.map(|id| self.account(id)));
            let cells = vec![
                "product".into(),
                Value::Text(format!("e{seq}")),
                row.name.into(),
                moment(row.day, row.hour).into(),
                row.day.into(),
                user.into(),
                account.into(),
                Value::Null,
                row.properties.into(),
                seq.into(),
                seq.into(),
                seq.into(),
                1_i64.into(),
                (seq << 22).into(),
            ];
            self.add("events", cells);
        }
        self.file("product", rows.len())
    }

    pub(crate) fn readings(&self, rows: &[(&str, Date, i8, &str, f64)]) -> Result<()> {
        for ((account, day, hour, gauge, value), seq) in rows.iter().zip(1_i64..) {
            let account = self.account(account);
            let at = moment(*day, *hour);
            let cells =
                vec!["pings".into(), account.into(), at.into(), (*day).into(), (*gauge).into(), (*value).into()];
            self.add(
                "snapshots",
                [cells, vec![seq.into(), seq.into(), seq.into(), 2_i64.into(), (seq << 22).into()]].concat(),
            );
        }
        self.file("pings", rows.len())
    }

    pub(crate) fn links(&self, rows: &[(&str, &str)]) -> Result<()> {
        for (anonymous, user) in rows {
            let cells = [self.user(anonymous), self.user(user)].map(Value::from);
            self.add("links", vec!["product".into(), cells[0].clone(), cells[1].clone(), true.into(), 1_i64.into()]);
        }
        Ok(())
    }

    pub(crate) fn domains(&self, rows: &[(&str, &str, i64)]) -> Result<()> {
        for (user, domain, events) in rows {
            let user = self.user(user);
            self.add(
                "user_domains",
                vec!["product".into(), user.into(), (*domain).into(), (*events).into(), 1_i64.into()],
            );
        }
        Ok(())
    }

    pub(crate) fn member(&self, user: &str, account: &str, from: Option<Date>, to: Option<Date>) -> Result<()> {
        let (user, account) = (self.user(user), self.account(account));
        let at = |day: Option<Date>| Value::from(day.map(|day| moment(day, 0)));
        self.add("members", vec!["teams".into(), user.into(), account.into(), at(from), at(to), 3_i64.into()]);
        Ok(())
    }

    pub(crate) fn statement(
        &self,
        source: &str,
        kind: &str,
        id: &str,
        day: Date,
        body: &str,
        fields: &str,
    ) -> Result<()> {
        let hash = self.written.get() + 1;
        self.written.set(hash);
        let named = || vec![source.into(), kind.into(), id.into()];
        let path = Value::Text(format!("{source}-{day}.csv"));
        self.add("statements", [named(), vec![day.into(), path, hash.into(), false.into(), 4_i64.into()]].concat());
        self.add("contents", [named(), vec![hash.into(), body.into(), fields.into()]].concat());
        Ok(())
    }

    /// Writes and commits everything; the vector names what was written.
    pub(crate) fn commit(&self) -> Result<Vector> {
        let named = |ids: &RefCell<Vec<String>>| -> Vec<Vec<Value>> {
            ids.borrow().iter().zip(1_i64..).map(|(id, no)| vec![no.into(), id.as_str().into()]).collect()
        };
        self.rows.borrow_mut().insert("ids_users", named(&self.users));
        self.rows.borrow_mut().insert("ids_accounts", named(&self.accounts));
        let rows = self.rows.borrow();
        for table in tables::ALL.into_iter().filter(|table| table.ingested) {
            self.write(table, rows.get(table.name).map_or(&[][..], Vec::as_slice))?;
        }
        Ok(Vector(self.versions.borrow().clone()))
    }

    fn file(&self, source: &str, rows: usize) -> Result<()> {
        let count = i64::try_from(rows)?;
        let cells: Vec<Value> = tables::FILES
            .columns
            .iter()
            .map(|(column, _)| match *column {
                "source" => source.into(),
                "path" => format!("{source}.jsonl").into(),
                "read" | "accepted" => count.into(),
                "verdicts" => r#"{"fractions":[0],"clock":true}"#.into(),
                _ => Value::Null,
            })
            .collect();
        self.add("files", cells);
        Ok(())
    }

    fn write(&self, table: &Table, rows: &[Vec<Value>]) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let columns: Vec<_> = table
            .columns
            .iter()
            .map(|(name, kind)| (*name, if *kind == Type::Moment { Type::Long } else { *kind }))
            .collect();
        self.engine.relation("by_hand", &columns, rows)?;
        let mut months = vec![None];
        if table.monthly {
            let frame = self
                .engine
                .query("select distinct strftime(local_day, '%Y-%m') as month from by_hand order by 1", &[])?;
            months = (0..frame.rows()).map(|row| frame.text("month", row)).collect();
        }
        let moments: Vec<_> = table
            .columns
            .iter()
            .map(|(name, kind)| match kind {
                Type::Moment => format!("cast(make_timestamp(\"{name}\") as timestamptz) as \"{name}\""),
                _ => format!("\"{name}\""),
            })
            .collect();
        let mut files = Vec::new();
        for month in months {
            let path = self.lake.data_folder(table, month.as_deref())?.join(format!("{}.parquet", files.len()));
            let rule = month
                .as_ref()
                .map_or(String::new(), |month| format!(" where strftime(local_day, '%Y-%m') = '{month}'"));
            self.engine.write(&format!("select {} from by_hand{rule}", moments.join(", ")), &[], &path)?;
            let size = std::fs::metadata(&path)?.len();
            files.push(DataFile { month, path, size });
        }
        let version = self.lake.commit(table, &files, &[], &Note::default())?;
        self.versions.borrow_mut().insert(table.name.to_owned(), version);
        Ok(())
    }

    fn add(&self, table: &'static str, row: Vec<Value>) {
        self.rows.borrow_mut().entry(table).or_default().push(row);
    }

    fn user(&self, id: &str) -> i64 {
        number(&self.users, id)
    }

    fn account(&self, id: &str) -> i64 {
        number(&self.accounts, id)
    }
}

fn number(ids: &RefCell<Vec<String>>, id: &str) -> i64 {
    let mut ids = ids.borrow_mut();
    let place = ids.iter().position(|known| known == id).unwrap_or_else(|| {
        ids.push(id.to_owned());
        ids.len() - 1
    });
    i64::try_from(place).expect("few ids") + 1
}

fn moment(day: Date, hour: i8) -> i64 {
    let zone = TimeZone::get("Europe/Amsterdam").expect("a zone of the world");
    day.at(hour, 0, 0, 0).to_zoned_datetime(zone).expect("an hour of that day").timestamp().as_microsecond()
}
