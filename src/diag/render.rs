//! A problem as text, in the form of `error[code]: what`, the line it stands on, `because:` and `hint:`.

use std::fmt::Write;

use console::Style;

use super::{Diagnostic, Place, Severity};

/// Writes a problem for people. `source` gives the text of the file it stands in; colours follow `console`'s switch.
pub fn render(diagnostic: &Diagnostic, source: Option<&str>) -> String {
    let (word, style) = match diagnostic.severity {
        Severity::Error => ("error", Style::new().red().bold()),
        Severity::Warning => ("warning", Style::new().yellow().bold()),
        Severity::Note => ("note", Style::new().blue().bold()),
    };
    let head = style.for_stderr().apply_to(format!("{word}[{}]", diagnostic.code));
    let mut text = format!("{head}: {}\n", diagnostic.what);
    if let Some(place) = &diagnostic.place {
        text.push_str(&excerpt(place, source));
    }
    for because in &diagnostic.because {
        writeln!(text, "  because: {because}").expect("writing to a string");
    }
    for hint in &diagnostic.hints {
        writeln!(text, "  hint: {hint}").expect("writing to a string");
    }
    text
}

/// The line a problem stands on, with a mark under what is meant.
fn excerpt(place: &Place, source: Option<&str>) -> String {
    let Some(source) = source else { return format!(" --> {}\n", place.file) };
    let start = floor_boundary(source, place.span.start);
    let end = floor_boundary(source, place.span.end).max(start);
    let line_start = source[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let line = source[line_start..].lines().next().unwrap_or("");
    let number = source[..line_start].matches('\n').count() + 1;
    let column = source[line_start..start].chars().count();
    let within_line = end.min(line_start + line.len()).max(start);
    let marks = source[start..within_line].chars().count().max(1);
    let margin = " ".repeat(number.to_string().len());
    let file = &place.file;
    format!(
        "{margin}--> {file}:{number}:{}\n{margin} |\n{number} | {line}\n{margin} | {}{}\n",
        column + 1,
        " ".repeat(column),
        "^".repeat(marks)
    )
}

fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_shows_its_line_its_reason_and_the_next_step() {
        let source = "[[business]]\nid = \"arr\"\nkind = \"arr\"\ntarget = \"+10%\"\n";
        let start = source.find("\"+10%\"").expect("it is there");
        let problem = Diagnostic::error("business-target", "`arr` is a business metric and cannot carry a target")
            .at("throughline.toml", start..start + 6)
            .because("product moves outcomes; revenue follows, and nobody can ship it directly")
            .hint("set the target on a traction metric that leads to `arr`");
        let expected = "\
error[business-target]: `arr` is a business metric and cannot carry a target
 --> throughline.toml:4:10
  |
4 | target = \"+10%\"
  |          ^^^^^^
  because: product moves outcomes; revenue follows, and nobody can ship it directly
  hint: set the target on a traction metric that leads to `arr`
";
        console::set_colors_enabled_stderr(false);
        assert_eq!(render(&problem, Some(source)), expected);
    }
}
