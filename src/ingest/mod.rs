//! The first stage: files and folders become rows of the lake, and every row is accounted for.

pub mod rows;
pub mod seen;
pub mod source;
pub mod sources;
pub mod tables;
