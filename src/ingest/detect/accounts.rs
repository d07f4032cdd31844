//! Where the rows of a kind name their account, told from the names and values that stand there.

use std::collections::BTreeSet;

use super::profile::{Key, Profile};
use super::tables::account_rank;
use crate::plan::source::Kind;

/// Where an account is named, and why there; or why nowhere.
pub(super) struct Told {
    pub(super) path: Option<String>,
    pub(super) because: String,
    /// The accounts themselves, so far as they were looked at.
    pub(super) values: BTreeSet<String>,
}

/// What a kind's rows can name their account by: where the kind itself knows, the groups it has, and its properties.
struct Places {
    /// Paths that need no saying.
    own: &'static [&'static str],
    /// Groups: any name under these.
    groups: &'static [&'static str],
    /// Properties: only names that name accounts.
    properties: &'static [&'static str],
    /// Taken off before the path is written, since paths are looked up there anyway.
    taken_off: &'static str,
    /// The users, to compare with.
    users: &'static [&'static str],
}

fn places(kind: Kind) -> Option<Places> {
    Some(match kind {
        Kind::Posthog => Places {
            own: &[],
            groups: &["properties.$groups."],
            properties: &["properties."],
            taken_off: "properties.",
            users: &["distinct_id"],
        },
        Kind::Segment => Places {
            own: &["groupId", "context.groupId", "context_group_id"],
            groups: &[],
            properties: &["properties.", "traits.", ""],
            taken_off: "properties.",
            users: &["userId", "anonymousId"],
        },
        Kind::Amplitude => Places {
            own: &[],
            groups: &["groups."],
            properties: &["event_properties.", "user_properties."],
            taken_off: "event_properties.",
            users: &["user_id", "device_id"],
        },
        Kind::Mixpanel => Places {
            own: &[],
            groups: &[],
            properties: &["properties."],
            taken_off: "properties.",
            users: &["properties.distinct_id"],
        },
        Kind::Ga4 => Places {
            own: &[],
            groups: &[],
            properties: &["user_properties.", "event_params."],
            taken_off: "event_params.",
            users: &["user_id", "user_pseudo_id"],
        },
        Kind::Events => Places {
            own: &["account", "account_id"],
            groups: &[],
            properties: &["", "properties."],
            taken_off: "properties.",
            users: &["user", "user_id", "distinct_id"],
        },
        Kind::Snowplow => Places {
            own: &[],
            groups: &[],
            properties: &["contexts.", "unstruct_event."],
            taken_off: "unstruct_event.",
            users: &["user_id", "domain_userid"],
        },
        Kind::Snapshots => Places { own: &[], groups: &[], properties: &[""], taken_off: "", users: &[] },
        Kind::Hubspot
        | Kind::Salesforce
        | Kind::Crm
        | Kind::Stripe
        | Kind::Subscriptions
        | Kind::Changelog
        | Kind::Evidence
        | Kind::Members => return None,
    })
}

/// Tells where a file's rows name their account; nothing for kinds whose rows need none.
pub(super) fn told(kind: Kind, profile: &Profile) -> Option<Told> {
    let places = places(kind)?;
    let found = |name: &str| profile.path(name).filter(|path| profile.is_found_as(name, path));
    let there = |name: &&&str| found(name).is_some_and(|path| profile.keys[path].rows > 0);
    if let Some(own) = places.own.iter().find(there) {
        let values = profile.key(own).map(|key| key.values.clone()).unwrap_or_default();
        let because = format!("accounts are in `{own}`, where this kind looks by itself");
        return Some(Told { path: None, because, values });
    }
    let users = places.users.iter().find_map(|user| profile.key(user)).map_or(0, |key| key.values.len());
    let found = best(profile, places.groups, &|_| Some(0), users)
        .or_else(|| best(profile, places.properties, &account_rank, users));
    let Some((path, key)) = found else {
        let because = "no value in its rows looks like an account: say where one stands with `account`".to_owned();
        return Some(Told { path: None, because, values: BTreeSet::new() });
    };
    let written = path.strip_prefix(places.taken_off).unwrap_or(path);
    let values = counted(key.values.len(), "value");
    let many = if users > 0 { format!("{values} for {}", counted(users, "user")) } else { values };
    let because = format!("`{written}` is in {}, with {many}", profile.share(key.rows));
    Some(Told { path: Some(written.to_owned()), because, values: key.values.clone() })
}

fn counted(many: usize, what: &str) -> String {
    if many == 1 { format!("one {what}") } else { format!("{many} {what}s") }
}

/// The path under one of these beginnings that is likeliest: by its name, then by how many rows have it.
///
/// Accounts are fewer than users; a value that every user has of its own is the user's.
fn best<'a>(
    profile: &'a Profile,
    under: &[&str],
    rank: &dyn Fn(&str) -> Option<usize>,
    users: usize,
) -> Option<(&'a str, &'a Key)> {
    let candidates = profile.keys.iter().filter_map(|(path, key)| {
        let name = under.iter().find_map(|beginning| path.strip_prefix(beginning))?;
        let enough = key.rows * 5 >= profile.rows && !key.values.is_empty();
        let fewer = users < 2 || key.values.len() <= users;
        // The name of a context of Snowplow says what its id is of.
        let name = name.strip_suffix(".id").unwrap_or(name);
        let at = rank(name).filter(|_| !name.contains('.') && enough && fewer)?;
        let of_rank = account_rank(name).unwrap_or(usize::MAX);
        Some(((at, of_rank, std::cmp::Reverse(key.rows), path), (path.as_str(), key)))
    });
    candidates.min_by(|one, other| one.0.cmp(&other.0)).map(|(_, found)| found)
}
