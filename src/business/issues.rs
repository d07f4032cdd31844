//! What this stage has to say, one function per code.

use super::renewals::Read;
use crate::diag::Diagnostic;

/// Every code of this stage, with what it means.
pub fn codes() -> Vec<(&'static str, &'static str)> {
    vec![
        ("canceled-undated", "subscriptions are canceled without a day on which they ended"),
        ("renewals-not-opened", "the file of renewals that the plan names cannot be read"),
        ("renewals-unmatched", "rows of the file of renewals name no account and no company"),
        ("renewals-unreadable", "rows of the file of renewals cannot be read"),
        ("renewals-without-due", "renewals whose deal has no date under the label that the plan names"),
    ]
}

/// Subscriptions that are canceled and do not say when they ended.
pub(super) fn canceled_undated(count: u64) -> Option<Diagnostic> {
    let what = match count {
        0 => return None,
        1 => "1 subscription is canceled without a day on which it ended".to_owned(),
        count => format!("{count} subscriptions are canceled without a day on which they ended"),
    };
    let because = "each is taken to end with its current period if that has passed, else when it was canceled, else on \
                   the day of its file";
    Some(Diagnostic::note("canceled-undated", what).because(because).hint("export the column of the end as well"))
}

/// The file cannot be read at all.
pub(super) fn renewals_not_opened(path: &str) -> Diagnostic {
    Diagnostic::error("renewals-not-opened", format!("the file of renewals, `{path}`, cannot be read"))
        .because("so no renewal is known, and no renewal rate")
        .hint("mend `from` of `[renewals]`, or put the file there")
}

/// Rows that cannot be read.
pub(super) fn renewals_unreadable(path: &str, problems: &[(u64, String)]) -> Option<Diagnostic> {
    let (line, because) = problems.first()?;
    let rows = if problems.len() == 1 { "1 row".to_owned() } else { format!("{} rows", problems.len()) };
    let told =
        Diagnostic::warning("renewals-unreadable", format!("{rows} of `{path}` cannot be read and count nowhere"))
            .because(format!("line {line}: {because}"))
            .hint("its columns are account, due_on, state and amount");
    Some(told)
}

/// Rows whose account nobody knows.
pub(super) fn renewals_unmatched(path: &str, unmatched: u64, read: &Read) -> Option<Diagnostic> {
    let rows = read.rows.len();
    (unmatched > 0).then(|| {
        let what = format!("{unmatched} of {rows} renewals of `{path}` name no account and no company");
        Diagnostic::warning("renewals-unmatched", what)
            .because("`account` is an account of the telemetry, else the id of a company of the CRM")
            .hint("mend the ids, or leave the rows out")
    })
}

/// Deals without a date under the label.
pub(super) fn renewals_without_due(label: &str, without: u64, renewals: u64) -> Option<Diagnostic> {
    (without > 0).then(|| {
        let what = format!("{without} of {renewals} renewals have no date under `{label}`");
        let told = Diagnostic::note("renewals-without-due", what).because("their close date stands for it");
        if without == renewals { told.hint("mend `due` of `[renewals]`: no deal has it") } else { told }
    })
}
