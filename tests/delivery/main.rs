//! What is promised of deliveries: killed at any moment, on a full disk, in any order, twice: nothing is lost, nothing doubled.

#![expect(clippy::unwrap_used, reason = "a helper of a test that fails should fail where it stands")]

mod arrival;
mod kills;
mod program;
mod storage;
mod turns;
#[path = "../workspace/mod.rs"]
mod workspace;
