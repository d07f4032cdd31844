//! The pack as Markdown, for a pull request or a chat: the same page without its pictures.

use std::fmt::Write;

use super::page::{Block, Page, Rich, Section};

/// Writes the page.
pub(super) fn markdown(page: &Page) -> String {
    let mut out = String::new();
    front(&mut out, page);
    line(&mut out, page);
    for lane in &page.lanes {
        section(&mut out, lane);
    }
    section(&mut out, &page.business);
    table(&mut out, page);
    appendix(&mut out, page);
    say(
        &mut out,
        format_args!(
            "---\n\n{}, as of {}. `{}`\n",
            cell(&page.head.subtitle),
            page.head.as_of_iso,
            page.head.reproduce
        ),
    );
    out
}

fn say(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("writing to a string");
}

/// Text of ours or of theirs: what Markdown would take for marks is told apart.
fn cell(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        if matches!(letter, '\\' | '*' | '_' | '`' | '[' | ']' | '<' | '|') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

fn rich(text: &Rich) -> String {
    text.0.iter().map(|span| if span.bold { format!("**{}**", cell(&span.text)) } else { cell(&span.text) }).collect()
}

fn row(out: &mut String, cells: &[String]) {
    say(out, format_args!("| {} |\n", cells.join(" | ")));
}

fn heads(out: &mut String, names: &[&str]) {
    say(out, format_args!("| {} |\n|{}\n", names.join(" | "), " --- |".repeat(names.len())));
}

fn front(out: &mut String, page: &Page) {
    let (head, front) = (&page.head, &page.front);
    say(
        out,
        format_args!(
            "# {}\n\n{}. As of **{}**; next review {}.\n\n",
            cell(&head.title),
            cell(&head.subtitle),
            head.as_of,
            head.next_review
        ),
    );
    if let Some(provisional) = &head.provisional {
        say(out, format_args!("**{provisional}**\n\n"));
    }
    say(out, format_args!("{}; {}.\n\n## In short\n\n", rich(&front.coverage.text), cell(&front.freshness)));
    for sentence in &front.sentences {
        say(out, format_args!("{}\n\n", rich(&sentence.text)));
    }
    say(out, format_args!("## Needs attention\n\n"));
    if front.attention.is_empty() {
        say(
            out,
            format_args!("Nothing to see here: no metric signals, none is held back, and every instrument reads.\n"),
        );
    } else {
        heads(out, &["Block", "Metric", "What was seen", "Owner", "Owner’s word"]);
        for one in &front.attention {
            let mark =
                one.letter.as_ref().map_or(String::new(), |letter| format!("{} ({}) ", letter.letter, letter.words));
            row(
                out,
                &[one.number.to_string(), cell(&one.title), mark + &cell(&one.seen), cell(&one.owner), cell(&one.word)],
            );
        }
        if front.attention_more > 0 {
            say(out, format_args!("\nand {} more\n", front.attention_more));
        }
    }
    for still in &front.still {
        say(out, format_args!("\n{}\n", cell(still)));
    }
    say(out, format_args!("\n## Restated since the last pack\n\n"));
    for one in &front.restated {
        say(out, format_args!("- {}: {} → {} ({})\n", cell(&one.what), one.old, one.new, one.cause));
    }
    if let Some(note) = &front.restated_note {
        say(out, format_args!("{note}\n"));
    }
    say(out, format_args!("\n## Decided before\n\n"));
    for one in &front.decisions {
        let state = if one.overdue { format!("**{}**", cell(&one.state)) } else { cell(&one.state) };
        say(out, format_args!("- {}: {state}\n", cell(&one.text)));
    }
    if let Some(note) = &front.decisions_note {
        say(out, format_args!("{note}\n"));
    }
}

fn line(out: &mut String, page: &Page) {
    say(out, format_args!("\n## The line, and how far each arrow can be trusted\n\n"));
    let line = &page.line;
    for (at, one) in line.rows.iter().enumerate() {
        if let Some(outcome) = &one.outcome {
            let lane = one.lane.as_ref().map_or(String::new(), |lane| format!("{}: ", cell(lane)));
            say(out, format_args!("- {lane}**{}**\n", cell(outcome)));
        }
        let Some(node) = &one.node else {
            say(out, format_args!("  - no traction metric yet\n"));
            continue;
        };
        say(
            out,
            format_args!(
                "  - → ({}) {} **{}**, {}\n",
                one.grade.words(),
                cell(&node.title),
                node.value,
                cell(&node.small)
            ),
        );
        for arrow in line.arrows.iter().filter(|arrow| arrow.row == at) {
            let end = &line.business[arrow.business];
            say(
                out,
                format_args!(
                    "    - → ({}) {} **{}**, {}\n",
                    arrow.grade.words(),
                    cell(&end.title),
                    end.value,
                    cell(&end.small)
                ),
            );
        }
    }
    for (name, texts) in &line.below {
        say(out, format_args!("\n{name}: {}\n", cell(&texts.join("; "))));
    }
}

fn section(out: &mut String, section: &Section) {
    if section.blocks.is_empty() && section.without.is_empty() {
        return;
    }
    let owner = section.owner.as_ref().map_or(String::new(), |owner| format!(" ({})", cell(owner)));
    say(out, format_args!("\n## {}{owner}\n", cell(&section.name)));
    if !section.objectives.is_empty() {
        say(out, format_args!("Serves: {}\n", cell(&section.objectives.join("; "))));
    }
    for one in &section.blocks {
        block(out, one);
    }
    for text in &section.without {
        say(out, format_args!("\n{}\n", cell(text)));
    }
}

fn block(out: &mut String, block: &Block) {
    say(out, format_args!("\n### {}. {}\n\n{}\n\n", block.number, cell(&block.title), cell(&block.definition)));
    let lead = rich(&block.lead);
    if !lead.is_empty() {
        say(out, format_args!("{lead}\n\n"));
    }
    if let Some(text) = &block.no_chart {
        say(out, format_args!("{}\n", cell(text)));
    }
    if let Some(chart) = &block.chart {
        say(out, format_args!("{}\n\n", cell(&chart.alt)));
    }
    if !block.nine.is_empty() {
        heads(out, &block.nine.iter().map(|nine| nine.name.as_str()).collect::<Vec<_>>());
        let cells = block.nine.iter().map(|nine| {
            let count = nine.count.as_ref().map_or(String::new(), |count| format!(" ({count})"));
            let note = nine.footnote.map_or(String::new(), |at| format!(" [{at}]"));
            cell(&format!("{}{count}{note}", nine.figure.text))
        });
        row(out, &cells.collect::<Vec<_>>());
        for (at, note) in block.notes.iter().enumerate() {
            say(out, format_args!("\n{}\n", cell(&format!("[{}] {note}", at + 1))));
        }
    }
    if !block.verdict.is_empty() {
        say(out, format_args!("\n{}\n", cell(&block.verdict)));
    }
    beside(out, block);
}

fn beside(out: &mut String, block: &Block) {
    use super::chart::spec::Companion;
    let companion = block.companion.as_ref().map(|companion| match companion {
        Companion::Curves(curves) => &curves.alt,
        Companion::Stages(stages) => &stages.alt,
        Companion::Funnel(funnel) => &funnel.alt,
        Companion::Triangle(triangle) => &triangle.alt,
        Companion::Movements(movements) => &movements.alt,
    });
    if let Some(alt) = companion {
        say(out, format_args!("\n{}\n", cell(alt)));
    }
    if let Some(Companion::Curves(curves)) = &block.companion
        && let Some(below) = &curves.below
    {
        say(out, format_args!("\n{}\n", cell(below)));
    }
    if let Some(segments) = &block.segments {
        say(out, format_args!("\n{}:\n\n", cell(&segments.title)));
        for one in &segments.rows {
            let counts =
                one.counts.as_ref().filter(|_| !one.small).map_or(String::new(), |counts| format!(" ({counts})"));
            say(out, format_args!("- {}: {}{counts}\n", cell(&one.name), one.figure.text));
        }
    }
    if let Some(moved) = &block.moved {
        say(out, format_args!("\nWho moved it. {}:\n\n", moved.label));
        for (who, how, part) in &moved.rows {
            say(out, format_args!("- {} {how}: {part}\n", cell(who)));
        }
    }
    for (name, lines) in [("Released in these weeks", &block.releases), ("What customers said", &block.quotes)] {
        if !lines.is_empty() {
            say(out, format_args!("\n{name}: {}\n", cell(&lines.join("; "))));
        }
    }
}

fn table(out: &mut String, page: &Page) {
    say(out, format_args!("\n## Every metric, month by month\n\n"));
    let names: Vec<&str> = std::iter::once("Metric").chain(page.table.months.iter().map(String::as_str)).collect();
    heads(out, &names);
    for one in &page.table.rows {
        let unit = if one.unit.is_empty() { String::new() } else { format!(" ({})", one.unit) };
        let title = format!("{} {}{unit}", one.number, cell(&one.title));
        row(out, &std::iter::once(title).chain(one.cells.iter().map(|figure| figure.text.clone())).collect::<Vec<_>>());
    }
}

fn appendix(out: &mut String, page: &Page) {
    let appendix = &page.appendix;
    say(out, format_args!("\n## Appendix\n\n### What each metric counts\n\n"));
    for one in &appendix.definitions {
        say(
            out,
            format_args!(
                "- {} **{}** (`{}`, definition `{}`, {}): {}\n",
                one.number,
                cell(&one.title),
                one.id,
                one.hash,
                one.changed,
                cell(&one.words)
            ),
        );
    }
    say(out, format_args!("\n### Every series with its limits\n\n{}\n\n", appendix.false_alarms));
    for one in &appendix.controls {
        say(out, format_args!("- {} {}, {}: {}\n", one.number, cell(&one.title), one.unit, cell(&one.verdict)));
    }
    for one in &appendix.uncharted {
        say(out, format_args!("- {}\n", cell(one)));
    }
    say(out, format_args!("\n### Compared, not yet tested\n\n"));
    if appendix.compared.is_empty() {
        say(out, format_args!("No arrow has been compared yet.\n"));
    } else {
        heads(out, &["Arrow", "Design", "With the traction, without", "Raw difference", "Adjusted", "Rests on"]);
        for one in &appendix.compared {
            row(
                out,
                &[&one.arrow, &one.design, &one.raw, &one.difference, &one.adjusted, &one.rest].map(|text| cell(text)),
            );
        }
    }
    for (arrow, because) in &appendix.not_compared {
        say(out, format_args!("\n{}: {}\n", cell(arrow), cell(because)));
    }
    say(out, format_args!("\n### What became of every row\n\n"));
    heads(out, &["Source", "Read", "Accepted", "Duplicate", "Set aside", "Why", "Up to"]);
    for one in &appendix.accounting {
        let counts = [one.read, one.accepted, one.duplicate, one.set_aside].map(super::numbers::count);
        let [read, accepted, duplicate, aside] = counts;
        row(out, &[cell(&one.source), read, accepted, duplicate, aside, cell(&one.reasons), one.fresh.clone()]);
    }
    say(out, format_args!("\n### Methods\n\n"));
    for (name, text) in &appendix.methods {
        say(out, format_args!("- **{name}.** {}\n", cell(text)));
    }
    say(out, format_args!("\n### How to reproduce\n\n"));
    for text in &appendix.reproduce {
        say(out, format_args!("- {text}\n"));
    }
    say(out, format_args!("\n"));
}
