//! What is said of a plan: one function per code.
