//! The plan file as written: every key of `plan-file.md`, with the place it stands at.
//!
//! Reading never looks at the world and never stops at the first problem. Each table is declared once, below; the type,
//! its reader and its JSON Schema come from that one statement.

pub mod read;
pub mod values;

use jiff::civil::{Date, Weekday};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use self::read::{At, Named, Read, tables};
use self::values::{
    Amounts, Anything, BreakdownWord, ColumnUse, CriterionWord, Daily, ExcludeUse, Month, OnBreak, OneOrMany, Order,
    PathUse, ReachUse, ReduceWord, Short, SignalUse, StepUse, TypeWord, Variable,
};
use super::issues;
use super::problems::Problems;
use super::source::{DateOrder, Resolution};
use super::{Chart, Design, Expect, SegmentFrom};
use crate::model::length::Length;
use crate::model::metric::{Actor, Better, Clock, CohortEntry, FunnelEntry, Pace};
use crate::model::period::Unit;

/// Reads a plan's text. Nothing if it is not TOML: then that is said, first and alone.
pub(super) fn read(text: &str, problems: &mut Problems) -> Option<File> {
    let (whole, errors) = DeTable::parse_recoverable(text);
    if let Some(error) = errors.first() {
        let span = error.span().unwrap_or(0..0);
        let line = &text[text[..span.start].rfind('\n').map_or(0, |at| at + 1)..];
        let line = line.lines().next().unwrap_or("");
        if ["_env", "token", "secret", "password", "key"].iter().any(|word| line.contains(word)) {
            problems.push_secret(&span, issues::plan_syntax(error.message()));
        } else {
            problems.push(&span, issues::plan_syntax(error.message()));
        }
        return None;
    }
    let span = whole.span();
    File::read(&Spanned::new(span.start..span.start, DeValue::Table(whole.into_inner())), "", problems)
}

tables! {
    /// The whole plan: which lanes product works in, which outcomes they steer by, which metrics signal them, which business results follow.
    File {
        /// Zone, currency, and who exists.
        workspace: Workspace [required],
        /// Where the data comes from: one feed each.
        sources: Named<Source>,
        /// Who is who.
        identity: Identity,
        /// Attributes that accounts are grouped by.
        segments: Named<Segment>,
        /// Names for "this happened".
        signals: Named<Signal>,
        /// The company's own aims.
        objective: Vec<At<Objective>>,
        /// Product areas that own outcomes.
        lane: Vec<At<Lane>>,
        /// Changes in customer behaviour we work for.
        outcome: Vec<At<Outcome>>,
        /// Leading signals that an outcome is happening.
        traction: Vec<At<Traction>>,
        /// Results that follow; they carry no target.
        business: Vec<At<Business>>,
        /// What is meant to lead to what.
        link: Vec<At<Link>>,
        /// How links are tested.
        evidence: Evidence,
        /// Randomised or holdout results.
        experiment: Vec<At<Experiment>>,
        /// New limits after a lasting shift.
        rebase: Vec<At<Note>>,
        /// Notes at breaks of definition.
        definition_change: Vec<At<Note>>,
        /// Which deals (or terms) are renewals.
        renewals: Renewals,
        /// Which deals are expansions; left out: rises of MRR.
        expansions: Expansions,
        /// The rhythm of the sync.
        sync: Sync,
        /// Beyond these a run says so and leaves with 1; nothing is dropped either way.
        limits: Limits,
    }

    /// `[workspace]`
    Workspace {
        /// The company's or product's name.
        name: String [required],
        /// The IANA zone in which every day, week and month is cut.
        timezone: String [required],
        /// The first day of a week; monday unless said.
        week_starts: Weekday,
        /// The one currency figures are told in.
        currency: String,
        /// A CSV of month, currency, rate: where a source has other currencies.
        rates: String,
        /// Nobody is new before it; default: first day of the data + 28 d.
        known_since: Date,
        /// A signal or a CRM date (crm."Label") that says when an account began; default: first seen.
        created: String,
        /// The same for its end; default: never.
        ended: String,
    }

    /// `[sources.<name>]`
    Source as "source" {
        /// The layout.
        kind: super::source::Kind [required],
        /// A glob, or a list of them; read in the order of their names.
        files: OneOrMany<String>,
        /// Globs of the companies.
        companies: OneOrMany<String>,
        /// Globs of the deals.
        deals: OneOrMany<String>,
        /// Globs of the subscriptions.
        subscriptions: OneOrMany<String>,
        /// Where a row names its account: a path into the row.
        account: String,
        /// Where a row names its user.
        user: String,
        /// Where a row names its event.
        event: String,
        /// Where a row names its time.
        time: String,
        /// Where a row names its id.
        id: String,
        /// Where a row names a mail address; only its domain is kept.
        email: String,
        /// A CSV `id, account[, from, to]`: this source's account ids in the ids of the others.
        accounts: String,
        /// Long layout: the column that names the gauge.
        gauge: String,
        /// Long layout: the column that holds the reading.
        value: String,
        /// Names or globs of the columns that are readings.
        gauges: OneOrMany<String>,
        /// Ours = their label, where the label is not the usual one.
        columns: Named<ColumnUse>,
        /// The zone of times that carry none.
        timezone: String,
        /// The order in slashed dates, when the file cannot show it.
        dates: DateOrder,
        /// The decimal mark, when the file cannot show it: `.` or `,`.
        decimal: String,
        /// Overrules the delimiter that is found.
        delimiter: String,
        /// Overrules the encoding that is found.
        encoding: String,
        /// Whether amounts are in units or in cents; units unless said.
        amounts: Amounts,
        /// The currency of rows that name none; default the workspace's.
        currency: String,
        /// The field that is the pipeline; default `Type`.
        pipeline: String,
        /// A CSV of `anonymous_id, user_id`.
        links: String,
        /// How finely times tell, where the file does not show it.
        resolution: Resolution,
        /// The day a file speaks of, where its name has none.
        dated: Date,
        /// `daily`: a day without rows is missing, not zero.
        expects: Daily,
        /// Whether it may be absent.
        optional: bool,
        /// Share of rows that may be set aside.
        set_aside: f64,
        /// How far it may lie behind the run's `as_of`.
        stale: Stale,
        /// How late a day's last rows arrive.
        lag: Length,
        /// What it promises.
        contract: Contract,
        /// The address to pull from, instead of, or besides, files.
        api: String,
        /// The project, account or repository to pull.
        project: String,
        /// The variable that holds the token.
        token_env: Variable,
        /// The variable that holds the key.
        key_env: Variable,
        /// The variable that holds the secret.
        secret_env: Variable,
        /// The variable that holds the client's id.
        client_id_env: Variable,
        /// The variable that holds the client's secret.
        client_secret_env: Variable,
    }

    /// How far a source may lie behind.
    Stale {
        /// From here it is said.
        warn: Length,
        /// From here its metrics are held back.
        error: Length,
    }

    /// `[sources.<name>.contract]`: what a source promises.
    Contract {
        /// Event name (else `reading`, `company`, `deal`, `subscription`, `release` or `evidence`) = properties it must have.
        required: Named<Vec<At<String>>>,
        /// `event.property` = its type.
        types: Named<TypeWord>,
        /// warn (exit 1) or stop (nothing of this source is taken); warn unless said.
        on_break: OnBreak,
    }

    /// `[identity]`: first rule that matches wins; nothing is guessed.
    Identity {
        /// Telemetry account -> CRM company.
        crm: Vec<At<CrmRule>>,
        /// Billing customer -> telemetry account or CRM company.
        billing: Vec<At<BillingRule>>,
        /// A CSV of rows by hand.
        overrides: String,
        /// May a user without an account be put in one by mail domain; no unless said.
        account_by_domain: bool,
        /// Mail domains of our own people.
        exclude_domains: Vec<At<String>>,
    }

    /// One rule from a telemetry account to a CRM company.
    CrmRule {
        /// `account_id` or `email_domain`.
        account: String [required],
        /// The company's label that must be equal.
        company: String [required],
    }

    /// One rule from a billing customer to an account or a company.
    BillingRule {
        /// `customer_id`, `email_domain`, or a label of the billing export.
        customer: String [required],
        /// `account_id` or `email_domain` of a telemetry account.
        account: String,
        /// The company's label that must be equal.
        company: String,
    }

    /// `[segments]`: from the CRM, from a billing column, or from a property of events.
    Segment as "segment" {
        /// Where its values come from.
        from: SegmentFrom [required],
        /// The label, column or path.
        field: String [required],
        /// Whether blocks of the pack are split by it; the first segment unless said.
        report: bool,
        /// Bounds of bands, ascending.
        bands: Vec<At<f64>>,
        /// A CSV of value, segment.
        map: String,
    }

    /// `[signals.<id>]`: a name for "this happened".
    Signal as "signal" {
        /// A name, a list = any of, `*` = any event.
        event: OneOrMany<String>,
        /// A gauge from a snapshot source.
        gauge: String,
        /// A test on the row's properties (of a gauge: on `value`).
        r#where: String,
        /// A test on the account's attributes at the time of the event.
        where_account: String,
        /// Only the actor's first match ever.
        first_time: bool,
        /// The property whose different values are counted.
        distinct: String,
        /// How many matches (or different values) make it happen; 1 unless said.
        at_least: u32,
        /// Within which period these must fall: day or week.
        per: Unit,
    }

    /// `[[objective]]`
    Objective as "objective" {
        /// Its id.
        id: String [required],
        /// The aim in a sentence.
        statement: String [required],
        /// Who answers for it.
        owner: String,
    }

    /// `[[lane]]`
    Lane as "lane" {
        /// Its id.
        id: String [required],
        /// Its name.
        name: String [required],
        /// Who answers for it.
        owner: String,
    }

    /// `[[outcome]]`
    Outcome as "outcome" {
        /// Its id.
        id: String [required],
        /// The lane that owns it.
        lane: String [required],
        /// The change in customer behaviour, in a sentence.
        statement: String [required],
        /// The objective it serves.
        objective: String,
        /// The signal that is the change in customer behaviour.
        behaviour: Short<SignalUse>,
        /// Who agreed on it, and until when.
        agreed: Agreed,
    }

    /// Who agreed on an outcome, and until when that holds.
    Agreed {
        /// The day.
        on: Date [required],
        /// The parties.
        by: Vec<At<String>> [required],
        /// When it lapses.
        review_by: Date,
    }

    /// `[[traction]]`: the keys of every kind; which kind takes which is in `plan/kinds.rs`.
    Traction as "metric" {
        /// Its id.
        id: String [required],
        /// A title for people; default: the id in words.
        title: String,
        /// The outcome it signals.
        outcome: String,
        /// What it measures.
        kind: String [required],
        /// Who is counted: account (default) or user.
        actor: Actor,
        /// Where product wants it to be, and by when.
        target: Target,
        /// Which way is good; default: the target's direction, else by kind.
        better: Better,
        /// What its owner says of it.
        owner_says: OwnerSays,
        /// The control chart's form, where the kind's own does not fit.
        chart: Chart,
        /// What is done: a signal, or for `active` a list = any of.
        signal: OneOrMany<Short<SignalUse>>,
        /// The size of its periods; week unless said.
        period: Unit,
        /// The trailing window.
        trailing: Length,
        /// What puts an actor at the start.
        start: Short<SignalUse>,
        /// What must be reached.
        reach: ReachUse,
        /// Activation: any (default) or ordered. Funnel: ordered (default), strict, any.
        order: Order,
        /// How long it may take.
        within: Length,
        /// The size of a cohort; month unless said.
        cohort: Unit,
        /// Whether one and the same user must do all.
        by_same_user: bool,
        /// How many uses make an adopter; the value a gauge must reach.
        at_least: f64,
        /// A signal or segment test: who is eligible, besides existing.
        eligible: String,
        /// How many of an account's users must use it.
        min_users: u32,
        /// Since when it has been available: a day, or a release's id.
        available: String,
        /// What counts as coming back.
        r#return: Short<SignalUse>,
        /// The last k; 12 unless said.
        periods: u32,
        /// Only this k.
        k: u32,
        /// first_time (default) or recurring.
        r#type: CohortEntry,
        /// on (default), on_or_after, or `bracket 1-4`.
        criterion: CriterionWord,
        /// calendar (default) or rolling.
        clock: Clock,
        /// How many returns in the period count as one.
        return_at_least: u32,
        /// Properties whose value must stay the same.
        same: OneOrMany<String>,
        /// The steps, in order.
        steps: Vec<At<Short<StepUse>>>,
        /// Which attempt of an actor counts: best (default), first, each.
        entry: FunnelEntry,
        /// What must not stand between two steps.
        exclude: OneOrMany<Short<ExcludeUse>>,
        /// Whose value a breakdown takes: entry (default), `step 2`, first, last.
        breakdown: BreakdownWord,
        /// The gauge that is read.
        gauge: String,
        /// sum, mean, or share (of accounts at or above `at_least`).
        reduce: ReduceWord,
        /// Stickiness: the short window.
        short: Length,
        /// Stickiness: the long window.
        long: Length,
        /// Stickiness: the unit of the histogram.
        unit: Unit,
        /// Ratio: what is counted.
        numerator: Anything,
        /// Ratio: over what.
        denominator: Anything,
        /// Index: the segment whose values are weighed.
        segment: String,
        /// Index: the weight of each value.
        weights: Named<f64>,
        /// Index: which accounts count.
        count: String,
        /// Index or growth: the metric (or metrics) it is made of.
        of: Anything,
        /// Your own query: a file under `queries/`.
        query: String,
    }

    /// Where product wants a traction metric to be.
    Target {
        /// The value wanted.
        value: f64 [required],
        /// The day by which.
        by: Date [required],
        /// Where it started.
        from: TargetFrom,
        /// linear (default), step, or points.
        path: PathUse,
        /// Points on the way, by day.
        points: Named<f64>,
    }

    /// Where a target started.
    TargetFrom {
        /// The value.
        value: f64 [required],
        /// The day.
        on: Date [required],
    }

    /// What the owner of a metric says of it.
    OwnerSays {
        /// When.
        on: Date [required],
        /// ahead, on or behind.
        status: Pace,
        /// In words.
        text: String [required],
    }

    /// `[[business]]`: no key for a product target; one that stands there is told apart and refused.
    Business as "metric" {
        /// Its id.
        id: String [required],
        /// A title for people; default: the id in words.
        title: String,
        /// What is computed.
        kind: String [required],
        /// The source it is read from, where more than one fits.
        source: String,
        /// Who answers for it.
        owner: String,
        /// The months it looks back; 12mo unless said.
        over: Length,
        /// How long after a trial's end a payment counts; 30d unless said.
        within: Length,
        /// The pipeline whose deals count; default all but the renewals.
        pipeline: String,
        /// Your own query: a file under `queries/`.
        query: String,
        /// Leadership's own goal; shown, never scored against product.
        goal: Goal,
        /// Which way is good; higher unless said.
        better: Better,
        /// The control chart's form, where the kind's own does not fit.
        chart: Chart,
        /// Refused: a business metric carries no product target.
        target: Anything [refused],
        /// Refused: it follows; it is no product outcome's measure.
        outcome: String [refused],
    }

    /// Leadership's own goal.
    Goal {
        /// The value.
        value: f64 [required],
        /// The day by which.
        by: Date [required],
    }

    /// `[[link]]`: what is meant to lead to what.
    Link as "link" {
        /// A traction metric, or an outcome.
        from: String [required],
        /// A business metric; or, to set options, an outcome's own traction metric.
        to: String [required],
        /// increase or decrease.
        expect: Expect,
        /// Why, in a sentence.
        because: String,
        /// When this belief was written down.
        declared: Date,
        /// renewal, expansion or signup; default: from `to` and the contracts.
        design: Design,
        /// Exposure is measured up to this long before the anchor; 8w unless said.
        gap: Length,
        /// How long exposure is measured; 26w unless said.
        window: Length,
        /// Active weeks in the window that make an account exposed.
        at_least: u32,
        /// For ratio, gauge and index: at or above this is exposed.
        threshold: f64,
        /// Smallest effect worth acting on.
        smallest: f64,
        /// How long after the landmark the result is read, for signup; 26w unless said.
        horizon: Length,
        /// An account test at the anchor.
        eligible: String,
        /// A signal that is the exposure, where the kind has none.
        exposed: String,
        /// A CSV of account, on, value that is the result, where the kind has none.
        result: String,
    }

    /// `[evidence]`
    Evidence {
        /// Segments that are held constant; default: all.
        covariates: Vec<At<String>>,
        /// Attributes that may be used from before the CRM's first export.
        stable: Vec<At<String>>,
        /// A signal for general activity; default: all events but the link's own.
        activity: String,
        /// The CRM label that clusters accounts; default: the account.
        cluster: String,
        /// Behaviours the arrow is compared with.
        placebos: Placebos,
        /// The E-value that `strong` asks for; 2.0 unless said.
        e_value: f64,
    }

    /// Behaviours the arrow is compared with.
    Placebos {
        /// Event names that must be among them.
        pin: Vec<At<String>>,
        /// Event names that must not.
        veto: Vec<At<String>>,
    }

    /// `[[experiment]]`: a randomised or holdout result, the only evidence above `strong`.
    Experiment as "experiment" {
        /// Its id.
        id: String [required],
        /// The arrow it tested.
        link: Ends [required],
        /// A CSV of account, arm, on.
        assignments: String,
        /// The arm that is the control.
        control: String,
        /// What it found, where it was computed elsewhere.
        result: Found,
    }

    /// The two ends of an arrow.
    Ends {
        /// What leads.
        from: String [required],
        /// What follows.
        to: String [required],
    }

    /// What an experiment found.
    Found {
        /// The difference.
        difference: f64 [required],
        /// The lower end of its 95 % interval.
        low: f64 [required],
        /// The upper end.
        high: f64 [required],
        /// How many were in it.
        n: u32 [required],
    }

    /// `[[rebase]]` and `[[definition_change]]`: a day of a metric, and why.
    Note as "entry" {
        /// The metric.
        metric: String [required],
        /// The day.
        on: Date [required],
        /// Why.
        because: String [required],
    }

    /// `[renewals]`
    Renewals {
        /// crm.deals | billing | a file (account, due_on, state, amount); crm.deals unless said.
        from: String,
        /// Which deals are renewals; `Renewals` unless said.
        pipeline: String,
        /// Stages that mean won; `Closed won` unless said.
        won: OneOrMany<String>,
        /// Stages that mean lost; `Closed lost` unless said.
        lost: OneOrMany<String>,
        /// The deal's label that is the anchor instead of the close date.
        due: String,
    }

    /// `[expansions]`
    Expansions {
        /// crm.deals
        from: String,
        /// Which deals are expansions.
        pipeline: String [required],
        /// Stages that mean won; `Closed won` unless said.
        won: OneOrMany<String>,
    }

    /// `[sync]`
    Sync {
        /// How often leadership meets over it; quarter unless said.
        every: Unit,
        /// The next review, where the rhythm does not give it.
        next: Date,
        /// The first month of the fiscal year; january unless said.
        fiscal_year_starts: Month,
        /// The file of decisions; decisions.toml unless said.
        decisions: String,
        /// Under so many actors no percentage is written; 20 unless said.
        min_n: u32,
    }

    /// `[limits]`
    Limits {
        /// Share of a source's rows that may be set aside; 0.01 unless said.
        set_aside: f64,
        /// Share of MRR that may match no account; 0.10 unless said.
        unmatched_revenue: f64,
        /// How far a source may lie behind; 2d and 7d unless said.
        stale: Stale,
        /// How far a published value may move before it is in the ledger; 0.02 unless said.
        restated: f64,
    }
}
