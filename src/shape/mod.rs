//! The second stage: who is who, what happened when; the facts that every metric reads.
