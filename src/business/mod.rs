//! Business metrics: subscriptions to MRR and its movements; renewals, won and lost (semantics 7).
//!
//! They are read at the end of each month. Amounts are whole millionths of the currency's unit until they are printed.

mod cells;
pub mod issues;
mod kinds;
mod parts;
mod prepare;
mod renewals;
mod trust;
pub mod wording;

pub use kinds::measure;
pub use parts::account_parts;
pub use prepare::prepare;
