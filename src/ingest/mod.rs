//! The first stage: files and folders become rows of the lake, and every row is accounted for.

pub mod detect;
mod events;
mod found;
mod moments;
mod part;
mod readings;
mod records;
pub mod rows;
pub mod seen;
pub mod source;
pub mod sources;
mod survey;
pub mod tables;
mod take;
