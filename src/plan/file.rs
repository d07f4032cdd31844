//! The plan file as written: every key of `plan-file.md`, with the place it stands at.
