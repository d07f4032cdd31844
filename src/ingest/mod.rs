//! The first stage: files and folders become rows of the lake, and every row is accounted for.

mod events;
mod moments;
mod part;
pub mod rows;
pub mod seen;
pub mod source;
pub mod sources;
mod survey;
pub mod tables;
