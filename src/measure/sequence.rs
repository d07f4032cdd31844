//! Attempts at a sequence of steps, found in one pass over a sorted stream of an actor's events.
