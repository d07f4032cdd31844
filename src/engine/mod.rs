//! Where SQL runs: queries in, frames out.
