//! Numbers as spreadsheets write them (inputs.md 4): which mark is the decimal one is decided per column, over the whole file.

use std::collections::BTreeMap;

use super::times::shortened;
use super::{Code, Problem};

/// What the cells of a column show of their decimal mark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Evidence {
    point: u64,
    comma: u64,
}

/// The decimal mark of each column of a file.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    columns: BTreeMap<usize, Evidence>,
    declared: Option<char>,
    comma_is_delimiter: bool,
}

impl Marks {
    /// For a file whose mark is declared, or whose delimiter may tell it.
    pub fn new(declared: Option<char>, comma_is_delimiter: bool) -> Self {
        Self { columns: BTreeMap::new(), declared, comma_is_delimiter }
    }

    /// Takes a cell of a column into account.
    pub fn see(&mut self, column: usize, cell: &str) {
        if plain(cell, None).is_some() {
            return;
        }
        // A day or a version shows nothing: with neither mark is it a number.
        let number = |bare: &Bare| bare.value('.').or(bare.value(',')).is_some();
        let Some(bare) = Bare::of(cell).filter(number) else { return };
        let evidence = self.columns.entry(column).or_default();
        match bare.shows() {
            Some('.') => evidence.point += 1,
            Some(_) => evidence.comma += 1,
            None => {}
        }
    }

    /// The decimal mark of a column: what it shows, else what the file's other columns show, else the delimiter.
    pub fn of(&self, column: usize) -> Option<char> {
        let all = self.columns.values().fold(Evidence::default(), |all, one| Evidence {
            point: all.point + one.point,
            comma: all.comma + one.comma,
        });
        let own = self.columns.get(&column).copied().unwrap_or_default();
        self.declared.or(own.verdict()).or(all.verdict()).or(self.comma_is_delimiter.then_some('.'))
    }
}

impl Evidence {
    fn verdict(self) -> Option<char> {
        match self.point.cmp(&self.comma) {
            std::cmp::Ordering::Greater => Some('.'),
            std::cmp::Ordering::Less => Some(','),
            std::cmp::Ordering::Equal => (self.point > 0).then_some('.'),
        }
    }
}

/// Reads a number whose decimal mark is known (or not: then only what has no mark is read).
///
/// # Errors
/// `number-unreadable`; `number-ambiguous` for `1.234` where nothing shows what the mark means.
pub fn read(cell: &str, decimal: Option<char>) -> Result<f64, Problem> {
    if let Some(value) = plain(cell, decimal) {
        return Ok(value);
    }
    let unreadable =
        || Problem::new(Code::NumberUnreadable, format!("`{}` is no number that is read", shortened(cell)));
    let bare = Bare::of(cell).ok_or_else(unreadable)?;
    if decimal.is_none() && bare.has_marks() && bare.shows().is_none() {
        let because = format!("`{}` may have a decimal mark or one between thousands", shortened(cell));
        return Err(Problem::new(Code::NumberAmbiguous, because));
    }
    let decimal = decimal.or(bare.shows()).unwrap_or('.');
    bare.value(decimal).ok_or_else(unreadable)
}

/// The number of a cell that leaves nothing to decide, as nearly all are: digits, after a minus perhaps, and with a point
/// perhaps where it is known to be the decimal mark.
fn plain(cell: &str, decimal: Option<char>) -> Option<f64> {
    let digits = cell.strip_prefix('-').unwrap_or(cell).as_bytes();
    let (mut points, ends) = (0, [digits.first()?, digits.last()?]);
    let is_plain = digits.iter().all(|byte| {
        points += u32::from(*byte == b'.');
        byte.is_ascii_digit() || *byte == b'.'
    });
    let is_read = points == 0 || (points == 1 && decimal == Some('.') && ends.iter().all(|end| end.is_ascii_digit()));
    (is_plain && is_read).then(|| cell.parse().ok()).flatten().filter(|value: &f64| value.is_finite())
}

/// A number without currency, spaces and apostrophes: its sign, its digits and marks, and its exponent.
struct Bare {
    negative: bool,
    digits: String,
    exponent: String,
}

impl Bare {
    fn of(cell: &str) -> Option<Self> {
        let mut text: String =
            cell.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '’' | '\u{202f}')).collect();
        let mut negative = false;
        // A sign, or brackets that are one, may stand outside or inside the currency: -€5, €-5, ($5), $(5).
        for _ in 0..2 {
            if let Some(inner) = text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
                (negative, text) = (!negative, inner.to_owned());
            }
            text = without_currency(&text).to_owned();
            if let Some(rest) = text.strip_prefix(['-', '−']) {
                (negative, text) = (!negative, rest.to_owned());
            } else if let Some(rest) = text.strip_prefix('+') {
                text = rest.to_owned();
            }
        }
        let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((&text, ""));
        let sound = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == ',')
            && digits.bytes().any(|byte| byte.is_ascii_digit())
            && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
            && exponent.trim_start_matches(['-', '+']).bytes().all(|byte| byte.is_ascii_digit())
            && exponent.is_empty() != text.contains(['e', 'E']);
        sound.then(|| Self { negative, digits: digits.to_owned(), exponent: exponent.to_owned() })
    }

    fn has_marks(&self) -> bool {
        self.digits.contains(['.', ','])
    }

    /// The decimal mark that the cell shows by itself.
    fn shows(&self) -> Option<char> {
        let last = self.digits.rfind(['.', ','])?;
        let mark = char::from(self.digits.as_bytes()[last]);
        let other = if mark == '.' { ',' } else { '.' };
        if self.digits.contains(other) {
            return Some(mark);
        }
        if self.digits.matches(mark).count() > 1 {
            return Some(other);
        }
        let (before, after) = (&self.digits[..last], &self.digits[last + 1..]);
        // No thousands are written 0.123 or 1234.567.
        (after.len() != 3 || before.len() > 3 || before.is_empty() || before == "0").then_some(mark)
    }

    fn value(&self, decimal: char) -> Option<f64> {
        let thousands = if decimal == '.' { ',' } else { '.' };
        let (whole, part) = self.digits.split_once(decimal).unwrap_or((&self.digits, ""));
        if part.contains(['.', ',']) {
            return None;
        }
        let mut groups = whole.split(thousands);
        let first = groups.next().unwrap_or("");
        let mut plain = first.to_owned();
        for group in groups {
            // India counts in twos after the first three, so a group may have two digits.
            if !matches!(group.len(), 2 | 3) || first.is_empty() || first.len() > 3 {
                return None;
            }
            plain.push_str(group);
        }
        if whole.rsplit(thousands).next().is_some_and(|last| whole.contains(thousands) && last.len() != 3) {
            return None;
        }
        let exponent = if self.exponent.is_empty() { "0" } else { &self.exponent };
        let value: f64 = format!("{plain}.{part}e{exponent}").parse().ok()?;
        (value.is_finite()).then_some(if self.negative { -value } else { value })
    }
}

fn without_currency(text: &str) -> &str {
    let sign = |c: char| matches!(c, '€' | '$' | '£' | '¥' | '₹' | '₩' | '₽' | '₺' | '₪' | '฿' | '₫' | '₦' | '₱' | '₴');
    let text = text.trim_start_matches(sign).trim_end_matches(sign);
    let code = |part: &str| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_uppercase());
    if let Some((head, rest)) = text.split_at_checked(3).filter(|(head, _)| code(head)) {
        let _ = head;
        return rest;
    }
    match text.len().checked_sub(3).and_then(|at| text.split_at_checked(at)) {
        Some((rest, tail)) if code(tail) => rest,
        _ => text,
    }
}

/// Whether a cell stands for nothing where a time or a number is expected in CRM and billing (inputs.md 4).
pub fn is_nothing(cell: &str) -> bool {
    matches!(cell.trim(), "" | "NULL" | "\\N" | "null" | "None" | "N/A")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cell: &str, decimal: Option<char>, expected: Result<f64, Code>) {
        assert_eq!(read(cell, decimal).map_err(|problem| problem.code), expected, "{cell}");
    }

    #[test]
    fn signs_currencies_and_thousands_are_taken_off() {
        for (cell, value) in [
            ("1,204.50", 1204.5),
            ("(250.00)", -250.0),
            ("−7", -7.0),
            ("€ 1'200", 1200.0),
            ("EUR 12.5", 12.5),
            ("12.5 USD", 12.5),
            ("$1,200", 1200.0),
            ("1e3", 1000.0),
            ("-$5", -5.0),
            ("$(250.00)", -250.0),
            ("(250.00) USD", -250.0),
            ("EUR (7)", -7.0),
            ("($5)", -5.0),
            ("1 204", 1204.0),
            ("1\u{a0}204.5", 1204.5),
            (".5", 0.5),
        ] {
            check(cell, Some('.'), Ok(value));
        }
        check("1.204,50", Some(','), Ok(1204.5));
    }

    #[test]
    fn what_does_not_fit_the_columns_mark_is_refused() {
        for cell in ["12.5", "NaN", "Infinity", "n/a", "12k", "1.2.3", "", "e5", "12%"] {
            check(cell, Some(','), Err(Code::NumberUnreadable));
        }
        check("1.234", None, Err(Code::NumberAmbiguous));
        check("1234", None, Ok(1234.0));
    }

    #[test]
    fn a_column_follows_its_own_cells_then_the_file_then_the_delimiter() {
        let mut marks = Marks::new(None, false);
        marks.see(0, "1.204");
        assert_eq!(marks.of(0), None);
        marks.see(1, "12,5");
        assert_eq!((marks.of(0), marks.of(1)), (Some(','), Some(',')));
        assert_eq!(Marks::new(None, true).of(0), Some('.'));
        marks.see(0, "1,234,567");
        assert_eq!(marks.of(0), Some('.'));
    }
}
