//! What was decided over a whole file, kept for the next time it is read.

use std::collections::BTreeSet;

use super::super::found::Verdicts;
use super::super::source::Sheet;
use super::{Batch, Done};
use crate::plan::source::Kind;

impl Batch<'_> {
    pub(super) fn note_verdicts(&mut self, done: &mut Done, sheet: Sheet) {
        let fractions: Vec<_> = done.tally.fractions.iter().take(2).copied().collect();
        done.verdicts.0.insert("fractions".into(), fractions.into());
        done.verdicts.0.insert("clock".into(), done.tally.clock.into());
        done.verdicts.0.insert("with_account".into(), done.tally.with_account.into());
        if let Some(future_us) = done.tally.future_us {
            done.verdicts.0.insert("future_us".into(), future_us.into());
        }
        if self.around.source.kind.is_telemetry() || self.around.source.kind == Kind::Snapshots {
            done.verdicts.0.insert("zone".into(), self.around.plan.workspace.timezone.as_str().into());
        }
        // A file of which no row could be read may be another table, and its columns none of this one's.
        if !done.header.is_empty() && (done.tally.read == 0 || done.tally.read > done.tally.set_aside) {
            let headed = self.columns.take(sheet, &done.place.name, &done.header);
            done.verdicts.0.insert(headed.key.into(), headed.kept.into());
            done.new_columns = headed.new;
        }
        // Where a verdict over the whole file has changed, its rows are replaced rather than compared.
        let decided = |verdicts: &Verdicts| ["encoding", "dates"].map(|key| verdicts.0.get(key).cloned());
        let changed = done
            .before
            .as_ref()
            .is_some_and(|known| !done.grown && decided(&known.verdicts) != decided(&done.verdicts));
        if changed {
            self.cleared.insert(done.file_no);
        }
    }
}

/// The verdicts of a file that has grown: what its new rows show is added to what the old ones did.
pub(super) fn merged(before: &Verdicts, now: &Verdicts) -> Verdicts {
    let mut merged = now.clone();
    let list =
        |verdicts: &Verdicts| verdicts.0.get("fractions").and_then(|list| list.as_array().cloned()).unwrap_or_default();
    let fractions: BTreeSet<_> = list(before).into_iter().chain(list(now)).filter_map(|value| value.as_i64()).collect();
    merged.0.insert("fractions".into(), fractions.into_iter().take(2).collect::<Vec<_>>().into());
    let clock = [before, now]
        .iter()
        .any(|verdicts| verdicts.0.get("clock").and_then(serde_json::Value::as_bool).unwrap_or(false));
    merged.0.insert("clock".into(), clock.into());
    let with_account: i64 = [before, now].iter().filter_map(|verdicts| verdicts.long("with_account")).sum();
    merged.0.insert("with_account".into(), with_account.into());
    let future = [before, now].iter().filter_map(|verdicts| verdicts.long("future_us")).min();
    if let Some(future_us) = future {
        merged.0.insert("future_us".into(), future_us.into());
    }
    merged
}
