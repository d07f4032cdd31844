//! Delta tables: append, replace a month, read a version.
