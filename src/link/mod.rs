//! The fourth stage: each link of the line is tested on the accounts' own history.
