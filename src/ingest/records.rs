//! Records: CRM, billing, releases, evidence and memberships, read a file at a time.

use std::io::Read;

use anyhow::Result;
use jiff::civil::Date;

use super::part::{Asides, Tally};
use super::readings::missing;
use super::rows::open::{Decoded, with_bytes};
use super::rows::pour::Arrangement;
use super::rows::times::How;
use super::rows::visit::{Piece, Rows};
use super::rows::{Code, Problem, Row, Shape};
use super::source::{About, Holds, Record, Records, Sheet};
use super::survey::{Dates, LineEnd, Ready, columns, each_row, header_end};
use super::tables::{Cells, Found, Verdicts};
use crate::plan::source::Source;

/// The longest text that is looked at as a changelog.
const LONGEST_TEXT: u64 = 64 << 20;

/// What a file of records gives.
pub(super) struct Collected {
    pub(super) tally: Tally,
    pub(super) asides: Asides,
    /// Position and record.
    pub(super) records: Vec<(u64, Record)>,
    /// Whether it was neither JSON nor a table, but a text.
    pub(super) is_prose: bool,
}

/// Reads a file of records.
///
/// # Errors
/// If it cannot be opened.
pub(super) fn read(
    ready: &mut Ready,
    kind: &'static dyn Records,
    about: &About<'_>,
    file_no: i32,
) -> Result<Collected> {
    let mut collected =
        Collected { tally: Tally::default(), asides: Asides::new(file_no), records: Vec::new(), is_prose: false };
    if as_text(ready, kind, about, &mut collected)? {
        return Ok(collected);
    }
    let found: Vec<_> = kind
        .columns(about.sheet)
        .iter()
        .map(|column| Found {
            ours: column.ours,
            labels: declared(about, column.ours)
                .map_or_else(|| column.labels.iter().map(|label| (*label).to_owned()).collect(), |label| vec![label]),
        })
        .collect();
    let holds =
        |wanted| move |(index, column): (usize, &super::source::Column)| (column.holds == wanted).then_some(index);
    let numbers: Vec<_> = kind.columns(about.sheet).iter().enumerate().filter_map(holds(Holds::Number)).collect();
    let times: Vec<_> = kind.columns(about.sheet).iter().enumerate().filter_map(holds(Holds::Time)).collect();
    let labels: Vec<_> = found.iter().map(|found| found.labels.clone()).collect();
    let (seen, marks) = columns(ready, about.source, &labels, &numbers)?;
    let dates: Vec<_> = seen.iter().map(|seen| seen.dates(about.source.dates)).collect();
    let whole = absent(kind, about, &found, &ready.rows).or_else(|| {
        times.iter().find_map(|index| match dates[*index] {
            Dates::Whole(code) => Some(code.into()),
            Dates::Lone | Dates::Order(_) => None,
        })
    });
    let how = |dates: &Dates| How {
        zone: about.source.timezone.clone(),
        order: if let Dates::Order(order) = dates { *order } else { None },
        wall_clock: false,
    };
    let verdicts = Verdicts { times: dates.iter().map(how).collect(), marks };
    let footer = if kind.has_footer() { footer(ready)? } else { None };
    let ended = each_row(ready, &mut |piece| {
        if footer.is_some_and(|footer| piece.position >= footer) {
            return;
        }
        collected.piece(piece, whole.as_ref(), &|row| {
            let cells = Cells { row, columns: &found, verdicts: &verdicts, calendar: &about.plan.workspace.calendar };
            kind.record(&cells, about)
        });
    })?;
    if let Some((rest, position, offset)) = ended.truncated {
        let Collected { tally, asides, .. } = &mut collected;
        asides.broken_off(tally, (&rest, position, offset), &ready.place.path);
    }
    Ok(collected)
}

impl Collected {
    fn piece(
        &mut self,
        piece: &Piece<'_>,
        whole: Option<&Problem>,
        tell: &dyn Fn(Row<'_>) -> Result<Option<Record>, Problem>,
    ) {
        let told = match (&piece.row, whole) {
            (_, Some(problem)) => Err(problem.clone()),
            (Err(problem), None) => Err(problem.clone()),
            (Ok(row), None) => tell(opened(*row)).map_err(lone),
        };
        if matches!(told, Ok(None)) {
            return;
        }
        self.tally.read += 1;
        piece.row.iter().for_each(|row| self.tally.look(row));
        match told {
            Ok(record) => self.records.extend(record.map(|record| (piece.position, record))),
            Err(problem) => self.asides.put(&mut self.tally, piece.position, piece.offset, piece.raw, &problem),
        }
    }
}

/// A row whose paths are looked up in its `properties` too, where they are an object (HubSpot's interface).
fn opened(row: Row<'_>) -> Row<'_> {
    let properties = row.json().and_then(|json| json.get("properties"));
    row.with_properties(properties.filter(|properties| properties.shape() == Shape::Object))
}

/// A slashed date that stands alone in its column.
fn lone(problem: Problem) -> Problem {
    match problem.code {
        Code::DateOrderUndecided => Problem::new(Code::TimeUnreadable, "it alone has slashes"),
        _ => problem,
    }
}

/// The label that the declaration gives a column of ours.
fn declared(about: &About<'_>, ours: &str) -> Option<String> {
    let table = match about.sheet {
        Sheet::Only => None,
        Sheet::Companies => Some("companies"),
        Sheet::Deals => Some("deals"),
    };
    let columns = &about.source.columns;
    table.and_then(|table| columns.get(&format!("{table}.{ours}"))).or_else(|| columns.get(ours)).cloned()
}

/// A column that is declared or needed and that a table does not have.
fn absent(kind: &'static dyn Records, about: &About<'_>, found: &[Found], rows: &Rows) -> Option<Problem> {
    let Rows::Table { header, .. } = rows else { return None };
    let columns = kind.columns(about.sheet).iter().zip(found);
    let wanted = columns.filter(|(column, _)| column.needed || declared(about, column.ours).is_some());
    let there = |found: &Found| found.labels.iter().any(|label| header.index(label).is_some());
    wanted.map(|(_, found)| found).find(|found| !there(found)).map(|found| missing(&found.labels[0], rows))
}

/// Reads a text that is neither JSON nor a table, if the kind knows it.
fn as_text(ready: &Ready, kind: &'static dyn Records, about: &About<'_>, collected: &mut Collected) -> Result<bool> {
    if ready.arrangement == Arrangement::JsonLines {
        return Ok(false);
    }
    let text = with_bytes(&ready.place, &mut |reader| {
        let mut bytes = Vec::new();
        let _ = Decoded::new(reader, ready.encoding).take(LONGEST_TEXT).read_to_end(&mut bytes);
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let Some(passages) = kind.text(text, about) else { return Ok(false) };
    collected.is_prose = true;
    for passage in passages {
        collected.tally.read += 1;
        match passage.record {
            Ok(record) => collected.records.push((passage.line, record)),
            Err(problem) => {
                let raw = passage.raw.as_bytes();
                collected.asides.put(&mut collected.tally, passage.line, passage.offset, raw, &problem);
            }
        }
    }
    Ok(true)
}

/// Where a footer begins: behind the last blank line, if no record there has more than one cell filled.
fn footer(ready: &mut Ready) -> Result<Option<u64>> {
    if !matches!(&ready.rows, Rows::Table { header, .. } if header.names().len() > 1) {
        return Ok(None);
    }
    let Some(LineEnd { mut at, bytes }) = header_end(ready)? else { return Ok(None) };
    let (mut behind, mut thin) = (None, true);
    each_row(ready, &mut |piece| {
        if piece.offset > at + bytes {
            (behind, thin) = (Some(piece.position), true);
        }
        let filled = piece.row.as_ref().map_or(1, |row| row.columns().len());
        thin &= filled <= 1;
        at = piece.offset + piece.raw.len() as u64;
    })?;
    Ok(behind.filter(|_| thin))
}

/// The day a CRM or billing file speaks of: in its name, else as declared; nothing: its time of change.
pub(super) fn day_of(name: &str, source: &Source) -> Option<Date> {
    // A member without a day of its own may lie in an archive that has one.
    let archive = name.split_once("//").and_then(|(archive, _)| day_in(archive));
    day_in(name).or(archive).or(source.dated)
}

fn day_in(name: &str) -> Option<Date> {
    let last = name.rsplit('/').next().unwrap_or(name);
    let bytes = last.as_bytes();
    let starts = (0..bytes.len().saturating_sub(9)).rev();
    let mut days = starts.filter_map(|at| {
        let text = last.get(at..at + 10)?;
        let alone = at == 0 || !bytes[at - 1].is_ascii_digit();
        let shape = text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 4 | 7) { matches!(byte, b'-' | b'_') } else { byte.is_ascii_digit() });
        (alone && shape).then(|| text.replace('_', "-").parse().ok()).flatten()
    });
    days.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_found_in_a_name() {
        let check = |name: &str, expected: Option<&str>| {
            let day = day_in(name).map(|day| day.to_string());
            assert_eq!(day.as_deref(), expected, "{name}");
        };
        check("a/hubspot-crm-exports-all-2026-03-06.csv", Some("2026-03-06"));
        check("2026-03-06_companies_2026-04-01-1.csv", Some("2026-04-01"));
        check("companies-2026-13-06.csv", None);
        check("12026-03-06.csv", None);
    }
}
