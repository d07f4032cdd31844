//! Values that can be written in more than one way, and the words the plan uses.

use jiff::civil::{Date, Weekday};
use serde_json::{Value, json};
use toml::de::DeValue;

use super::read::{At, Named, Node, Read, parse_date, refuse, tables, words};
use crate::model::metric::{Actor, Better, Clock, CohortEntry, Excluded, FunnelEntry, FunnelOrder, Pace};
use crate::model::period::Unit;
use crate::plan::issues;
use crate::plan::problems::Problems;
use crate::plan::source::{DateOrder, Kind, Resolution};
use crate::plan::{Chart, Design, Expect, SegmentFrom};

/// One, or a list.
#[derive(Debug, Clone, PartialEq)]
pub struct OneOrMany<T>(pub Vec<At<T>>);

impl<T: Read> Read for OneOrMany<T> {
    fn wanted() -> String {
        format!("{} or a list", T::wanted())
    }

    fn read(node: &Node<'_>, label: &str, problems: &mut Problems) -> Option<Self> {
        if node.get_ref().is_array() {
            return Vec::read(node, label, problems).map(Self);
        }
        T::read(node, label, problems).map(|value| Self(vec![At { value, span: node.span() }]))
    }

    fn schema() -> Value {
        json!({ "anyOf": [T::schema(), Vec::<At<T>>::schema()] })
    }
}

/// What can be written as one text instead of as a table.
pub(in crate::plan) trait FromText {
    /// The table that the text stands for.
    fn from_text(text: At<String>) -> Self;
}

/// A table, or the text that stands for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Short<T>(pub T);

impl<T: Read + FromText> Read for Short<T> {
    fn wanted() -> String {
        "text or a table".into()
    }

    fn read(node: &Node<'_>, label: &str, problems: &mut Problems) -> Option<Self> {
        match node.get_ref() {
            DeValue::String(_) => {
                let value = String::read(node, label, problems)?;
                Some(Self(T::from_text(At { value, span: node.span() })))
            }
            DeValue::Table(_) => T::read(node, label, problems).map(Self),
            _ => refuse(node, label, problems),
        }
    }

    fn schema() -> Value {
        json!({ "anyOf": [String::schema(), T::schema()] })
    }
}

tables! {
    /// A signal as a metric names it.
    SignalUse {
        /// The signal's id, or `any`.
        signal: String [required],
        /// How many times make one use.
        at_least: u32,
        /// Within which period these times must fall: day or week.
        per: Unit,
    }

    /// One step of a funnel.
    StepUse {
        /// The signal's id, or `any`.
        signal: String [required],
        /// How long after the step before.
        within: crate::model::length::Length,
        /// How many times make it happen.
        at_least: u32,
        /// Within which period these times must fall: day or week.
        per: Unit,
    }

    /// One thing that an activation asks for.
    CriterionUse {
        /// The signal's id, or `any`.
        signal: String,
        /// A gauge in place of a signal.
        gauge: String,
        /// How many times, or the gauge's value.
        at_least: f64,
        /// On how many different days.
        days: u32,
        /// By how many different users.
        users: u32,
        /// How many different values of the signal's `distinct`; or the property whose values are counted.
        distinct: NumberOrText,
    }

    /// A choice of criteria.
    ReachChoice {
        /// Every one of these.
        all_of: Vec<At<Short<CriterionUse>>>,
        /// One or more of these.
        any_of: Vec<At<Short<CriterionUse>>>,
        /// So many or more of `signals`.
        n_of: u32,
        /// The criteria that `n_of` counts.
        signals: Vec<At<Short<CriterionUse>>>,
    }

    /// An event that must not stand between two steps.
    ExcludeUse {
        /// The signal's id.
        signal: String [required],
        /// After this step, from 1.
        after: u32,
        /// Before this step, from 1.
        before: u32,
        /// What becomes of the attempt: remove or drop.
        then: Excluded,
    }

    /// Points on the way to a target.
    PathPoints {
        /// The value wanted at each day.
        points: Named<f64> [required],
    }
}

impl FromText for SignalUse {
    fn from_text(text: At<String>) -> Self {
        Self { signal: Some(text), ..Self::default() }
    }
}

impl FromText for StepUse {
    fn from_text(text: At<String>) -> Self {
        Self { signal: Some(text), ..Self::default() }
    }
}

impl FromText for CriterionUse {
    fn from_text(text: At<String>) -> Self {
        Self { signal: Some(text), ..Self::default() }
    }
}

impl FromText for ExcludeUse {
    fn from_text(text: At<String>) -> Self {
        Self { signal: Some(text), ..Self::default() }
    }
}

/// A number, or the name of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NumberOrText {
    /// A number.
    Number(u32),
    /// A name.
    Text(String),
}

impl Read for NumberOrText {
    fn wanted() -> String {
        "a whole number or text".into()
    }

    fn read(node: &Node<'_>, label: &str, problems: &mut Problems) -> Option<Self> {
        match node.get_ref() {
            DeValue::String(_) => String::read(node, label, problems).map(Self::Text),
            DeValue::Integer(_) => u32::read(node, label, problems).map(Self::Number),
            _ => refuse(node, label, problems),
        }
    }

    fn schema() -> Value {
        json!({ "anyOf": [u32::schema(), String::schema()] })
    }
}

/// What an activation asks for: a list of criteria, all of them; or a choice.
#[derive(Debug, Clone)]
pub enum ReachUse {
    /// A list: every one.
    All(Vec<At<Short<CriterionUse>>>),
    /// `{ any_of = […] }`, `{ n_of = 2, signals = […] }`.
    Choice(ReachChoice),
}

impl Read for ReachUse {
    fn wanted() -> String {
        "a list or a table".into()
    }

    fn read(node: &Node<'_>, label: &str, problems: &mut Problems) -> Option<Self> {
        match node.get_ref() {
            DeValue::Array(array) => match array.iter().next() {
                Some(only) if array.len() == 1 && is_choice(only) => {
                    ReachChoice::read(only, label, problems).map(Self::Choice)
                }
                _ => Vec::read(node, label, problems).map(Self::All),
            },
            DeValue::Table(_) if is_choice(node) => ReachChoice::read(node, label, problems).map(Self::Choice),
            _ => {
                let criterion = Short::<CriterionUse>::read(node, label, problems)?;
                Some(Self::All(vec![At { value: criterion, span: node.span() }]))
            }
        }
    }

    fn schema() -> Value {
        let list = Vec::<At<Short<CriterionUse>>>::schema();
        let choices = json!({ "type": "array", "items": ReachChoice::schema(), "maxItems": 1 });
        json!({ "anyOf": [Short::<CriterionUse>::schema(), list, ReachChoice::schema(), choices] })
    }
}

fn is_choice(node: &Node<'_>) -> bool {
    ["any_of", "n_of", "all_of", "signals"].iter().any(|key| node.get_ref().get(*key).is_some())
}

/// How a target is approached: `linear`, `step`, or points.
#[derive(Debug, Clone)]
pub enum PathUse {
    /// In a straight line.
    Linear,
    /// At once.
    Step,
    /// Through points by day.
    Points(Named<f64>),
}

impl Read for PathUse {
    fn wanted() -> String {
        "`linear`, `step` or `{ points = { 2026-12-31 = 0.26 } }`".into()
    }

    fn read(node: &Node<'_>, label: &str, problems: &mut Problems) -> Option<Self> {
        match node.get_ref() {
            DeValue::String(text) => match text.as_ref() {
                "linear" => Some(Self::Linear),
                "step" => Some(Self::Step),
                other => {
                    problems.push(&node.span(), issues::unknown_word(label, other, &["linear", "step"]));
                    None
                }
            },
            DeValue::Table(table) if table.keys().all(|key| parse_date(key.get_ref()).is_some()) => {
                Named::read(node, label, problems).map(Self::Points)
            }
            DeValue::Table(_) => {
                let points = PathPoints::read(node, label, problems)?;
                points.points.map(|points| Self::Points(points.value))
            }
            _ => refuse(node, label, problems),
        }
    }

    fn schema() -> Value {
        json!({ "anyOf": [{ "enum": ["linear", "step"] }, PathPoints::schema(), Named::<f64>::schema()] })
    }
}

/// `columns`: ours = their label; for CRM kinds with two files, a table for each.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnUse {
    /// Their label.
    Label(String),
    /// The labels of one of the two files.
    File(Named<String>),
}

impl Read for ColumnUse {
    fn wanted() -> String {
        "text or a table".into()
    }

    fn read(node: &Node<'_>, label: &str, problems: &mut Problems) -> Option<Self> {
        if node.get_ref().is_table() {
            return Named::read(node, label, problems).map(Self::File);
        }
        if node.get_ref().is_str() {
            String::read(node, label, problems).map(Self::Label)
        } else {
            refuse(node, label, problems)
        }
    }

    fn schema() -> Value {
        json!({ "anyOf": [String::schema(), Named::<String>::schema()] })
    }
}

/// A value of a kind that is not built yet: taken as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anything;

impl Read for Anything {
    fn wanted() -> String {
        "a value".into()
    }

    fn read(_: &Node<'_>, _: &str, _: &mut Problems) -> Option<Self> {
        Some(Self)
    }

    fn schema() -> Value {
        json!({})
    }
}

/// The name of an environment variable in which a secret stands. A literal is refused and never shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable(pub String);

impl Read for Variable {
    fn wanted() -> String {
        "the name of an environment variable".into()
    }

    fn read(node: &Node<'_>, label: &str, problems: &mut Problems) -> Option<Self> {
        match node.get_ref().as_str() {
            Some(name) if is_variable(name) => Some(Self(name.to_string())),
            _ => {
                problems.push_secret(&node.span(), issues::secret_in_value(label));
                None
            }
        }
    }

    fn schema() -> Value {
        json!({ "type": "string", "pattern": "^[A-Z][A-Z0-9_]*$" })
    }
}

/// Whether a text is a variable's name and not a key in capitals.
fn is_variable(name: &str) -> bool {
    let capitals = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let opens = name.bytes().next().is_some_and(|byte| byte.is_ascii_uppercase());
    let keylike = name.len() > 15 && !name.contains('_') && name.bytes().any(|byte| byte.is_ascii_digit());
    capitals && opens && !keylike
}

/// What retention counts as coming back: `on`, `on_or_after`, `bracket 1-4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CriterionWord(pub crate::model::metric::ReturnCriterion);

impl Read for CriterionWord {
    fn wanted() -> String {
        "`on`, `on_or_after` or `bracket 1-4`".into()
    }

    fn read(node: &Node<'_>, label: &str, problems: &mut Problems) -> Option<Self> {
        use crate::model::metric::ReturnCriterion::{Bracket, On, OnOrAfter};
        let Some(text) = node.get_ref().as_str() else { return refuse(node, label, problems) };
        let read = match text {
            "on" => Some(On),
            "on_or_after" => Some(OnOrAfter),
            _ => bracket(text).map(|(from, to)| Bracket(from, to)),
        };
        if read.is_none() {
            problems.push(&node.span(), issues::unknown_word(label, text, &["on", "on_or_after", "bracket 1-4"]));
        }
        read.map(Self)
    }

    fn schema() -> Value {
        json!({ "type": "string", "pattern": "^(on|on_or_after|bracket [0-9]+ ?- ?[0-9]+)$" })
    }
}

fn bracket(text: &str) -> Option<(u32, u32)> {
    let (from, to) = text.strip_prefix("bracket ")?.split_once('-')?;
    Some((from.trim().parse().ok()?, to.trim().parse().ok()?)).filter(|(from, to)| from <= to)
}

/// Whose value a funnel is broken down by: `entry`, `step 2`, `first`, `last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakdownWord(pub crate::model::metric::Breakdown);

impl Read for BreakdownWord {
    fn wanted() -> String {
        "`entry`, `step 2`, `first` or `last`".into()
    }

    fn read(node: &Node<'_>, label: &str, problems: &mut Problems) -> Option<Self> {
        use crate::model::metric::Breakdown::{Entry, First, Last, Step};
        let Some(text) = node.get_ref().as_str() else { return refuse(node, label, problems) };
        let read = match text {
            "entry" => Some(Entry),
            "first" => Some(First),
            "last" => Some(Last),
            _ => text.strip_prefix("step ").and_then(|step| step.parse().ok()).filter(|step| *step > 0).map(Step),
        };
        if read.is_none() {
            problems.push(&node.span(), issues::unknown_word(label, text, &["entry", "step 2", "first", "last"]));
        }
        read.map(Self)
    }

    fn schema() -> Value {
        json!({ "type": "string", "pattern": "^(entry|first|last|step [1-9][0-9]*)$" })
    }
}

/// The first month of the fiscal year, 1 to 12.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month(pub i8);

/// What `on_break` may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnBreak {
    /// Say so and leave with 1.
    Warn,
    /// Take nothing of the source.
    Stop,
}

/// What a gauge is reduced to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReduceWord {
    /// `sum`
    Sum,
    /// `mean`
    Mean,
    /// `share`
    Share,
}

/// What `order` may say, of an activation or a funnel.
pub type Order = FunnelOrder;

/// Whether amounts are in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amounts {
    /// `units`
    Units,
    /// `cents`
    Cents,
}

/// What `expects` may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Daily;

/// What a contract says a property is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeWord(pub &'static str);

words! {
    Unit { "day" => Self::Day, "week" => Self::Week, "month" => Self::Month, "quarter" => Self::Quarter, "year" => Self::Year }
    Actor { "account" => Self::Account, "user" => Self::User }
    Better { "higher" => Self::Higher, "lower" => Self::Lower, "none" => Self::None }
    Pace { "ahead" => Self::Ahead, "on" => Self::On, "behind" => Self::Behind }
    Order { "ordered" => Self::Ordered, "strict" => Self::Strict, "any" => Self::Any }
    Excluded { "remove" => Self::Remove, "drop" => Self::Drop }
    CohortEntry { "first_time" => Self::FirstTime, "recurring" => Self::Recurring }
    Clock { "calendar" => Self::Calendar, "rolling" => Self::Rolling }
    FunnelEntry { "best" => Self::Best, "first" => Self::First, "each" => Self::Each }
    ReduceWord { "sum" => Self::Sum, "mean" => Self::Mean, "share" => Self::Share }
    Expect { "increase" => Self::Increase, "decrease" => Self::Decrease }
    Design { "renewal" => Self::Renewal, "expansion" => Self::Expansion, "signup" => Self::Signup }
    Chart { "level" => Self::Level, "log" => Self::Log }
    SegmentFrom { "crm.company" => Self::CrmCompany, "billing" => Self::Billing, "events" => Self::Events }
    DateOrder { "dmy" => Self::Dmy, "mdy" => Self::Mdy, "ymd" => Self::Ymd }
    Resolution { "1ms" => Self::Subsecond, "1s" => Self::Second, "1d" => Self::Day }
    Amounts { "units" => Self::Units, "cents" => Self::Cents }
    Daily { "daily" => Self }
    OnBreak { "warn" => Self::Warn, "stop" => Self::Stop }
    TypeWord {
        "text" => Self("text"), "number" => Self("number"), "boolean" => Self("boolean"), "list" => Self("list"),
        "object" => Self("object"),
    }
    Weekday {
        "monday" => Self::Monday, "tuesday" => Self::Tuesday, "wednesday" => Self::Wednesday, "thursday" => Self::Thursday,
        "friday" => Self::Friday, "saturday" => Self::Saturday, "sunday" => Self::Sunday,
    }
    Month {
        "january" => Self(1), "february" => Self(2), "march" => Self(3), "april" => Self(4), "may" => Self(5), "june" => Self(6),
        "july" => Self(7), "august" => Self(8), "september" => Self(9), "october" => Self(10), "november" => Self(11),
        "december" => Self(12),
    }
    Kind {
        "posthog" => Self::Posthog, "segment" => Self::Segment, "amplitude" => Self::Amplitude, "mixpanel" => Self::Mixpanel,
        "ga4" => Self::Ga4, "snowplow" => Self::Snowplow, "events" => Self::Events, "snapshots" => Self::Snapshots,
        "hubspot" => Self::Hubspot, "salesforce" => Self::Salesforce, "crm" => Self::Crm, "stripe" => Self::Stripe,
        "subscriptions" => Self::Subscriptions, "changelog" => Self::Changelog, "evidence" => Self::Evidence,
        "members" => Self::Members,
    }
}

/// The days of a table of points, each said where it is none.
pub(in crate::plan) fn points(named: &Named<f64>, label: &str, problems: &mut Problems) -> Vec<(At<Date>, f64)> {
    let mut points = Vec::new();
    for (day, value) in &named.0 {
        match parse_date(&day.value) {
            Some(date) => points.push((At { value: date, span: day.span.clone() }, value.value)),
            None => problems.push(&day.span, issues::date_unreadable(&format!("a point of {label}"), &day.value)),
        }
    }
    points
}
