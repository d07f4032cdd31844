//! How often a subscription is paid, and what that makes a month.

use super::money::Amount;

/// A span of billing: so many of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Interval {
    count: i128,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Day,
    Week,
    Month,
    Year,
}

impl Interval {
    /// Reads what billing tools write: `month`, `Monthly`, `3 months`, `every 6 weeks`, `quarter`, `annual`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let lower = text.trim().to_lowercase();
        let lower = lower.strip_prefix("every ").or(lower.strip_prefix("per ")).unwrap_or(&lower).trim();
        let digits = lower.bytes().take_while(u8::is_ascii_digit).count();
        let (count, word) = lower.split_at(digits);
        let count = if count.is_empty() { 1 } else { count.parse().ok()? };
        let (each, unit) = unit(word.trim_start_matches([' ', '-', '_', 'x', '*', '/']))?;
        Self::of(i128::checked_mul(each, count)?, unit)
    }

    /// So many of a unit, by the unit's word.
    pub(super) fn counted(count: i128, word: &str) -> Option<Self> {
        let (each, unit) = unit(&word.trim().to_lowercase())?;
        Self::of(each.checked_mul(count)?, unit)
    }

    fn of(count: i128, unit: Unit) -> Option<Self> {
        (count > 0 && count <= 100_000).then_some(Self { count, unit })
    }

    /// What an amount paid once per interval makes a month: year / 12, week x 52 / 12, day x 365 / 12.
    pub(super) fn monthly(self, amount: Amount) -> Option<Amount> {
        match self.unit {
            Unit::Day => amount.scaled(365, 12 * self.count),
            Unit::Week => amount.scaled(52, 12 * self.count),
            Unit::Month => amount.scaled(1, self.count),
            Unit::Year => amount.scaled(1, 12 * self.count),
        }
    }

    /// In words: `month`, `3 month`.
    pub(super) fn text(self) -> String {
        let unit = match self.unit {
            Unit::Day => "day",
            Unit::Week => "week",
            Unit::Month => "month",
            Unit::Year => "year",
        };
        if self.count == 1 { unit.to_owned() } else { format!("{} {unit}", self.count) }
    }
}

fn unit(word: &str) -> Option<(i128, Unit)> {
    Some(match word {
        "day" | "days" | "daily" | "d" => (1, Unit::Day),
        "week" | "weeks" | "weekly" | "w" => (1, Unit::Week),
        "month" | "months" | "monthly" | "mo" | "m" => (1, Unit::Month),
        "quarter" | "quarters" | "quarterly" | "q" => (3, Unit::Month),
        "half-year" | "half year" | "half-yearly" | "semiannual" | "semi-annual" | "biannual" => (6, Unit::Month),
        "year" | "years" | "yearly" | "annual" | "annually" | "annum" | "y" => (1, Unit::Year),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(&str, &str)>) {
        let interval = Interval::parse(text);
        let told = interval.map(|interval| {
            let amount = Amount::parse("1200").expect("an amount");
            (interval.text(), interval.monthly(amount).expect("in range").text())
        });
        assert_eq!(told, expected.map(|(words, monthly)| (words.to_owned(), monthly.to_owned())), "{text}");
    }

    #[test]
    fn intervals_make_months() {
        check("month", Some(("month", "1200")));
        check(" Monthly ", Some(("month", "1200")));
        check("year", Some(("year", "100")));
        check("3 months", Some(("3 month", "400")));
        check("every 3 month", Some(("3 month", "400")));
        check("6-month", Some(("6 month", "200")));
        check("quarter", Some(("3 month", "400")));
        check("2 years", Some(("2 year", "50")));
        check("week", Some(("week", "5200")));
        check("4 week", Some(("4 week", "1300")));
        check("day", Some(("day", "36500")));
        check("30 days", Some(("30 day", "1216.666667")));
        for not in ["", "once", "0 months", "month of sundays", "999999999999 months", "one-time"] {
            check(not, None);
        }
        assert_eq!(Interval::counted(3, "month").map(Interval::text).as_deref(), Some("3 month"));
        assert_eq!(Interval::counted(0, "month"), None);
    }
}
