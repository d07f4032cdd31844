//! Figures as text: three significant figures on charts and in tables, whole percent in sentences, halves away from
//! zero, changes of shares in points.

use jiff::civil::Date;

use crate::model::period::{Calendar, Period, Unit, plus_days, plus_months};
use crate::model::reading::{Datum, Reading, ValueUnit};

/// The minus sign; a hyphen is none.
const MINUS: &str = "\u{2212}";

/// How a metric's figures are written.
#[derive(Debug, Clone)]
pub struct Style {
    /// What the value is.
    pub unit: ValueUnit,
    /// The sign of the workspace's currency: `€`.
    pub currency: String,
    /// Significant figures: three, four where printed figures would disagree.
    pub digits: i32,
}

impl Style {
    /// Three significant figures.
    pub fn new(unit: ValueUnit, currency: Option<&str>) -> Self {
        Self { unit, currency: currency_sign(currency), digits: 3 }
    }

    /// A level with its unit: `41.7 %`, `212`, `€2.91 M`.
    pub fn level(&self, value: f64) -> String {
        match self.unit {
            ValueUnit::Share => format!("{} %", significant(value * 100.0, self.digits)),
            ValueUnit::Count => whole_or(value, self.digits),
            ValueUnit::Number => significant(value, self.digits),
            ValueUnit::Money => self.money(value),
        }
    }

    /// A level at its point in a chart, where the axis says the unit: `41.7`.
    pub fn label(&self, value: f64) -> String {
        match self.unit {
            ValueUnit::Share => significant(value * 100.0, self.digits),
            ValueUnit::Count | ValueUnit::Number => short(value, self.digits),
            ValueUnit::Money => short(value, self.digits),
        }
    }

    /// A level in a sentence: `31 %`, else as elsewhere.
    pub fn sentence(&self, value: f64) -> String {
        match self.unit {
            ValueUnit::Share => percent(value),
            ValueUnit::Count | ValueUnit::Number | ValueUnit::Money => self.level(value),
        }
    }

    /// A range in a sentence: `19 to 27 %`.
    pub fn range(&self, low: f64, high: f64) -> String {
        match self.unit {
            ValueUnit::Share => format!("{} to {}", whole(low * 100.0), percent(high)),
            ValueUnit::Count | ValueUnit::Number | ValueUnit::Money => {
                format!("{} to {}", self.level(low), self.level(high))
            }
        }
    }

    /// A change from unrounded values: `+2.1 pp` for shares, `+12.4 %` else; nothing where the base is 0 or less.
    pub fn change(&self, from: f64, to: f64) -> Option<String> {
        match self.unit {
            ValueUnit::Share => Some(format!("{} pp", signed((to - from) * 100.0, self.decimals(to, from)))),
            ValueUnit::Count | ValueUnit::Number | ValueUnit::Money => (from > 0.0).then(|| {
                let change = (to - from) / from * 100.0;
                format!("{} %", signed(change, decimals(change, self.digits)))
            }),
        }
    }

    /// A change in a sentence: `+2 points`, `−9 points`, `+12 %`.
    pub fn change_in_words(&self, from: f64, to: f64) -> Option<String> {
        match self.unit {
            ValueUnit::Share => Some(points(to - from)),
            ValueUnit::Count | ValueUnit::Number | ValueUnit::Money => {
                (from > 0.0).then(|| format!("{} %", signed((to - from) / from * 100.0, 0)))
            }
        }
    }

    /// Whether `from`, `to` and the change between them, as printed, add up.
    pub fn agrees(&self, from: f64, to: f64) -> bool {
        if self.unit != ValueUnit::Share {
            return true;
        }
        let places = self.decimals(to, from);
        let printed = round(to * 100.0, decimals(to * 100.0, self.digits))
            - round(from * 100.0, decimals(from * 100.0, self.digits));
        (printed - round((to - from) * 100.0, places)).abs() < 0.5 * 10f64.powi(-places)
    }

    fn decimals(&self, to: f64, from: f64) -> i32 {
        decimals(to * 100.0, self.digits).min(decimals(from * 100.0, self.digits))
    }

    /// An amount by which something moved: `+€11.7 k`.
    pub fn moved(&self, value: f64) -> String {
        if value > 0.0 { format!("+{}", self.level(value)) } else { self.level(value) }
    }

    fn money(&self, value: f64) -> String {
        format!("{}{}{}", if value < 0.0 { MINUS } else { "" }, self.currency, short(value.abs(), self.digits))
    }
}

/// What stands before amounts: the currency's sign, else its code and a space.
pub fn currency_sign(currency: Option<&str>) -> String {
    match currency {
        Some("EUR") => "€".to_owned(),
        Some("USD") => "$".to_owned(),
        Some("GBP") => "£".to_owned(),
        Some(code) => format!("{code} "),
        None => String::new(),
    }
}

/// A share in a sentence: `31 %`.
pub fn percent(share: f64) -> String {
    format!("{} %", whole(share * 100.0))
}

/// A part of all in a sentence: nearly all of it is not all, nearly nothing not nothing.
pub fn percent_of_all(share: f64) -> String {
    match percent(share).as_str() {
        "100 %" if share < 1.0 => "over 99 %".to_owned(),
        "0 %" if share > 0.0 => "under 1 %".to_owned(),
        text => text.to_owned(),
    }
}

/// A difference of shares in a sentence: `+14 points`.
pub fn points(difference: f64) -> String {
    let text = signed(difference * 100.0, 0);
    let unit = if text == "+1" || text == format!("{MINUS}1") { "point" } else { "points" };
    format!("{text} {unit}")
}

/// A whole number with thousands apart: `1,072`.
pub fn count(value: u64) -> String {
    grouped(&value.to_string())
}

/// A small number in words, as prose writes it: `one` to `twelve`, then figures.
pub fn in_words(value: usize) -> String {
    const WORDS: [&str; 13] =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    WORDS.get(value).map_or_else(|| count(value as u64), |word| (*word).to_owned())
}

/// `1 week`, `3 weeks`.
pub fn plural(value: usize, one: &str, many: &str) -> String {
    if value == 1 { format!("1 {one}") } else { format!("{} {many}", count(value as u64)) }
}

/// What a share is of: `141 of 322`, of money `of €4.1 M`; a count's own: nothing.
pub fn counts(reading: &Reading, style: &Style) -> Option<String> {
    let rest = |name: &str| reading.rest.iter().find(|(column, _)| *column == name).map(|(_, datum)| datum);
    let of = |counted, eligible| format!("{} of {}", count(counted), count(eligible));
    match (reading.share, rest("at_least"), rest("counted"), rest("base")) {
        (Some(share), ..) => Some(of(share.counted, share.eligible)),
        (None, Some(Datum::Count(counted)), Some(Datum::Count(eligible)), _) => {
            Some(of(u64::try_from(*counted).ok()?, u64::try_from(*eligible).ok()?))
        }
        (None, _, _, Some(Datum::Money(micros))) => Some(format!("of {}", style.money(*micros as f64 / 1e6))),
        (None, ..) => None,
    }
}

/// A count: whole numbers need no decimals to say so.
pub fn whole_or(value: f64, digits: i32) -> String {
    if value.fract() == 0.0 && value.abs() < 1000.0 { fixed(value, 0) } else { significant(value, digits) }
}

/// A number with so many significant figures, thousands apart.
pub fn significant(value: f64, digits: i32) -> String {
    fixed(value, decimals(value, digits))
}

/// The same, with `k` and `M` for large numbers.
pub fn short(value: f64, digits: i32) -> String {
    let size = round(value.abs(), decimals(value, digits));
    if size >= 1e9 {
        format!("{} bn", significant(value / 1e9, digits))
    } else if size >= 1e6 {
        format!("{} M", significant(value / 1e6, digits))
    } else if size >= 1e4 {
        format!("{} k", significant(value / 1e3, digits))
    } else {
        whole_or(value, digits)
    }
}

/// A number rounded to so many decimals (or, if negative, to tens and hundreds), halves away from zero.
pub fn round(value: f64, places: i32) -> f64 {
    // A decimal half is seldom a binary one: 28.5 may be held as 28.499999999999996. The nudge is far below any digit.
    let scale = 10f64.powi(places);
    (value * scale * (1.0 + 4.0 * f64::EPSILON)).round() / scale
}

/// How many decimals show so many significant figures.
fn decimals(value: f64, digits: i32) -> i32 {
    if value == 0.0 || !value.is_finite() {
        return 0;
    }
    let places = |value: f64| digits - 1 - value.abs().log10().floor() as i32;
    let first = places(value);
    let rounded = round(value, first);
    places(rounded).min(first).min(6)
}

fn fixed(value: f64, places: i32) -> String {
    let rounded = round(value, places);
    let text = format!("{:.*}", usize::try_from(places.max(0)).unwrap_or(0), rounded.abs());
    let negative = rounded < 0.0 && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    format!("{}{}", if negative { MINUS } else { "" }, grouped(&text))
}

fn whole(value: f64) -> String {
    fixed(value, 0)
}

/// A number with its sign and so many decimals.
pub fn signed(value: f64, places: i32) -> String {
    let text = fixed(value, places);
    let positive = value > 0.0 && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    if positive { format!("+{text}") } else { text }
}

fn grouped(text: &str) -> String {
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `June`
pub fn month(day: Date) -> &'static str {
    MONTHS[usize::from(day.month().unsigned_abs()) - 1]
}

/// `3 Nov 2026`
pub fn day(day: Date) -> String {
    format!("{} {}", short_day(day), day.year())
}

/// `3 Nov`
pub fn short_day(day: Date) -> String {
    format!("{} {}", day.day(), &month(day)[..3])
}

/// `3 November 2026`
pub fn long_day(day: Date) -> String {
    format!("{} {} {}", day.day(), month(day), day.year())
}

/// A period by name: `the week of 22 Jun 2026`, `June 2026`, `Q2 2026`, `2026`.
pub fn period_name(calendar: &Calendar, unit: Unit, period: Period) -> String {
    let last = plus_days(period.end, -1);
    match unit {
        Unit::Day => day(period.start),
        Unit::Week => format!("the week of {}", day(period.start)),
        Unit::Month => format!("{} {}", month(period.start), period.start.year()),
        Unit::Quarter if calendar.fiscal_year_starts == 1 => {
            format!("Q{} {}", (period.start.month() - 1) / 3 + 1, period.start.year())
        }
        Unit::Quarter => {
            let year = plus_months(calendar.period(Unit::Year, period.start).end, -1).year();
            let since = (period.start.month() - calendar.fiscal_year_starts).rem_euclid(12);
            format!("Q{} of fiscal {year}", since / 3 + 1)
        }
        Unit::Year if calendar.fiscal_year_starts == 1 => period.start.year().to_string(),
        Unit::Year => format!("fiscal {}", last.year()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_significant_figures_and_halves_away_from_zero() {
        let cases = [
            (43.84, "43.8"),
            (0.285 * 100.0, "28.5"),
            (9.996, "10.0"),
            (99.96, "100"),
            (212.0, "212"),
            (1234.0, "1,230"),
            (0.0, "0"),
            (-0.0001, "\u{2212}0.000100"),
            (-0.000_000_1, "0.000000"),
            (7.0, "7.00"),
            (8.345, "8.35"),
        ];
        for (value, text) in cases {
            assert_eq!(significant(value, 3), text, "{value}");
        }
        assert_eq!(percent(0.285), "29 %");
        assert_eq!([0.9985, 1.0, 0.0015, 0.0].map(percent_of_all), ["over 99 %", "100 %", "under 1 %", "0 %"]);
        assert_eq!(percent(-0.125), "\u{2212}13 %");
        assert_eq!(points(0.0104), "+1 point");
        assert_eq!(points(-0.0004), "0 points");
    }

    #[test]
    fn money_is_short_and_changes_of_shares_are_points() {
        let money = Style::new(ValueUnit::Money, Some("EUR"));
        assert_eq!(money.level(2_912_345.0), "€2.91 M");
        assert_eq!(money.level(312_400.0), "€312 k");
        assert_eq!(money.level(999_999.0), "€1.00 M");
        let share = Style::new(ValueUnit::Share, None);
        assert_eq!(share.change(0.417, 0.438).as_deref(), Some("+2.1 pp"));
        let count = Style::new(ValueUnit::Count, None);
        assert_eq!(count.change(80.0, 100.0).as_deref(), Some("+25.0 %"));
        assert_eq!(count.change(0.0, 100.0), None);
    }

    #[test]
    fn figures_that_would_disagree_are_found() {
        let share = Style::new(ValueUnit::Share, None);
        assert!(share.agrees(0.417, 0.438));
        assert!(!share.agrees(0.4174, 0.4385), "41.7, 43.9 and +2.1 do not add up");
        assert!(Style { digits: 4, ..share }.agrees(0.4174, 0.4385));
    }
}
