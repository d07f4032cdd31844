//! Money as decimals, exactly: what a tool writes in cents, yen or thousandths becomes units of the currency, never a float.

/// Decimal places an amount is computed with; tables show six of them (R7.7).
const PLACES: u32 = 12;
const ONE: i128 = 10_i128.pow(PLACES);
/// From the twelve places kept to the six shown.
const TO_SHOWN: i128 = 1_000_000;

/// An amount in units of its currency. Arithmetic that leaves the range gives nothing rather than a wrong figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Amount(i128);

impl Amount {
    /// Nothing to pay.
    pub(super) const ZERO: Self = Self(0);

    /// Reads a plain decimal: `-1200`, `12.5`, `1.2e3`. Marks of thousands and currency signs have been taken off before.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (negative, digits) = match mantissa.as_bytes().first()? {
            b'-' => (true, &mantissa[1..]),
            b'+' => (false, &mantissa[1..]),
            _ => (false, mantissa),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let mut value = 0_i128;
        for digit in whole.bytes().chain(fraction.bytes()) {
            let digit = digit.is_ascii_digit().then(|| i128::from(digit - b'0'))?;
            value = value.checked_mul(10)?.checked_add(digit)?;
        }
        let places = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        let shift = i32::try_from(PLACES).ok()?.checked_sub(places)?;
        let value = match u32::try_from(shift) {
            Ok(up) => value.checked_mul(10_i128.checked_pow(up)?)?,
            Err(_) => 10_i128.checked_pow(shift.unsigned_abs()).map_or(0, |by| rounded(value, by)),
        };
        Some(Self(if negative { -value } else { value }))
    }

    /// Takes an amount that was counted in the smallest unit to units of the currency.
    pub(super) fn out_of_minor(self, currency: &str) -> Option<Self> {
        self.divided(10_i128.pow(minor_places(currency)))
    }

    /// The sum.
    pub(super) fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// What is left of it; never below nothing.
    pub(super) fn less(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(|left| Self(left.max(0)))
    }

    /// The amount so many times; quantities may be parts of one.
    pub(super) fn times(self, quantity: Self) -> Option<Self> {
        if quantity.0 % ONE == 0 {
            return self.0.checked_mul(quantity.0 / ONE).map(Self);
        }
        self.0.checked_mul(quantity.0).map(|value| Self(rounded(value, ONE)))
    }

    /// The amount by a whole number.
    pub(super) fn divided(self, by: i128) -> Option<Self> {
        (by > 0).then(|| Self(rounded(self.0, by)))
    }

    /// The amount by a ratio of whole numbers.
    pub(super) fn scaled(self, times: i128, by: i128) -> Option<Self> {
        Self(self.0.checked_mul(times)?).divided(by)
    }

    /// The whole number at or above it.
    pub(super) fn ceiling(self) -> i128 {
        self.0.div_euclid(ONE) + i128::from(self.0.rem_euclid(ONE) != 0)
    }

    /// The whole number at or below it.
    pub(super) fn floor(self) -> i128 {
        self.0.div_euclid(ONE)
    }

    /// A whole number as an amount.
    pub(super) fn of(whole: i128) -> Option<Self> {
        whole.checked_mul(ONE).map(Self)
    }

    /// Its digits, at most six places, without trailing zeros.
    pub(super) fn text(self) -> String {
        digits(rounded(self.0, TO_SHOWN), 1_000_000, 6)
    }

    /// Its digits, at most twelve places: what is summed before it is rounded (R7.7).
    pub(super) fn exact_text(self) -> String {
        digits(self.0, ONE.unsigned_abs(), 12)
    }
}

/// A whole number of parts of one as a decimal, without trailing zeros.
fn digits(value: i128, one: u128, places: usize) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let (whole, fraction) = (value.unsigned_abs() / one, value.unsigned_abs() % one);
    if fraction == 0 {
        return format!("{sign}{whole}");
    }
    let digits = format!("{fraction:0places$}");
    format!("{sign}{whole}.{}", digits.trim_end_matches('0'))
}

/// Division, half away from nothing.
fn rounded(value: i128, by: i128) -> i128 {
    let (quotient, rest) = (value / by, value % by);
    let up = rest.unsigned_abs() >= by.unsigned_abs() - rest.unsigned_abs();
    if up { quotient + value.signum() } else { quotient }
}

/// How many decimals a currency's smallest unit stands for (Stripe's list; UGX is unconfirmed there).
fn minor_places(currency: &str) -> u32 {
    match currency.to_ascii_uppercase().as_str() {
        "BIF" | "CLP" | "DJF" | "GNF" | "JPY" | "KMF" | "KRW" | "MGA" | "PYG" | "RWF" | "UGX" | "VND" | "VUV"
        | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "JOD" | "KWD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(Amount::parse(text).map(Amount::text).as_deref(), Some(expected), "{text}");
    }

    #[test]
    fn decimals_are_read_and_written_exactly() {
        check("12000.0", "12000");
        check("48500.50", "48500.5");
        check("-0.1", "-0.1");
        check(".5", "0.5");
        check("1e3", "1000");
        check("1.25E-1", "0.125");
        check("0.0000005", "0.000001");
        check("0.000000499999", "0");
        check("-0.0000001", "0");
        check("9007199254740993", "9007199254740993");
        for not in ["", "-", ".", "1.2.3", "1,200", "NaN", "inf", "1e", "1e99999999999", "1e40", "0x10"] {
            assert_eq!(Amount::parse(not), None, "{not}");
        }
        assert_eq!(Amount::parse("1e-400"), Some(Amount::ZERO));
    }

    #[test]
    fn the_smallest_unit_differs_by_currency() {
        let minor = |text, currency| {
            Amount::parse(text).and_then(|amount| amount.out_of_minor(currency)).expect("an amount").text()
        };
        assert_eq!(minor("4900", "eur"), "49");
        assert_eq!(minor("12.5", "EUR"), "0.125");
        assert_eq!(minor("5000", "jpy"), "5000");
        assert_eq!(minor("12340", "kwd"), "12.34");
    }

    #[test]
    fn arithmetic_rounds_once_and_never_wraps() {
        let amount = |text| Amount::parse(text).expect("an amount");
        assert_eq!(
            amount("1188").times(amount("10")).and_then(|a| a.scaled(1, 12)).map(Amount::text).as_deref(),
            Some("990")
        );
        assert_eq!(amount("100").scaled(1, 12).map(Amount::text).as_deref(), Some("8.333333"));
        assert_eq!(amount("-100").scaled(1, 12).map(Amount::exact_text).as_deref(), Some("-8.333333333333"));
        assert_eq!(amount("0.5").times(amount("0.5")).map(Amount::text).as_deref(), Some("0.25"));
        assert_eq!(amount("10").less(amount("15")), Some(Amount::ZERO));
        assert_eq!(amount("1e26").times(amount("1e26")), None);
    }

    #[test]
    fn quotients_and_ends_go_the_right_way() {
        let amount = |text| Amount::parse(text).expect("an amount");
        assert_eq!((amount("2.1").ceiling(), amount("2").ceiling(), amount("2.9").floor()), (3, 2, 2));
    }
}
