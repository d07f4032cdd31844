//! The third stage: readings of every metric, planned or asked for, by the same code.
