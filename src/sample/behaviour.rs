//! What is planted: each behaviour of the company's customers, what makes them adopt it, and what it does for them.

/// What is true of a behaviour and the result it is linked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// It makes renewal likelier.
    Planted,
    /// It does nothing, and hardly anything makes accounts adopt it.
    Null,
    /// It does nothing; larger companies adopt it more, and renew more.
    SizeConfounded,
    /// It does nothing; accounts that have decided to leave stop using it.
    Reverse,
    /// It does nothing; everybody comes to it sooner or later, so who lives longer has it more often.
    ImmortalTime,
    /// It makes expansion likelier.
    ExpansionPlanted,
    /// It does nothing; an expansion makes accounts adopt it within weeks.
    ExpansionReverse,
    /// It does nothing; hidden growth drives it and expansion.
    GrowthConfounded,
    /// An ordinary event that nothing depends on, bound like all use to size and health.
    Ordinary,
}

impl Truth {
    /// The word in `truth.json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Planted => "planted",
            Self::Null => "null",
            Self::SizeConfounded => "size_confounded",
            Self::Reverse => "reverse",
            Self::ImmortalTime => "immortal_time",
            Self::ExpansionPlanted => "expansion_planted",
            Self::ExpansionReverse => "expansion_reverse",
            Self::GrowthConfounded => "growth_confounded",
            Self::Ordinary => "ordinary",
        }
    }
}

/// One behaviour: a weekly habit that an account adopts at some week.
#[derive(Debug, Clone, Copy)]
pub(super) struct Behaviour {
    /// The event's name.
    pub(super) event: &'static str,
    pub(super) truth: Truth,
    /// Log-odds that the habit adds to renewal or expansion; heavy users get 1.25 of it, light ones 0.75.
    pub(super) effect: f64,
    /// Log-hazard of adopting it per unit of size, of hidden health and of hidden growth.
    pub(super) by_size: f64,
    pub(super) by_health: f64,
    pub(super) by_growth: f64,
    /// Weekly hazard of adopting it, at the average account.
    pub(super) hazard: f64,
    /// Chance of an active week after that, for light and for heavy users.
    pub(super) intensity: [f64; 2],
}

const fn habit(event: &'static str, truth: Truth, hazard: f64, intensity: [f64; 2]) -> Behaviour {
    Behaviour { event, truth, effect: 0.0, by_size: 0.15, by_health: 0.15, by_growth: 0.0, hazard, intensity }
}

const fn ordinary(event: &'static str, by_size: f64, by_health: f64, hazard: f64) -> Behaviour {
    Behaviour { by_size, by_health, ..habit(event, Truth::Ordinary, hazard, [0.05, 0.12]) }
}

/// Deploys to production: the habit that the company's renewals rest on.
pub(super) const DEPLOY: usize = 0;
/// Snapshots.
pub(super) const SNAPSHOT: usize = 1;
/// Dashboards that operators look at each week, until the account has decided to leave.
pub(super) const DASHBOARD: usize = 3;
/// Remote instances on sites.
pub(super) const REMOTE: usize = 4;
/// Topics on the broker.
pub(super) const BROKER: usize = 5;
/// High availability.
pub(super) const HA: usize = 6;

/// All behaviours. Links are to the first eight; the others are the ordinary ones.
pub(super) const BEHAVIOURS: [Behaviour; 18] = [
    Behaviour { effect: 1.3, ..habit("pipeline.deployed", Truth::Planted, 0.010, [0.18, 0.40]) },
    Behaviour { by_size: 0.0, by_health: 0.0, ..habit("snapshot.created", Truth::Null, 0.014, [0.14, 0.30]) },
    Behaviour { by_size: 1.0, ..habit("role.assigned", Truth::SizeConfounded, 0.015, [0.13, 0.28]) },
    habit("dashboard.viewed", Truth::Reverse, 0.022, [0.32, 0.52]),
    Behaviour {
        by_size: 0.0,
        by_health: 0.0,
        ..habit("remote_instance.connected", Truth::ImmortalTime, 0.013, [0.13, 0.28])
    },
    Behaviour { effect: 0.9, ..habit("broker.topic_created", Truth::ExpansionPlanted, 0.012, [0.22, 0.42]) },
    Behaviour {
        by_size: 0.1,
        by_health: 0.1,
        ..habit("instance.ha_enabled", Truth::ExpansionReverse, 0.003, [0.0, 0.0])
    },
    Behaviour { by_size: 0.2, by_growth: 0.8, ..habit("member.invited", Truth::GrowthConfounded, 0.012, [0.10, 0.22]) },
    ordinary("api_key.created", 0.30, 0.30, 0.018),
    ordinary("comment.posted", 0.10, 0.55, 0.024),
    ordinary("environment.copied", 0.45, 0.20, 0.014),
    ordinary("flow.imported", 0.20, 0.45, 0.022),
    ordinary("invoice.viewed", 0.25, 0.15, 0.020),
    ordinary("log.searched", 0.35, 0.50, 0.018),
    ordinary("notification.muted", 0.15, 0.10, 0.016),
    ordinary("project.renamed", 0.20, 0.35, 0.020),
    ordinary("template.saved", 0.40, 0.60, 0.015),
    ordinary("webhook.tested", 0.50, 0.25, 0.013),
];

/// One arrow of the plan that comes with the sample, and the truth about it.
pub(super) struct Arrow {
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) behaviour: usize,
}

/// The arrows of `sample-data/throughline.toml`, one for each of the first eight behaviours.
pub(super) const ARROWS: [Arrow; 8] = [
    Arrow { from: "production-habit", to: "renewal-rate", behaviour: 0 },
    Arrow { from: "snapshot-habit", to: "renewal-rate", behaviour: 1 },
    Arrow { from: "access-governed", to: "renewal-rate", behaviour: 2 },
    Arrow { from: "dashboards-weekly", to: "renewal-rate", behaviour: 3 },
    Arrow { from: "remote-fleet", to: "renewal-rate", behaviour: 4 },
    Arrow { from: "broker-adopted", to: "nrr", behaviour: 5 },
    Arrow { from: "ha-teams", to: "mrr-movements", behaviour: 6 },
    Arrow { from: "members-invited", to: "mrr", behaviour: 7 },
];
