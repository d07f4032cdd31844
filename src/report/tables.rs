//! The pack's tables as CSV, in full precision: the months, the weeks and months of each chart, and the comparisons.

use anyhow::Context;

use super::chart::spec::Panel;
use super::figure::Figure;
use super::page::Page;

/// Every table, by the name of its file.
///
/// # Errors
/// Only if the CSV writer fails, which it does not on memory.
pub(super) fn tables(page: &Page) -> anyhow::Result<Vec<(String, String)>> {
    Ok(vec![
        ("months.csv".to_owned(), months(page)?),
        ("charts.csv".to_owned(), charts(page)?),
        ("compared.csv".to_owned(), compared(page)?),
    ])
}

fn write(rows: &[Vec<String>]) -> anyhow::Result<String> {
    let mut writer = csv::WriterBuilder::new().flexible(false).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).context("could not write a table")?;
    }
    let bytes = writer.into_inner().context("could not write a table")?;
    String::from_utf8(bytes).context("could not write a table")
}

fn figure(figure: &Figure) -> [String; 6] {
    let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    let count = |value: Option<u64>| value.map_or(String::new(), |value| value.to_string());
    [
        number(figure.value),
        count(figure.eligible),
        count(figure.counted),
        number(figure.low),
        number(figure.high),
        figure.settled.to_string(),
    ]
}

const FIGURE: [&str; 6] = ["value", "eligible", "counted", "low", "high", "settled"];

fn head(names: &[&str]) -> Vec<String> {
    names.iter().chain(&FIGURE).map(|name| (*name).to_owned()).collect()
}

fn months(page: &Page) -> anyhow::Result<String> {
    let mut rows = vec![head(&["block", "metric", "month"])];
    for row in &page.table.rows {
        for (month, cell) in page.table.starts.iter().zip(&row.cells) {
            let names = [row.number.to_string(), row.id.clone(), month.clone()];
            rows.push(names.into_iter().chain(figure(cell)).collect());
        }
    }
    write(&rows)
}

fn charts(page: &Page) -> anyhow::Result<String> {
    let mut rows = vec![head(&["block", "metric", "period", "period_start", "last_year", "target"])];
    let blocks = page.lanes.iter().chain([&page.business]).flat_map(|section| &section.blocks);
    for block in blocks {
        let Some(chart) = &block.chart else { continue };
        for (word, panel) in [("week", &chart.weeks), ("month", &chart.months)] {
            let slots = panel.as_ref().map_or(&[][..], |panel: &Panel| &panel.slots);
            for slot in slots {
                let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
                let names = [
                    block.number.to_string(),
                    block.id.clone(),
                    word.to_owned(),
                    slot.start.clone(),
                    number(slot.last_year),
                    number(slot.target),
                ];
                rows.push(names.into_iter().chain(figure(&slot.figure)).collect());
            }
        }
    }
    write(&rows)
}

fn compared(page: &Page) -> anyhow::Result<String> {
    let names = ["arrow", "design", "counts", "raw_difference", "adjusted", "rests_on"];
    let mut rows = vec![names.map(str::to_owned).to_vec()];
    for one in &page.appendix.compared {
        let cells = [&one.arrow, &one.design, &one.raw, &one.difference, &one.adjusted, &one.rest];
        rows.push(cells.map(String::clone).to_vec());
    }
    write(&rows)
}
