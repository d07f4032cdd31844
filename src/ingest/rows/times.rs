//! Times as exports write them (inputs.md 4): told exactly, or refused; never guessed.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::{Code, Problem};
use crate::model::period::epoch_day;
use crate::plan::source::DateOrder;

const SECOND_US: i64 = 1_000_000;
const DAY_US: i64 = 86_400 * SECOND_US;

/// How times of a column are meant.
#[derive(Debug, Clone)]
pub struct How {
    /// The zone of times without an offset.
    pub zone: TimeZone,
    /// The order in slashed dates, once it is known.
    pub order: Option<DateOrder>,
    /// Whether numbers are a wall clock of the zone, counted as if it were UTC.
    pub wall_clock: bool,
}

/// A time that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Microseconds since 1970 UTC.
    pub us: i64,
    /// The day as written, where no offset stands beside it.
    pub day: Option<Date>,
    /// How it was written.
    pub written: Written,
}

/// How a time was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// With a time of day.
    pub clock: bool,
    /// With an offset, or as a number since 1970.
    pub offset: bool,
    /// Its part of a second, in microseconds.
    pub fraction_us: i32,
}

/// What a slashed date shows of its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slashed {
    /// It is no slashed date.
    No,
    /// Either order fits.
    Either,
    /// The first part is over 12.
    DayFirst,
    /// The second part is over 12.
    MonthFirst,
}

/// Reads a time.
///
/// # Errors
/// `time-unreadable`, or `date-order-undecided` for a slashed date while the order is not known.
pub fn read(text: &str, how: &How) -> Result<Told, Problem> {
    let unreadable = || Problem::new(Code::TimeUnreadable, format!("`{}` is no time that is read", shortened(text)));
    let text = text.trim();
    if let Some(told) = usual(text, how) {
        return Ok(told);
    }
    if let Some(told) = epoch(text, how) {
        return told.ok_or_else(unreadable);
    }
    let mut rest = text;
    let date = match date(&mut rest, how.order) {
        Day::Is(date) => date,
        Day::Undecided => return Err(Code::DateOrderUndecided.into()),
        Day::No => return Err(unreadable()),
    };
    let rest = rest.trim_start_matches(['T', 't', ',', ' ']);
    if rest.is_empty() {
        return Ok(at_zone(date, 0, false, how));
    }
    clock(rest).and_then(|(us, offset)| placed(date, us, offset, how)).ok_or_else(unreadable)
}

/// What a text shows of the order of its date.
pub fn slashed(text: &str) -> Slashed {
    let mut rest = text.trim();
    let Some((first, mark)) = part(&mut rest, 2) else { return Slashed::No };
    let Some((second, again)) = part(&mut rest, 2) else { return Slashed::No };
    if !matches!(mark, '/' | '-') || again != mark || !rest.starts_with(|c: char| c.is_ascii_digit()) {
        return Slashed::No;
    }
    match (first > 12, second > 12) {
        (true, false) => Slashed::DayFirst,
        (false, true) => Slashed::MonthFirst,
        (false, false) | (true, true) => Slashed::Either,
    }
}

/// A number of up to so many digits and the mark behind it.
fn part(rest: &mut &str, longest: usize) -> Option<(u16, char)> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > longest {
        return None;
    }
    let mark = rest[digits..].chars().next()?;
    let number = rest[..digits].parse().ok()?;
    *rest = &rest[digits + mark.len_utf8()..];
    Some((number, mark))
}

/// The way that nearly all exports write, `2026-03-02T08:00:00.123+01:00`, read at one go; all else is left to the other ways.
fn usual(text: &str, how: &How) -> Option<Told> {
    let start = text.as_bytes().first_chunk::<19>()?;
    let [_, _, _, _, b'-', _, _, b'-', _, _, b'T' | b' ', _, _, b':', _, _, b':', _, _] = start else { return None };
    let number = |from: usize, to: usize| {
        start[from..to]
            .iter()
            .try_fold(0_u16, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u16::from(byte - b'0')))
    };
    let Day::Is(date) = Day::of(number(0, 4)?, number(5, 7)?, number(8, 10)?) else { return None };
    let [hour, minute, second] = [number(11, 13)?, number(14, 16)?, number(17, 19)?].map(i64::from);
    (hour < 24 && minute < 60 && second <= 60).then_some(())?;
    let whole = (hour * 3600 + minute * 60 + second) * SECOND_US;
    let rest = &text[start.len()..];
    let (part, rest) = rest.strip_prefix('.').map_or(Some((0, rest)), part_of_second)?;
    placed(date, whole + part, if rest.is_empty() { None } else { Some(offset(rest)?) }, how)
}

/// A number since 1970: nothing if it is none, nothing within if it lies beyond all calendars.
fn epoch(text: &str, how: &How) -> Option<Option<Told>> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let Ok(whole) = whole.parse::<i64>() else { return Some(None) };
    let (per_unit, decimals) = match whole {
        0..100_000_000_000 => (SECOND_US, 6),
        100_000_000_000..100_000_000_000_000 => (1_000, 3),
        100_000_000_000_000..100_000_000_000_000_000 => (1, 0),
        _ => (0, 0),
    };
    let part = format!("{fraction:0<6}")[..decimals].parse::<i64>().unwrap_or(0);
    let us = if per_unit == 0 { whole / 1_000 } else { whole * per_unit + part };
    let us = if text.starts_with('-') { -us } else { us };
    let fraction_us = i32::try_from(us.rem_euclid(SECOND_US)).unwrap_or(0);
    if !how.wall_clock {
        let written = Written { clock: true, offset: true, fraction_us };
        return Some(Some(Told { us, day: None, written }));
    }
    let day = crate::model::period::from_epoch_day(i32::try_from(us.div_euclid(DAY_US)).unwrap_or(i32::MAX));
    Some(Some(at_zone(day, us.rem_euclid(DAY_US), true, how)))
}

/// What stands at the beginning of a text that may be a date.
enum Day {
    Is(Date),
    Undecided,
    No,
}

impl Day {
    fn of(year: u16, month: u16, day: u16) -> Self {
        let date = || Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok();
        date().map_or(Self::No, Self::Is)
    }
}

/// Takes a date off the beginning of a text.
fn date(rest: &mut &str, order: Option<DateOrder>) -> Day {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 4 && rest.len() >= 8 && matches!(rest.as_bytes()[4], b'-' | b'/') {
        return year_first(rest);
    }
    if !(1..=2).contains(&digits) || rest[digits..].trim_start_matches([' ', '-']).starts_with(char::is_alphabetic) {
        return named(rest);
    }
    let Some((first, mark)) = part(rest, 2) else { return Day::No };
    let Some((second, again)) = part(rest, 2) else { return Day::No };
    let Some(year) = year(rest).filter(|_| again == mark) else { return Day::No };
    match (mark, order) {
        ('.', _) | ('/' | '-', Some(DateOrder::Dmy)) => Day::of(year, second, first),
        ('/' | '-', Some(DateOrder::Mdy)) => Day::of(year, first, second),
        ('/' | '-', None) => Day::Undecided,
        _ => Day::No,
    }
}

fn year_first(rest: &mut &str) -> Day {
    let year = rest[..4].parse().unwrap_or(0);
    let mark = rest.as_bytes()[4];
    *rest = &rest[5..];
    let Some((month, again)) = part(rest, 2) else { return Day::No };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if again != char::from(mark) || !(1..=2).contains(&digits) {
        return Day::No;
    }
    let day = rest[..digits].parse().unwrap_or(0);
    *rest = &rest[digits..];
    Day::of(year, month, day)
}

/// `2 Mar 2026`, `02-Mar-2026`, `Mar 2, 2026`, `Mon, 2 Mar 2026`.
fn named(rest: &mut &str) -> Day {
    if let Some((weekday, after)) = rest.split_once(',').filter(|(word, _)| word.chars().all(char::is_alphabetic)) {
        if !matches!(weekday.to_ascii_lowercase().get(..3), Some("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun"))
        {
            return Day::No;
        }
        *rest = after.trim_start();
    }
    let day_first = rest.starts_with(|c: char| c.is_ascii_digit());
    let day = if day_first { number(rest) } else { None };
    let Some(month) = month(rest) else { return Day::No };
    let day = if day_first { day } else { number(rest) };
    let (Some(day), Some(year)) = (day, year(rest)) else { return Day::No };
    Day::of(year, month, day)
}

/// A day of the month and the marks behind it.
fn number(rest: &mut &str) -> Option<u16> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let number = rest.get(..digits).filter(|_| digits <= 2)?.parse().ok()?;
    *rest = rest[digits..].trim_start_matches([',', ' ', '-']);
    Some(number)
}

fn month(rest: &mut &str) -> Option<u16> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    let word = rest[..letters].to_ascii_lowercase();
    let found = MONTHS.iter().position(|name| *name == word || (word.len() == 3 && name.starts_with(&word)))?;
    *rest = rest[letters..].trim_start_matches(['.', ' ', '-']);
    u16::try_from(found + 1).ok()
}

/// Four digits, and no fifth.
fn year(rest: &mut &str) -> Option<u16> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let year = rest.get(..4).filter(|_| digits == 4)?.parse().ok()?;
    *rest = &rest[4..];
    Some(year)
}

/// A time of day in microseconds, and the offset behind it in seconds.
fn clock(text: &str) -> Option<(i64, Option<i64>)> {
    let mut rest = text;
    let mut hour = i64::from(part(&mut rest, 2).filter(|(_, mark)| *mark == ':')?.0);
    let minute = two(&mut rest).filter(|minute| *minute < 60)?;
    let mut us = 0;
    if let Some(after) = rest.strip_prefix(':') {
        rest = after;
        us = two(&mut rest).filter(|second| *second <= 60)? * SECOND_US;
        if let Some(after) = rest.strip_prefix(['.', ',']) {
            let part;
            (part, rest) = part_of_second(after)?;
            us += part;
        }
    }
    rest = rest.trim_start();
    let is = |half: &str| rest.get(..2).is_some_and(|two| two.eq_ignore_ascii_case(half));
    let (morning, afternoon) = (is("am"), is("pm"));
    if morning || afternoon {
        rest = rest[2..].trim_start();
        hour = Some(hour).filter(|hour| (1..=12).contains(hour))? % 12 + if afternoon { 12 } else { 0 };
    }
    (hour < 24).then_some(())?;
    let us = (hour * 3600 + minute * 60) * SECOND_US + us;
    if rest.is_empty() { Some((us, None)) } else { Some((us, Some(offset(rest)?))) }
}

/// The digits behind a second's mark, in microseconds, and what stands behind them.
fn part_of_second(text: &str) -> Option<(i64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let cut = &text[..digits.min(6)];
    Some((cut.parse::<i64>().ok()? * 10_i64.pow(6 - u32::try_from(cut.len()).ok()?), &text[digits..]))
}

fn two(rest: &mut &str) -> Option<i64> {
    let two = rest.get(..2).filter(|two| two.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()?;
    *rest = &rest[2..];
    Some(two)
}

fn offset(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z" | "UTC" | "GMT" | "utc") {
        return Some(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let mut rest = &text[1..];
    let hours = two(&mut rest).filter(|hours| *hours < 24)?;
    rest = rest.strip_prefix(':').unwrap_or(rest);
    let minutes = if rest.is_empty() { 0 } else { two(&mut rest).filter(|minutes| *minutes < 60)? };
    rest.is_empty().then_some(sign * (hours * 3600 + minutes * 60))
}

/// A date and time of day with the offset beside them, or else in the column's zone.
fn placed(date: Date, us: i64, offset: Option<i64>, how: &How) -> Option<Told> {
    let Some(offset) = offset else { return Some(at_zone(date, us, true, how)) };
    let us = i64::from(epoch_day(date)) * DAY_US + us - offset * SECOND_US;
    let written = Written { clock: true, offset: true, fraction_us: fraction(us) };
    Some(Told { us, day: None, written })
}

/// A date and time of day in the column's zone. An hour that does not exist is moved on by the gap, one that stands
/// twice is the first: jiff's `compatible` rule, its default.
fn at_zone(date: Date, us: i64, clock: bool, how: &How) -> Told {
    let written = Written { clock, offset: false, fraction_us: fraction(us) };
    let as_utc = i64::from(epoch_day(date)) * DAY_US + us;
    if how.zone == TimeZone::UTC {
        return Told { us: as_utc, day: Some(date), written };
    }
    // A leap second at midnight is the only time of day that reaches beyond its day.
    let (date, us) = if us < DAY_US { (date, us) } else { (crate::model::period::plus_days(date, 1), us - DAY_US) };
    let zoned = DateTime::from_parts(date, time(us)).to_zoned_datetime(how.zone.clone());
    Told { us: zoned.map_or(as_utc, |zoned| zoned.timestamp().as_microsecond()), day: Some(date), written }
}

fn time(us: i64) -> Time {
    let part = |divisor: i64, modulus: i64| i8::try_from(us / divisor % modulus).unwrap_or(0);
    let (hour, minute, second) = (part(3600 * SECOND_US, 24), part(60 * SECOND_US, 60), part(SECOND_US, 60));
    Time::new(hour, minute, second, fraction(us) * 1_000).unwrap_or(Time::midnight())
}

fn fraction(us: i64) -> i32 {
    i32::try_from(us.rem_euclid(SECOND_US)).unwrap_or(0)
}

/// A cell as it is quoted in a message.
pub fn shortened(text: &str) -> String {
    if text.chars().count() <= 40 { text.to_owned() } else { text.chars().take(39).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The moment as RFC 3339, or the code.
    fn told(text: &str, zone: &str, order: Option<DateOrder>) -> String {
        let how = How { zone: TimeZone::get(zone).unwrap(), order, wall_clock: false };
        match read(text, &how) {
            Ok(told) => jiff::Timestamp::from_microsecond(told.us).unwrap().to_string(),
            Err(problem) => problem.code.word().to_owned(),
        }
    }

    #[test]
    fn every_way_of_writing_a_time_is_read() {
        let moment = "2026-03-02T08:00:00Z";
        for text in [
            "2026-03-02T08:00:00Z",
            "2026-03-02 09:00:00+01:00",
            "2026-03-02T09:00:00+0100",
            "2026-03-02 08:00:00 UTC",
            "2026-03-02 08:00",
            "Mon, 02 Mar 2026 09:00:00 +0100",
            "2 Mar 2026 08:00",
            "Mar 2, 2026 8:00 AM",
            "02-Mar-2026 08:00",
            "02.03.2026 08:00",
            "1772438400",
            "1772438400000",
            "1772438400000000",
            "1772438400000000000",
            "1772438400.0",
            "2026-03-02T07:59:60Z",
        ] {
            assert_eq!(told(text, "UTC", None), moment, "{text}");
        }
        assert_eq!(told("1772438400.1234567", "UTC", None), "2026-03-02T08:00:00.123456Z");
        assert_eq!(told("2026-03-02", "Europe/Amsterdam", None), "2026-03-01T23:00:00Z");
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for text in [
            "2.3.26",
            "2026-02-30",
            "2026-03-02 25:00",
            "13:00 PM",
            "2026-03-02 13:00 PM",
            "2026-03-02T08:00:00+24:00",
            "soon",
            "03/26",
        ] {
            assert_eq!(told(text, "UTC", Some(DateOrder::Dmy)), "time-unreadable", "{text}");
        }
        assert_eq!(told("02/03/2026", "UTC", None), "date-order-undecided");
        assert_eq!(told("02/03/2026", "UTC", Some(DateOrder::Mdy)), "2026-02-03T00:00:00Z");
        assert_eq!(told("02-03-2026 1:05 PM", "UTC", Some(DateOrder::Dmy)), "2026-03-02T13:05:00Z");
    }

    #[test]
    fn an_hour_that_does_not_exist_is_moved_and_one_that_stands_twice_is_the_first() {
        assert_eq!(told("2026-03-29 02:30", "Europe/Amsterdam", None), "2026-03-29T01:30:00Z");
        assert_eq!(told("2025-10-26 02:30", "Europe/Amsterdam", None), "2025-10-26T00:30:00Z");
    }

    #[test]
    fn slashes_show_their_order_by_the_parts_over_12() {
        assert_eq!(slashed("13/03/2026"), Slashed::DayFirst);
        assert_eq!(slashed("03-13-2026 08:00"), Slashed::MonthFirst);
        assert_eq!(slashed("03/04/2026"), Slashed::Either);
        assert_eq!(slashed("2026-03-04"), Slashed::No);
        assert_eq!(slashed("02-Mar-2026"), Slashed::No);
    }
}
