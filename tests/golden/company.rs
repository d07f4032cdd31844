//! A company made up for the pack's golden test: one plan, and findings from a small generator without chance.

use std::path::PathBuf;

use jiff::civil::{Date, Weekday, date};
use throughline::model::evidence::{Comparison, Evidence, Finding};
use throughline::model::ids::{LaneId, MetricId, OutcomeId, SegmentId, SignalId, SourceName};
use throughline::model::length::Length;
use throughline::model::metric::*;
use throughline::model::period::{Calendar, Period, Unit, plus_days, plus_months};
use throughline::model::reading::{Cell, Datum, Reading, Series, Share, ValueUnit};
use throughline::plan::*;
use throughline::report::decisions;
use throughline::report::inputs::*;
use throughline::stats::interval::wilson;

pub(crate) const AS_OF: Date = date(2026, 6, 30);
const FIRST_DAY: Date = date(2025, 1, 6);

/// Numbers that look like chance and are the same on every machine.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// About normal, between -3 and 3: the sum of twelve even ones.
    pub(crate) fn next(&mut self) -> f64 {
        let mut even = || {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 40) as f64 / (1_u64 << 24) as f64
        };
        (0..12).map(|_| even()).sum::<f64>() - 6.0
    }
}

pub(crate) fn calendar() -> Calendar {
    Calendar { zone: jiff::tz::TimeZone::UTC, week_starts: Weekday::Monday, fiscal_year_starts: 1 }
}

fn uses(signal: &str) -> Use {
    Use { signal: SignalId::new(signal), at_least: 1, per: None }
}

fn signal(id: &str, matches: Matches) -> Signal {
    let id = SignalId::new(id);
    Signal {
        id,
        matches,
        filter: None,
        account_filter: None,
        first_time: false,
        distinct: None,
        at_least: 1,
        per: None,
    }
}

fn event(id: &str) -> Signal {
    signal(id, Matches::Events(vec![id.to_owned()]))
}

fn lane(id: &str, name: &str, owner: &str) -> Lane {
    Lane { id: LaneId::new(id), name: name.to_owned(), owner: Some(owner.to_owned()) }
}

fn outcome(id: &str, lane: &str, statement: &str, behaviour: &str, agreed: Option<Option<Date>>) -> Outcome {
    let agreed = agreed.map(|review_by| Agreement {
        on: date(2026, 1, 12),
        by: vec!["CEO".to_owned(), "CPO".to_owned()],
        review_by,
    });
    Outcome {
        id: OutcomeId::new(id),
        lane: LaneId::new(lane),
        statement: statement.to_owned(),
        objective: None,
        behaviour: Some(SignalId::new(behaviour)),
        agreed,
    }
}

fn traction(id: &str, title: &str, outcome: &str, kind: TractionKind) -> Traction {
    Traction {
        id: MetricId::new(id),
        title: title.to_owned(),
        outcome: OutcomeId::new(outcome),
        actor: Actor::Account,
        kind,
        target: None,
        better: Better::Higher,
        owner_says: None,
    }
}

fn business(id: &str, title: &str, kind: BusinessKind, goal: Option<Goal>) -> Metric {
    Metric::Business(Business {
        id: MetricId::new(id),
        title: title.to_owned(),
        owner: Some("leadership".to_owned()),
        source: Some(SourceName::new("billing")),
        kind,
        goal,
        better: Better::Higher,
    })
}

fn link(from: &str, to: &str, because: &str) -> Link {
    Link {
        from: LinkFrom::Metric(MetricId::new(from)),
        to: MetricId::new(to),
        expect: Expect::Increase,
        because: because.to_owned(),
        declared: Some(date(2026, 1, 12)),
        design: None,
        gap_weeks: 8,
        window_weeks: 26,
        at_least: None,
        threshold: None,
        horizon_weeks: None,
        smallest: None,
        eligible: None,
        exposed: None,
        result: None,
    }
}

#[expect(clippy::too_many_lines, reason = "a list of metrics, each with all its keys")]
fn metrics() -> Vec<Metric> {
    let mut second_site = traction(
        "second-site",
        "Two sites within 60 days",
        "second-site",
        TractionKind::Activation(Activation {
            start: uses("signup"),
            reach: Reach::All(vec![Criterion::Signal {
                signal: SignalId::new("site_online"),
                count: Count::Values,
                at_least: 2,
            }]),
            ordered: false,
            within: Length::days(60),
            cohort: Unit::Month,
            by_same_user: false,
        }),
    );
    second_site.target = Some(Target {
        value: 0.35,
        by: date(2026, 12, 31),
        from: Some((0.20, date(2025, 7, 1))),
        path: TargetPath::Linear,
    });
    second_site.owner_says = Some(OwnerSays {
        on: date(2026, 6, 28),
        status: Some(Pace::On),
        text: "guided set-up shipped in April".to_owned(),
    });
    let sites = traction(
        "sites-active",
        "Sites active each week",
        "second-site",
        TractionKind::Active(Active { signals: vec![uses("site_online")], period: Unit::Week, trailing: None }),
    );
    let mut habit = traction(
        "weekly-pipelines",
        "Ships through a pipeline",
        "production",
        TractionKind::Adoption(Adoption {
            signal: SignalId::new("pipeline_run"),
            at_least: 1,
            trailing: Length::days(7),
            period: Unit::Week,
            eligible: Some("tier is not null".to_owned()),
            min_users: None,
            available: None,
        }),
    );
    habit.target = Some(Target {
        value: 0.55,
        by: date(2027, 3, 31),
        from: Some((0.45, date(2026, 1, 1))),
        path: TargetPath::Linear,
    });
    let funnel = traction(
        "set-up",
        "Set-up completed",
        "production",
        TractionKind::Funnel(Funnel {
            steps: ["signup", "site_online", "pipeline_run", "deploy"]
                .map(|step| throughline::model::metric::Step { signal: SignalId::new(step), within: None })
                .to_vec(),
            within: Length::days(14),
            order: FunnelOrder::Ordered,
            entry: FunnelEntry::Best,
            exclude: Vec::new(),
            same: Vec::new(),
            breakdown: Breakdown::Entry,
            by_same_user: false,
            period: Some(Unit::Week),
        }),
    );
    let retention = traction(
        "blueprint-return",
        "Comes back to a shared blueprint",
        "reuse",
        TractionKind::Retention(Retention {
            start: uses("blueprint_used"),
            back: uses("blueprint_used"),
            period: Unit::Month,
            periods: 6,
            k: None,
            entry: CohortEntry::FirstTime,
            criterion: ReturnCriterion::On,
            clock: Clock::Calendar,
            return_at_least: 1,
            same: Vec::new(),
        }),
    );
    let sso = traction(
        "sso",
        "Teams that sign on by SSO",
        "operations",
        TractionKind::Gauge(Gauge { gauge: "sso_users".to_owned(), reduce: Reduce::Share(1.0), period: Unit::Week }),
    );
    let over = Length::months(12);
    let mut all: Vec<Metric> = [second_site, sites, habit, funnel, retention, sso].map(Metric::Traction).into();
    all.push(business("mrr", "Recurring revenue a month", BusinessKind::Mrr, None));
    all.push(business("movements", "How recurring revenue moved", BusinessKind::MrrMovements, None));
    let goal = Goal { value: 1.15, by: date(2027, 6, 30) };
    all.push(business("nrr", "Net revenue retention", BusinessKind::NetRevenueRetention { over }, Some(goal)));
    all.push(business("renewal-rate", "Renewal rate", BusinessKind::RenewalRate { over }, None));
    all
}

/// The plan: four lanes, four outcomes, six traction metrics, four business metrics.
#[expect(clippy::too_many_lines, reason = "a plan, with all its keys")]
pub(crate) fn plan() -> Plan {
    Plan {
        root: PathBuf::new(),
        text: String::new(),
        workspace: Workspace {
            name: "Loomworks".to_owned(),
            calendar: calendar(),
            timezone: "UTC".to_owned(),
            currency: Some("EUR".to_owned()),
            rates: None,
            known_since: None,
            created: None,
            ended: None,
        },
        sources: Vec::new(),
        identity: Identity::default(),
        segments: vec![Segment {
            id: SegmentId::new("tier"),
            from: SegmentFrom::CrmCompany,
            field: "Tier".to_owned(),
            report: true,
            bands: Vec::new(),
            map: None,
        }],
        signals: ["signup", "site_online", "pipeline_run", "deploy", "blueprint_used"]
            .into_iter()
            .map(event)
            .chain([signal("sso_on", Matches::Gauge("sso_users".to_owned()))])
            .collect(),
        objectives: Vec::new(),
        lanes: vec![
            lane("edge", "Edge", "Edge PM"),
            lane("build", "Build", "Build PM"),
            lane("trust", "Trust", "Trust PM"),
            lane("reach", "Reach", "Reach PM"),
        ],
        outcomes: vec![
            outcome("second-site", "edge", "A team brings a second site online", "site_online", Some(None)),
            outcome(
                "production",
                "build",
                "A builder deploys to production more often",
                "deploy",
                Some(Some(date(2026, 12, 31))),
            ),
            outcome(
                "reuse",
                "build",
                "Builders reuse what others built",
                "blueprint_used",
                Some(Some(date(2026, 5, 31))),
            ),
            outcome("operations", "trust", "IT hands the platform to operations", "sso_on", None),
        ],
        metrics: metrics(),
        links: vec![
            link("second-site", "renewal-rate", "A second site makes the platform harder to leave"),
            link("weekly-pipelines", "renewal-rate", "A habit makes the platform part of operations"),
            link("weekly-pipelines", "nrr", "Teams that ship often need more of it"),
            link("set-up", "mrr", "Who is set up pays sooner"),
            link("sso", "nrr", "Operations buy for everybody"),
        ],
        evidence: EvidenceRules {
            covariates: Vec::new(),
            stable: Vec::new(),
            activity: None,
            cluster: None,
            pin: Vec::new(),
            veto: Vec::new(),
            e_value: 2.0,
        },
        outcome_links: Vec::new(),
        charts: std::collections::BTreeMap::new(),
        rebases: Vec::new(),
        definition_changes: Vec::new(),
        renewals: None,
        expansions: None,
        sync: Sync { every: Unit::Quarter, next: None, decisions: None, min_n: 20 },
        limits: Limits {
            set_aside: 0.01,
            unmatched_revenue: 0.1,
            stale_warn: Length::days(2),
            stale_error: Length::days(7),
            restated: 0.02,
        },
    }
}

fn periods(unit: Unit) -> Vec<Period> {
    calendar().periods(unit, FIRST_DAY, AS_OF)
}

fn reading(period: Period, value: Option<f64>, share: Option<Share>) -> Reading {
    Reading {
        period,
        segment: Cell::default(),
        value,
        share,
        rest: Vec::new(),
        settled: period.end <= plus_days(AS_OF, 1),
        complete_at_us: 0,
        left_truncated: period.start < plus_days(FIRST_DAY, 28),
        segment_assumed: false,
        missing_days: Vec::new(),
    }
}

fn share_of(period: Period, counted: f64, eligible: f64) -> Reading {
    let (eligible, counted) = (eligible.round() as u64, counted.round().clamp(0.0, eligible.round()) as u64);
    let share = Share { eligible, counted, interval: wilson(counted, eligible) };
    reading(period, (eligible > 0).then(|| counted as f64 / eligible as f64), Some(share))
}

fn series(id: &str, kind: &'static str, unit: ValueUnit, readings: Vec<Reading>) -> Series {
    let letters = id
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    Series {
        metric: Some(MetricId::new(id)),
        kind,
        actor: Some("account"),
        unit,
        definition: String::new(),
        definition_hash: format!("{letters:016x}"),
        held: Vec::new(),
        readings,
    }
}

/// A share that wanders around a slowly changing level, over a slowly growing crowd.
fn shares(unit: Unit, seed: u64, level: impl Fn(f64) -> f64, crowd: (f64, f64), noise: f64) -> Vec<Reading> {
    let mut dice = Dice::new(seed);
    let all = periods(unit);
    let count = all.len() as f64;
    let rows = all.into_iter().enumerate().map(|(at, period)| {
        let part = at as f64 / count;
        let eligible = crowd.0 + (crowd.1 - crowd.0) * part;
        share_of(period, (level(part) + noise * dice.next()) * eligible, eligible)
    });
    rows.collect()
}

/// Cohorts whose windows are still open are not settled.
fn closing(mut readings: Vec<Reading>, window: i64) -> Vec<Reading> {
    for reading in &mut readings {
        reading.settled = plus_days(reading.period.end, window) <= plus_days(AS_OF, 1);
    }
    readings
}

fn ratios(readings: impl Fn(&Range, bool) -> Option<Reading>) -> Vec<ToDate> {
    to_date_ranges(&calendar(), AS_OF)
        .into_iter()
        .map(|range| ToDate { counted: None, this: readings(&range, true), last_year: readings(&range, false), range })
        .collect()
}

fn second_site() -> MetricFindings {
    let level = |part: f64| 0.20 + 0.05 * part + if part > 0.78 { 0.09 } else { 0.0 };
    let monthly = closing(shares(Unit::Month, 3, level, (58.0, 74.0), 0.016), 60);
    let weekly = closing(shares(Unit::Week, 4, level, (14.0, 18.0), 0.06), 60);
    let to_date = ratios(|range, this| {
        let (period, level) = if this { (range.this, 0.31) } else { (range.last_year, 0.22) };
        let days = throughline::model::period::days_between(period.start, period.end) as f64;
        (days > 60.0).then(|| share_of(period, 2.2 * days * level, 2.2 * days))
    });
    let curve = |label: &str, top: f64, until: u32, open: bool, eligible: u64| Curve {
        label: label.to_owned(),
        eligible,
        points: (0..=until)
            .step_by(2)
            .map(|day| (f64::from(day), top * (1.0 - (-f64::from(day) / 19.0).exp())))
            .collect(),
        open,
    };
    let curves = vec![
        curve("Q3 2025", 0.19, 60, false, 190),
        curve("Q4 2025", 0.22, 60, false, 201),
        curve("Q1 2026", 0.27, 60, false, 214),
        curve("Q2 2026", 0.335, 42, true, 176),
    ];
    let mut found = MetricFindings::none(MetricId::new("second-site"));
    found.by_segment = Some(by_tier(
        &monthly,
        &[("starter", 0.5, -0.06), ("team", 0.38, 0.05), ("enterprise", 0.12, 0.12)],
        "second-site",
        "activation",
    ));
    found.weekly = Some(series("second-site", "activation", ValueUnit::Share, weekly));
    found.monthly = Some(series("second-site", "activation", ValueUnit::Share, monthly));
    found.to_date = to_date;
    found.companion = Companion::Activation { curves, kept: Some([(141, 168), (312, 610)]) };
    found
}

/// Splits a whole over three tiers, by weight and by how far each lies from the whole.
fn by_tier(whole: &[Reading], tiers: &[(&str, f64, f64)], id: &str, kind: &'static str) -> Series {
    let rows = whole.iter().flat_map(|reading| {
        let share = reading.share.expect("only shares are split");
        tiers.iter().map(move |(tier, weight, off)| {
            let eligible = share.eligible as f64 * weight;
            let mut part = share_of(reading.period, (reading.value.unwrap_or(0.0) + off) * eligible, eligible);
            part.segment = Cell { parts: vec![("tier".to_owned(), Some((*tier).to_owned()))] };
            part.settled = reading.settled;
            part
        })
    });
    series(id, kind, ValueUnit::Share, rows.collect())
}

fn sites_active() -> MetricFindings {
    let mut dice = Dice::new(11);
    let mut counts = |unit, base: f64, noise: f64| -> Vec<Reading> {
        let all = periods(unit);
        let rows = all.into_iter().enumerate().map(|(at, period)| {
            let seasonal = if period.start.month() == 12 { 0.96 } else { 1.0 };
            reading(
                period,
                Some(
                    (base * seasonal * (1.0 + 0.0006 * at as f64 * if unit == Unit::Month { 4.3 } else { 1.0 })
                        + noise * dice.next())
                    .round(),
                ),
                None,
            )
        });
        rows.collect()
    };
    let (weekly, monthly) = (counts(Unit::Week, 212.0, 9.0), counts(Unit::Month, 288.0, 8.0));
    let mut found = MetricFindings::none(MetricId::new("sites-active"));
    let last =
        |month: Date| monthly.iter().find(|reading| reading.period.start == month).and_then(|reading| reading.value);
    found.to_date = ratios(|range, this| {
        let period = if this { range.this } else { range.last_year };
        let month = last(plus_months(period.end, -1))?;
        let months = throughline::model::period::days_between(period.start, period.end) as f64 / 30.0;
        Some(reading(period, Some((month * (1.0 + 0.05 * (months - 1.0))).round()), None))
    });
    found.weekly = Some(series("sites-active", "active", ValueUnit::Count, weekly));
    found.monthly = Some(series("sites-active", "active", ValueUnit::Count, monthly));
    found
}

fn weekly_pipelines() -> MetricFindings {
    let drop = |part: f64| 0.462 + 0.02 * part - if part > 0.97 { 0.105 } else { 0.0 };
    let weekly = shares(Unit::Week, 21, drop, (250.0, 322.0), 0.011);
    let monthly = shares(
        Unit::Month,
        22,
        |part| 0.462 + 0.02 * part - if part > 0.97 { 0.05 } else { 0.0 },
        (250.0, 322.0),
        0.008,
    );
    let mut found = MetricFindings::none(MetricId::new("weekly-pipelines"));
    let mut split = by_tier(
        &weekly,
        &[("starter", 0.45, -0.07), ("team", 0.40, 0.04), ("enterprise", 0.15, 0.10)],
        "weekly-pipelines",
        "adoption",
    );
    // The drop is the starters': the others keep their level.
    for part in &mut split.readings {
        let late = part.period.start >= date(2026, 6, 22);
        let starter = part.segment.parts[0].1.as_deref() == Some("starter");
        if late {
            let eligible = part.share.map_or(0, |share| share.eligible) as f64;
            let level = if starter { 0.17 } else { 0.52 };
            let segment = part.segment.clone();
            *part = Reading { segment, ..share_of(part.period, level * eligible, eligible) };
        }
    }
    found.by_segment = Some(split);
    let stages = periods(Unit::Month).into_iter().filter(|month| month.end <= plus_days(AS_OF, 1)).enumerate();
    found.companion = Companion::Adoption {
        stages: stages
            .map(|(at, period)| {
                let at = at as u64;
                Stages {
                    period,
                    never: 96 - at * 2,
                    tried: 41,
                    adopted: 38 + at,
                    habitual: 74 + 2 * at,
                    lapsed: 18 + at / 2,
                }
            })
            .collect(),
        since_available: (0..=26_u32)
            .map(|week| (f64::from(week) * 7.0, 0.44 * (1.0 - (-f64::from(week) / 8.0).exp())))
            .collect(),
    };
    found.contributions = contributions();
    found.coverage = Some(Coverage { accounts: (300, 603), revenue: Some((2_216_000.0, 4_104_000.0)) });
    found.weekly = Some(series("weekly-pipelines", "adoption", ValueUnit::Share, weekly));
    found.monthly = Some(series("weekly-pipelines", "adoption", ValueUnit::Share, monthly));
    found
}

/// Eight accounts' parts of the drop.
fn contributions() -> Vec<Contribution> {
    [
        ("acme", "lost", -0.0031),
        ("brightside", "left", -0.0031),
        ("corvus", "lost", -0.0031),
        ("delft-lab", "lost", -0.0029),
        ("eastwind", "lost", -0.0029),
        ("fjord", "lost", -0.0028),
        ("gantry", "gained", 0.0031),
        ("others-1", "lost", -0.04),
    ]
    .map(|(account, moved, contribution)| Contribution { account: account.to_owned(), moved, contribution })
    .to_vec()
}

fn stepped(readings: Vec<Reading>) -> Vec<Reading> {
    let levels = [1.0, 0.78, 0.55];
    let earlier = |reading: &Reading, step: i64, level: f64| {
        let share = reading.share.expect("a funnel's rows are shares");
        let mut row = share_of(reading.period, level * share.eligible as f64, share.eligible as f64);
        row.settled = reading.settled;
        row.rest = vec![("step", Datum::Count(step))];
        row
    };
    let rows = readings.into_iter().flat_map(|mut last| {
        last.rest = vec![("step", Datum::Count(4))];
        let mut rows: Vec<Reading> = levels.iter().zip(1..).map(|(level, step)| earlier(&last, step, *level)).collect();
        rows.push(last);
        rows
    });
    rows.collect()
}

fn set_up() -> MetricFindings {
    let weekly = closing(shares(Unit::Week, 31, |_| 0.41, (38.0, 46.0), 0.05), 14);
    let monthly = closing(shares(Unit::Month, 32, |_| 0.41, (160.0, 190.0), 0.025), 14);
    let mut found = MetricFindings::none(MetricId::new("set-up"));
    let step = |name: &str, counted, seconds| throughline::report::inputs::Step {
        name: name.to_owned(),
        eligible: 184,
        counted,
        median_seconds: seconds,
    };
    found.companion = Companion::Funnel {
        label: "entered in May 2026".to_owned(),
        steps: vec![
            step("signup", 184, None),
            step("site_online", 147, Some(5_400.0)),
            step("pipeline_run", 101, Some(93_000.0)),
            step("deploy", 77, Some(412_000.0)),
        ],
    };
    found.weekly = Some(series("set-up", "funnel", ValueUnit::Share, stepped(weekly)));
    found.monthly = Some(series("set-up", "funnel", ValueUnit::Share, stepped(monthly)));
    found
}

fn blueprint_return() -> MetricFindings {
    let rows = periods(Unit::Month).into_iter().enumerate().map(|(at, period)| {
        let mut dice = Dice::new(40 + at as u64);
        let eligible = if at == 9 { 9.0 } else { 46.0 + at as f64 };
        let mut row = share_of(period, (0.44 + 0.04 * dice.next()) * eligible, eligible);
        row.settled = plus_months(period.end, 1) <= plus_days(AS_OF, 1);
        row.rest = vec![("cohort_start", Datum::Day(period.start)), ("k", Datum::Count(1))];
        row
    });
    let rows: Vec<Reading> = rows.collect();
    let cohorts = rows.iter().map(|row| {
        let share = row.share.expect("retention is a share");
        let cells = (0..=6).filter(|k| plus_months(row.period.start, *k) <= AS_OF).map(|k| {
            let level = if k == 0 { 1.0 } else { row.value.unwrap_or(0.0) * 0.87_f64.powi(k - 1) };
            ((level * share.eligible as f64).round() as u64, plus_months(row.period.end, k) <= plus_days(AS_OF, 1))
        });
        Cohort { period: row.period, eligible: share.eligible, cells: cells.collect() }
    });
    let mut found = MetricFindings::none(MetricId::new("blueprint-return"));
    found.companion = Companion::Retention { unit: Unit::Month, cohorts: cohorts.collect() };
    found.monthly = Some(series("blueprint-return", "retention", ValueUnit::Share, rows));
    found
}

fn sso() -> MetricFindings {
    let mut found = MetricFindings::none(MetricId::new("sso"));
    let weekly = shares(Unit::Week, 51, |part| 0.58 + 0.05 * part, (160.0, 184.0), 0.012);
    let monthly = shares(Unit::Month, 52, |part| 0.58 + 0.05 * part, (160.0, 184.0), 0.008);
    found.weekly = Some(series("sso", "gauge", ValueUnit::Share, weekly));
    found.monthly = Some(series("sso", "gauge", ValueUnit::Share, monthly));
    found.dead_since = Some(date(2026, 6, 18));
    found
}

fn money() -> [MetricFindings; 4] {
    let mut dice = Dice::new(61);
    let (mut level, mut rows, mut moves) = (262_000.0_f64, Vec::new(), Vec::new());
    for period in periods(Unit::Month) {
        let opening = level;
        let parts = [5_200.0, 600.0, 6_100.0, 2_300.0, 3_900.0]
            .map(|size: f64| (size * (1.0 + 0.22 * dice.next())).max(0.0).round());
        let [new, reactivation, expansion, contraction, churn] = parts;
        level = opening + new + reactivation + expansion - contraction - churn;
        rows.push(reading(period, Some(level), None));
        moves.push(Movement { period, opening, new, reactivation, expansion, contraction, churn, closing: level });
    }
    let mut mrr = MetricFindings::none(MetricId::new("mrr"));
    mrr.monthly = Some(series("mrr", "mrr", ValueUnit::Money, rows));
    let mut movements = MetricFindings::none(MetricId::new("movements"));
    movements.companion = Companion::Movements(moves);
    let mut nrr = MetricFindings::none(MetricId::new("nrr"));
    let readings = periods(Unit::Month).into_iter().enumerate().map(|(at, period)| {
        let mut row = reading(period, Some(1.04 + 0.003 * at as f64 + 0.006 * dice.next()), None);
        row.left_truncated = false;
        row
    });
    nrr.monthly = Some(series("nrr", "net_revenue_retention", ValueUnit::Share, readings.collect()));
    let mut renewals = MetricFindings::none(MetricId::new("renewal-rate"));
    renewals.monthly = Some(series(
        "renewal-rate",
        "renewal_rate",
        ValueUnit::Share,
        shares(Unit::Month, 71, |part| 0.84 + 0.04 * part, (138.0, 164.0), 0.006),
    ));
    [mrr, movements, nrr, renewals]
}

fn compared(from: &str, to: &str, effect: f64) -> Evidence {
    let finding = Finding::Compared(Box::new(Comparison {
        rows: 612,
        clusters: 548,
        exposed: (281, 250),
        unexposed: (331, 247),
        raw: (0.143, 0.083, 0.203),
        effect,
        interval: (effect - 0.058, effect + 0.058),
        standard_error: (0.029, 48.0),
        p: 0.0162,
        means: (0.88, 0.88 - effect),
        effective: (198.0, 220.0),
        imbalance: 0.04,
        left_out: Vec::new(),
        needed: (740, 0.05),
    }));
    Evidence { from: MetricId::new(from), to: MetricId::new(to), design: "renewal", finding }
}

fn evidence() -> Vec<Evidence> {
    let because = "73 renewals were due and 9 were lost; a grade needs 15 of the rarer kind".to_owned();
    let finding = Finding::NotTestable { gate: "rare", because };
    vec![
        compared("weekly-pipelines", "renewal-rate", 0.071),
        Evidence { from: MetricId::new("second-site"), to: MetricId::new("renewal-rate"), design: "renewal", finding },
    ]
}

const DECISIONS: &str = r#"
[[decision]]
id = "sso"
text = "Hold SSO work until the arrow can be tested"
decided = 2026-04-02
state = "kept"
closed = 2026-04-20

[[decision]]
id = "guided"
text = "Guided set-up to all new accounts"
decided = 2026-04-02
owner = "Edge PM"
due = 2026-04-30
state = "done"
closed = 2026-04-14

[[decision]]
id = "reuse"
text = "Agree on or drop “reuse”"
decided = 2026-01-12
owner = "CPO"
due = 2026-06-01
state = "open"
"#;

fn restated(metric: &str, month: Date, old: f64, new: f64) -> Restated {
    let period = Period { start: month, end: plus_months(month, 1) };
    Restated {
        metric: MetricId::new(metric),
        unit: Unit::Month,
        period,
        segment: String::new(),
        old: Some(old),
        new: Some(new),
    }
}

fn release(id: &str, title: &str, on: Date, lane: &str) -> Release {
    Release { id: id.to_owned(), title: title.to_owned(), on, lane: Some(lane.to_owned()), outcome: None }
}

fn accounting(source: &str, read: u64, duplicate: u64, reasons: &[(&str, u64)]) -> Accounting {
    let set_aside = reasons.iter().map(|reason| reason.1).sum();
    Accounting {
        source: source.to_owned(),
        read,
        accepted: read - duplicate - set_aside,
        duplicate,
        set_aside,
        reasons: reasons.iter().map(|(reason, count)| ((*reason).to_owned(), *count)).collect(),
    }
}

/// Everything found.
pub(crate) fn findings() -> Findings {
    let mut metrics = vec![second_site(), sites_active(), weekly_pipelines(), set_up(), blueprint_return(), sso()];
    metrics.extend(money());
    let fresh = |source: &str, day, state| Freshness { source: source.to_owned(), day: Some(day), state };
    Findings {
        run: "2026-07-01-01".to_owned(),
        as_of: AS_OF,
        first_day: FIRST_DAY,
        known_since: plus_days(FIRST_DAY, 28),
        occasion: Occasion::Review,
        next_review: date(2026, 10, 5),
        last_review: Some(LastReview { on: date(2026, 4, 2), signals: Vec::new() }),
        metrics,
        evidence: evidence(),
        coverage: Coverage { accounts: (412, 603), revenue: Some((2_912_000.0, 4_104_000.0)) },
        freshness: vec![
            fresh("product", AS_OF, Fresh::Fresh),
            fresh("hubspot", date(2026, 6, 25), Fresh::Warn),
            fresh("billing", AS_OF, Fresh::Fresh),
        ],
        accounting: vec![
            accounting("product", 1_496_030, 4_082, &[("time-unreadable", 409), ("not-json", 3)]),
            accounting("hubspot", 1_204, 0, &[]),
            accounting("billing", 3_771, 12, &[("amount-unreadable", 2)]),
        ],
        billing_exports: Vec::new(),
        releases: vec![
            release("2.30", "Guided set-up for edge sites", date(2026, 6, 4), "edge"),
            release("2.31", "One-click rollback", date(2026, 5, 27), "build"),
            release("2.32", "New pipeline editor, on by default", date(2026, 6, 11), "build"),
        ],
        quotes: vec![Quote {
            account: "acme".to_owned(),
            on: date(2026, 6, 19),
            outcome: "production".to_owned(),
            text: "The new editor lost our saved stages".to_owned(),
        }],
        restated: vec![
            restated("renewal-rate", date(2026, 3, 1), 0.86, 0.884),
            restated("second-site", date(2026, 2, 1), 0.24, 0.262),
        ],
        decisions: decisions::parse("decisions.toml", DECISIONS).expect("the test's own decisions are well written"),
    }
}
