//! What a metric is: traction (may carry a target) or business (has no field for one), and what each kind counts.

use jiff::civil::Date;

use super::ids::{MetricId, OutcomeId, SignalId, SourceName};
use super::length::Length;
use super::period::Unit;

/// A metric of the plan. A business metric has no place in which a product target could stand.
#[derive(Debug, Clone)]
pub enum Metric {
    /// A leading signal that an outcome is happening.
    Traction(Traction),
    /// A result that follows, and that leadership answers for.
    Business(Business),
}

impl Metric {
    /// The metric's id.
    pub fn id(&self) -> &MetricId {
        match self {
            Self::Traction(traction) => &traction.id,
            Self::Business(business) => &business.id,
        }
    }

    /// The kind's name as the plan writes it.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::Traction(traction) => traction.kind.name(),
            Self::Business(business) => business.kind.name(),
        }
    }

    /// The properties that its steps or returns must share (R3.8).
    pub fn held_constant(&self) -> &[String] {
        match self {
            Self::Traction(traction) => match &traction.kind {
                TractionKind::Funnel(funnel) => &funnel.same,
                TractionKind::Retention(retention) => &retention.same,
                TractionKind::Active(_)
                | TractionKind::Activation(_)
                | TractionKind::Adoption(_)
                | TractionKind::Gauge(_) => &[],
            },
            Self::Business(_) => &[],
        }
    }

    /// The signals of its definition, so that others may take their places.
    pub fn signals_mut(&mut self) -> Vec<&mut SignalId> {
        let Self::Traction(traction) = self else { return Vec::new() };
        match &mut traction.kind {
            TractionKind::Active(active) => active.signals.iter_mut().map(|used| &mut used.signal).collect(),
            TractionKind::Activation(activation) => {
                let Activation { start, reach, .. } = activation;
                let (Reach::All(criteria) | Reach::Any(criteria) | Reach::Some(_, criteria)) = reach;
                let counted = criteria.iter_mut().filter_map(|criterion| match criterion {
                    Criterion::Signal { signal, .. } => Some(signal),
                    Criterion::Gauge { .. } => None,
                });
                std::iter::once(&mut start.signal).chain(counted).collect()
            }
            TractionKind::Adoption(adoption) => vec![&mut adoption.signal],
            TractionKind::Retention(retention) => vec![&mut retention.start.signal, &mut retention.back.signal],
            TractionKind::Funnel(funnel) => {
                let excluded = funnel.exclude.iter_mut().map(|exclusion| &mut exclusion.signal);
                funnel.steps.iter_mut().map(|step| &mut step.signal).chain(excluded).collect()
            }
            TractionKind::Gauge(_) => Vec::new(),
        }
    }

    /// Which way is good, said or by kind.
    pub fn better(&self) -> Better {
        match self {
            Self::Traction(traction) => traction.better,
            Self::Business(business) => business.better,
        }
    }
}

/// A traction metric: a leading signal of one outcome.
#[derive(Debug, Clone)]
pub struct Traction {
    /// The metric's id.
    pub id: MetricId,
    /// A title for people; the id in words where the plan gives none.
    pub title: String,
    /// The outcome it signals.
    pub outcome: OutcomeId,
    /// Who is counted.
    pub actor: Actor,
    /// What is counted.
    pub kind: TractionKind,
    /// Where product wants it to be, and by when.
    pub target: Option<Target>,
    /// Which way is good.
    pub better: Better,
    /// What its owner says of it.
    pub owner_says: Option<OwnerSays>,
}

/// A business metric: no target, only leadership's own goal in words.
#[derive(Debug, Clone)]
pub struct Business {
    /// The metric's id.
    pub id: MetricId,
    /// A title for people; the id in words where the plan gives none.
    pub title: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The source it is read from, where the plan names one.
    pub source: Option<SourceName>,
    /// What is computed.
    pub kind: BusinessKind,
    /// Leadership's own goal: shown, never scored against product.
    pub goal: Option<Goal>,
    /// Which way is good.
    pub better: Better,
}

/// Who a metric counts (R0.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    /// Accounts: any member's event counts for the account.
    Account,
    /// Users.
    User,
}

impl Actor {
    /// The word the plan uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::User => "user",
        }
    }
}

/// Which way is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither.
    None,
}

/// Where product wants a traction metric to be.
#[derive(Debug, Clone)]
pub struct Target {
    /// The value wanted.
    pub value: f64,
    /// The day by which.
    pub by: Date,
    /// Where it started, and when.
    pub from: Option<(f64, Date)>,
    /// How it is meant to get there.
    pub path: TargetPath,
}

/// How a target is approached.
#[derive(Debug, Clone)]
pub enum TargetPath {
    /// In a straight line from `from` to `by`.
    Linear,
    /// At once, at `by`.
    Step,
    /// Through points by day.
    Points(Vec<(Date, f64)>),
}

/// Leadership's own goal for a business metric.
#[derive(Debug, Clone)]
pub struct Goal {
    /// The value.
    pub value: f64,
    /// The day by which.
    pub by: Date,
}

/// What the owner of a metric says of it.
#[derive(Debug, Clone)]
pub struct OwnerSays {
    /// When.
    pub on: Date,
    /// `ahead`, `on` or `behind`.
    pub status: Option<Pace>,
    /// In words.
    pub text: String,
}

/// Where a metric stands on the path to its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Better than the path.
    Ahead,
    /// On it.
    On,
    /// Worse than it.
    Behind,
}

/// What a traction metric counts.
#[derive(Debug, Clone)]
pub enum TractionKind {
    /// Distinct actors doing something (section 1).
    Active(Active),
    /// Share of starters that reach something in time (section 4).
    Activation(Activation),
    /// Share of eligible actors that keep doing something (section 5).
    Adoption(Adoption),
    /// Share of a cohort that comes back (section 2).
    Retention(Retention),
    /// Share that goes through steps in order (section 3).
    Funnel(Funnel),
    /// A stock read from snapshots (R1.5).
    Gauge(Gauge),
}

impl TractionKind {
    /// The kind's name as the plan writes it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Active(_) => "active",
            Self::Activation(_) => "activation",
            Self::Adoption(_) => "adoption",
            Self::Retention(_) => "retention",
            Self::Funnel(_) => "funnel",
            Self::Gauge(_) => "gauge",
        }
    }

    /// The size of the periods it is read in when nobody asks for another; a funnel has none.
    pub fn period(&self) -> Option<Unit> {
        match self {
            Self::Active(active) => Some(active.period),
            Self::Activation(activation) => Some(activation.cohort),
            Self::Adoption(adoption) => Some(adoption.period),
            Self::Retention(retention) => Some(retention.period),
            Self::Funnel(funnel) => funnel.period,
            Self::Gauge(gauge) => Some(gauge.period),
        }
    }
}

/// A signal as a metric uses it: with its own count where it names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The signal.
    pub signal: SignalId,
    /// How many times make one use; the signal's own where it names one, else 1.
    pub at_least: u32,
    /// Within which period these times must fall.
    pub per: Option<Unit>,
}

/// Distinct actors doing any of the signals per period, or in a trailing window.
#[derive(Debug, Clone)]
pub struct Active {
    /// Any of these.
    pub signals: Vec<Use>,
    /// The size of a period.
    pub period: Unit,
    /// Whole days of the trailing window, read at each period's end.
    pub trailing: Option<Length>,
}

/// Share of a start cohort that reaches every criterion within the window.
#[derive(Debug, Clone)]
pub struct Activation {
    /// The start, once per actor.
    pub start: Use,
    /// What must be reached.
    pub reach: Reach,
    /// Whether the criteria must be reached in their order.
    pub ordered: bool,
    /// How long after the start it counts.
    pub within: Length,
    /// The size of a cohort.
    pub cohort: Unit,
    /// Whether one and the same user must reach all.
    pub by_same_user: bool,
}

/// How many of the criteria must hold.
#[derive(Debug, Clone)]
pub enum Reach {
    /// Every one.
    All(Vec<Criterion>),
    /// One or more.
    Any(Vec<Criterion>),
    /// So many or more.
    Some(u32, Vec<Criterion>),
}

impl Reach {
    /// The criteria, and how many of them must hold.
    pub fn needed(&self) -> (usize, &[Criterion]) {
        match self {
            Self::All(criteria) => (criteria.len(), criteria),
            Self::Any(criteria) => (1, criteria),
            Self::Some(count, criteria) => (*count as usize, criteria),
        }
    }
}

/// One thing an activation asks for (R4.1).
#[derive(Debug, Clone)]
pub enum Criterion {
    /// A signal, counted in one way.
    Signal {
        /// The signal.
        signal: SignalId,
        /// What is counted of it.
        count: Count,
        /// How many of that.
        at_least: u32,
    },
    /// A gauge at or above a value.
    Gauge {
        /// The gauge.
        gauge: String,
        /// The value.
        at_least: f64,
    },
}

/// What is counted of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Its uses.
    Times,
    /// The different local days on which it happened.
    Days,
    /// The different users who did it.
    Users,
    /// The different values of the signal's `distinct` property.
    Values,
}

/// Share of eligible actors with enough uses in a trailing window.
#[derive(Debug, Clone)]
pub struct Adoption {
    /// What is used.
    pub signal: SignalId,
    /// How many uses make an adopter.
    pub at_least: u32,
    /// The trailing window.
    pub trailing: Length,
    /// The size of the periods at whose ends it is read.
    pub period: Unit,
    /// Who is eligible besides existing, as a test in the plan's `where` language.
    pub eligible: Option<String>,
    /// How many of an account's users must use it.
    pub min_users: Option<u32>,
    /// Since when it has been available: a day, or a release's id.
    pub available: Option<String>,
}

/// Share of a cohort that comes back in period k.
#[derive(Debug, Clone)]
pub struct Retention {
    /// What puts an actor into a cohort.
    pub start: Use,
    /// What counts as coming back.
    pub back: Use,
    /// The unit of cohorts and of k.
    pub period: Unit,
    /// The last k.
    pub periods: u32,
    /// Only this k (R2.8).
    pub k: Option<u32>,
    /// Whether an actor enters once or in every period.
    pub entry: CohortEntry,
    /// What a return in k means.
    pub criterion: ReturnCriterion,
    /// How k is counted.
    pub clock: Clock,
    /// How many returns in a period make one (R2.3); 1 unless said.
    pub return_at_least: u32,
    /// Which properties start and return must share.
    pub same: Vec<String>,
}

/// How often an actor enters cohorts (R2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CohortEntry {
    /// Once, at its first start ever.
    FirstTime,
    /// In every period in which it starts.
    Recurring,
}

/// What counts as being retained in k (R2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnCriterion {
    /// A return in k.
    On,
    /// A return in k or any later period of the cohort.
    OnOrAfter,
    /// A return between two k.
    Bracket(u32, u32),
}

/// How k is counted (R2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// By the calendar's boundaries.
    Calendar,
    /// By whole lengths since the start.
    Rolling,
}

/// Share of actors that go through the steps within the window.
#[derive(Debug, Clone)]
pub struct Funnel {
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// How long after the entry an attempt may take.
    pub within: Length,
    /// What may stand between steps.
    pub order: FunnelOrder,
    /// Which attempt of an actor is counted.
    pub entry: FunnelEntry,
    /// Events that must not stand between two steps.
    pub exclude: Vec<Exclusion>,
    /// Properties whose value all steps must share.
    pub same: Vec<String>,
    /// Which step's property value a breakdown takes.
    pub breakdown: Breakdown,
    /// Whether one and the same user must do all steps.
    pub by_same_user: bool,
    /// The size of periods of entry; none: one set of rows for the range.
    pub period: Option<Unit>,
}

/// One step of a funnel.
#[derive(Debug, Clone)]
pub struct Step {
    /// What is done.
    pub signal: SignalId,
    /// How long after the step before.
    pub within: Option<Length>,
}

/// What may stand between two steps (R3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunnelOrder {
    /// Anything.
    Ordered,
    /// Nothing else.
    Strict,
    /// The steps may come in whatever order.
    Any,
}

/// Which of an actor's attempts count (R3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunnelEntry {
    /// The one that gets furthest, then the earliest.
    Best,
    /// The first in the range.
    First,
    /// Every one.
    Each,
}

/// An event that must not stand between two steps (R3.7).
#[derive(Debug, Clone)]
pub struct Exclusion {
    /// What must not happen.
    pub signal: SignalId,
    /// After this step, from 1.
    pub after: u32,
    /// Before this step, from 1.
    pub before: u32,
    /// What becomes of the attempt.
    pub then: Excluded,
}

/// What becomes of an attempt with an excluded event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excluded {
    /// It is no attempt.
    Remove,
    /// It is counted up to the step before.
    Drop,
}

/// Whose value a funnel is broken down by (R3.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breakdown {
    /// The entry's.
    Entry,
    /// That step's, from 1.
    Step(u32),
    /// The first that has one.
    First,
    /// The last that has one.
    Last,
}

/// A stock read from snapshots.
#[derive(Debug, Clone)]
pub struct Gauge {
    /// The gauge's name.
    pub gauge: String,
    /// How accounts are taken together.
    pub reduce: Reduce,
    /// The size of a period.
    pub period: Unit,
}

/// How a gauge is taken over accounts (R1.5).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reduce {
    /// Their sum.
    Sum,
    /// Their mean.
    Mean,
    /// The share at or above the value.
    Share(f64),
}

/// What a business metric computes (section 7).
#[derive(Debug, Clone)]
pub enum BusinessKind {
    /// Monthly recurring revenue at each month's last instant.
    Mrr,
    /// How it moved within each month.
    MrrMovements,
    /// What those paying a while ago pay now.
    NetRevenueRetention {
        /// How long ago.
        over: Length,
    },
    /// Of the renewals due, the share won.
    RenewalRate {
        /// Over which trailing months.
        over: Length,
    },
}

impl BusinessKind {
    /// The kind's name as the plan writes it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Mrr => "mrr",
            Self::MrrMovements => "mrr_movements",
            Self::NetRevenueRetention { .. } => "net_revenue_retention",
            Self::RenewalRate { .. } => "renewal_rate",
        }
    }
}
