//! The nouns every stage speaks of; they know nothing but themselves.

pub mod cell;
pub mod column;
pub mod evidence;
pub mod ids;
pub mod length;
pub mod metric;
pub mod period;
pub mod question;
pub mod reading;
pub mod scope;
