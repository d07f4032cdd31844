//! From the plan as written to the plan as meant: names resolved, defaults filled in, rules held.
