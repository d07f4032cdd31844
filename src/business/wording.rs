//! Business metrics in words: the sentence that stands beside each figure.

use crate::model::metric::BusinessKind;
use crate::plan::Plan;

/// The definition of a kind in a sentence.
pub fn definition(plan: &Plan, kind: &BusinessKind) -> String {
    let currency = plan.workspace.currency.as_deref().unwrap_or("the workspace's currency");
    match kind {
        BusinessKind::Mrr => format!(
            "What the subscriptions that run at the month's last instant cost a month, in {currency}: discounts applied, trials and one-off charges out."
        ),
        BusinessKind::MrrMovements => format!(
            "How monthly recurring revenue in {currency} moved within the month, customer by customer, from the month's first instant to its last."
        ),
        BusinessKind::NetRevenueRetention { over } => {
            format!("What the customers who paid {} ago pay now, over what they paid then.", over.words())
        }
        BusinessKind::RenewalRate { over } => {
            format!("Of the renewals due in the last {} that are decided, the share won.", over.words())
        }
    }
}
