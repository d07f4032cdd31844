//! The lake's numbers of users, accounts and members (lake.md 10): given as a batch's rows come, so that they are written once.

use anyhow::Result;
use arrow::record_batch::RecordBatch;
use rayon::prelude::*;

use super::names::Names;
use super::settle::made;
use super::spool::ints;
use crate::engine::Engine;
use crate::lake::tables::{IDS_ACCOUNTS, IDS_USERS};

/// Who stood on a row, in the lake's numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Who {
    pub(super) user: Option<i32>,
    pub(super) account: Option<i32>,
    pub(super) member: Option<i32>,
}

/// The lake's numbers of who stands on the rows of a batch, by the numbers of [`Names`].
#[derive(Default)]
pub(super) struct Numbers(Vec<Option<Who>>);

impl Numbers {
    /// Who that is.
    pub(super) fn of(&self, who: i32) -> Who {
        let known = usize::try_from(who).ok().and_then(|who| *self.0.get(who)?);
        known.expect("rows are written once all who stand on them have their numbers")
    }

    /// Numbers whoever stands on some rows and has no number yet. In which order blocks were read plays no part.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn learn<'r>(
        &mut self,
        engine: &dyn Engine,
        names: &Names,
        rows: impl Iterator<Item = &'r RecordBatch>,
    ) -> Result<()> {
        let mut fresh: Vec<usize> = rows.flat_map(|rows| self.fresh(rows)).collect();
        fresh.par_sort_unstable();
        fresh.dedup();
        let Some(last) = fresh.last() else { return Ok(()) };
        self.0.resize(self.0.len().max(last + 1), None);
        names.put_whos(engine, &fresh)?;
        give_numbers(engine)?;
        let frame = engine.query("select who, user_no, account_no, member_no from numbered_whos", &[])?;
        for row in 0..frame.rows() {
            let long = |column| frame.long(column, row);
            let no = |column| long(column).and_then(|no| i32::try_from(no).ok());
            if let Some(known) = long("who").and_then(|who| self.0.get_mut(usize::try_from(who).ok()?)) {
                *known = Some(Who { user: no("user_no"), account: no("account_no"), member: no("member_no") });
            }
        }
        Ok(())
    }

    /// Who stands on some rows and has no number yet.
    fn fresh<'r>(&'r self, rows: &'r RecordBatch) -> impl Iterator<Item = usize> + 'r {
        let whos = ints(rows, "who").iter().filter_map(|who| usize::try_from(*who).ok());
        whos.filter(|who| self.0.get(*who).is_none_or(Option::is_none))
    }
}

/// Numbers every id that a batch has named since it was last asked: `batch_users`, `batch_accounts`, `batch_members`,
/// `numbered_whos`. What is new is kept in `fresh_users`, `fresh_accounts`, `fresh_members` until it is committed.
///
/// # Errors
/// If the engine refuses.
pub(super) fn give_numbers(engine: &dyn Engine) -> Result<()> {
    for (table, fresh, names, into) in [
        (&IDS_USERS, "fresh_users", "user_names", "batch_users"),
        (&IDS_ACCOUNTS, "fresh_accounts", "account_names", "batch_accounts"),
    ] {
        made(engine, "batch_names", names)?;
        let known = format!("select no, id from lake_{} union all select no, id from {fresh}", table.name);
        engine.run(&format!("drop table if exists numbered; create view numbered as {known}"), &[])?;
        made(engine, "unnumbered", "new_ids")?;
        engine.run(&format!("insert into {fresh} select no, id from unnumbered"), &[])?;
        made(engine, into, "numbered_names")?;
        engine.run("drop view numbered", &[])?;
    }
    made(engine, "batch_pairs", "event_pairs")?;
    made(engine, "unnumbered_members", "new_members")?;
    engine.run("insert into fresh_members select no, user_no, account_no from unnumbered_members", &[])?;
    made(engine, "batch_members", "numbered_pairs")?;
    made(engine, "numbered_whos", "whos_in_numbers")
}
