//! Subscriptions to MRR and its movements; renewals, won and lost.
