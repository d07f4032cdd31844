//! What is said of sources and promised about them, through the program itself: every word reached by a file, contracts, rows
//! set aside that are read again, and a reporting zone that changes.

#![expect(clippy::unwrap_used, reason = "a helper of a test that fails should fail where it stands")]

mod again;
mod contracts;
mod set_aside;
mod words;
mod workspace;
mod zone;
