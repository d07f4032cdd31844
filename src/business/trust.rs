//! What a business metric's readings rest on: its sources, and whether they are stale (R9.1).

use crate::model::metric::{Business, BusinessKind};
use crate::model::period::plus_days;
use crate::model::reading::Reading;
use crate::model::scope::{Freshness, Scope, SourceSpan};
use crate::plan::source::Source;
use crate::plan::{Plan, RenewalsFrom};

/// The stale sources a metric depends on, by name.
pub(super) fn held(plan: &Plan, scope: &Scope, business: &Business) -> Vec<String> {
    let is_stale = |span: &&SourceSpan| matches!(span.freshness, Freshness::Stale(_));
    spans(plan, scope, business).into_iter().filter(is_stale).map(|span| span.source.to_string()).collect()
}

/// Keeps the rows up to the last period that every stale source covers, unless a person named `as_of`.
pub(super) fn keep_covered(scope: &Scope, held: &[String], readings: &mut Vec<Reading>) {
    if scope.as_of_is_explicit {
        return;
    }
    let is_held = |span: &&SourceSpan| held.iter().any(|name| name == span.source.as_str());
    if let Some(last) = scope.sources.iter().filter(is_held).filter_map(|span| span.last_day).min() {
        readings.retain(|reading| reading.period.end <= plus_days(last, 1));
    }
}

/// The sources a metric reads.
fn spans<'a>(plan: &Plan, scope: &'a Scope, business: &Business) -> Vec<&'a SourceSpan> {
    let fits = |source: &Source| match &business.kind {
        BusinessKind::Mrr | BusinessKind::MrrMovements | BusinessKind::NetRevenueRetention { .. } => {
            source.kind.is_billing()
        }
        BusinessKind::RenewalRate { .. } => match plan.renewals.as_ref().map(|renewals| &renewals.from) {
            Some(RenewalsFrom::Billing) => source.kind.is_billing(),
            Some(RenewalsFrom::CrmDeals) => !source.deals.is_empty(),
            Some(RenewalsFrom::File(_)) | None => false,
        },
    };
    plan.sources.iter().zip(&scope.sources).filter(|(source, _)| fits(source)).map(|(_, span)| span).collect()
}
