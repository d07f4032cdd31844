//! A problem as text, in the form of `error[code]: what`, the line it stands on, `because:` and `hint:`.

use std::fmt::Write;

use console::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Diagnostic, Place, Severity};

/// Of longer lines only what lies around the place is shown.
const WIDEST: usize = 120;

/// No column of its own.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Writes a problem for people. `source` gives the text of the file it stands in; colours follow `console`'s switch.
pub fn render(diagnostic: &Diagnostic, source: Option<&str>) -> String {
    let style = match diagnostic.severity {
        Severity::Error => Style::new().red().bold(),
        Severity::Warning => Style::new().yellow().bold(),
        Severity::Note => Style::new().blue().bold(),
    };
    let head = style.for_stderr().apply_to(format!("{}[{}]", diagnostic.severity.word(), diagnostic.code));
    let mut text = format!("{head}: {}\n", diagnostic.what);
    if let Some(place) = &diagnostic.place {
        text.push_str(&excerpt(place, source));
    }
    for because in &diagnostic.because {
        writeln!(text, "  because: {}", indented(because, 11)).expect("writing to a string");
    }
    for hint in &diagnostic.hints {
        writeln!(text, "  hint: {}", indented(hint, 8)).expect("writing to a string");
    }
    text
}

/// Further lines of a text stand under its first.
fn indented(text: &str, by: usize) -> String {
    text.trim_end().replace('\n', &format!("\n{}", " ".repeat(by)))
}

/// The line a problem stands on, with a mark under what is meant.
fn excerpt(place: &Place, source: Option<&str>) -> String {
    let Some(source) = source else { return format!(" --> {}\n", place.file) };
    let start = floor_boundary(source, place.span.start);
    let line_start = source[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let line = source[line_start..].split('\n').next().unwrap_or("");
    let line_end = line_start + line.trim_end_matches('\r').len();
    // Of what goes on over several lines the first is marked.
    let end = floor_boundary(source, place.span.end).min(line_end).max(start);
    let number = source[..line_start].matches('\n').count() + 1;
    let column = source[line_start..start].chars().filter(|letter| *letter != BYTE_ORDER_MARK).count() + 1;
    let [before, meant, after] = fitted(
        shown(&source[line_start..start.min(line_end)]),
        shown(&source[start.min(line_end)..end.min(line_end)]),
        shown(&source[end.min(line_end)..line_end]),
    );
    let margin = " ".repeat(number.to_string().len());
    let (file, line) = (&place.file, [before.as_str(), &meant, &after].concat());
    format!(
        "{margin}--> {file}:{number}:{column}\n{margin} |\n{number} | {}\n{margin} | {}{}\n",
        line.trim_end(),
        " ".repeat(before.width()),
        "^".repeat(meant.width().max(1))
    )
}

/// Text as it can stand above a mark: tabs are spaces, so that both lines are equally wide; nothing moves the cursor.
fn shown(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, letter| {
        match letter {
            '\t' => out.push_str("    "),
            BYTE_ORDER_MARK => {}
            letter if letter.is_control() => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
        out
    })
}

/// The parts of a line that fit: of a long one the beginning goes first, then the end.
fn fitted(before: String, meant: String, after: String) -> [String; 3] {
    if before.width() + meant.width() + after.width() <= WIDEST {
        return [before, meant, after];
    }
    let before = match before.width() {
        wide if wide > WIDEST / 2 => format!("…{}", last(&before, WIDEST / 2 - 1)),
        _ => before,
    };
    let meant = first(&meant, WIDEST - before.width());
    let after = first(&after, WIDEST - before.width() - meant.width());
    [before, meant, after]
}

/// The beginning of a text, cut with a mark to a width.
fn first(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut room = width.saturating_sub(1);
    let fits = |letter: &char| {
        let wide = letter.width().unwrap_or(0);
        let fits = wide <= room;
        room = room.saturating_sub(wide);
        fits
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// The end of a text, at most so wide.
fn last(text: &str, width: usize) -> String {
    let mut rest = text;
    while rest.width() > width {
        rest = &rest[rest.chars().next().map_or(0, char::len_utf8)..];
    }
    rest.to_owned()
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

    /// How the text `meant` is marked in a file.
    #[track_caller]
    fn check(source: &str, meant: &str, expected: &str) {
        let start = source.find(meant).expect("it is there");
        let place = Place { file: "plan".into(), span: start..start + meant.len() };
        assert_eq!(excerpt(&place, Some(source)), expected);
    }

    #[test]
    fn the_mark_stands_under_what_is_meant_whatever_the_line_is_made_of() {
        check("\tid\t= 7\n", "7", " --> plan:1:7\n  |\n1 |     id    = 7\n  |             ^\n");
        check("a = \"日本\" # 7\n", "7", " --> plan:1:12\n  |\n1 | a = \"日本\" # 7\n  |              ^\n");
        check("a = \"日本\"\n", "日本", " --> plan:1:6\n  |\n1 | a = \"日本\"\n  |      ^^^^\n");
        check("a = 1\r\nb = 2\r\n", "b = 2\r\n", " --> plan:2:1\n  |\n2 | b = 2\n  | ^^^^^\n");
        check("\u{feff}a = 1\n", "a", " --> plan:1:1\n  |\n1 | a = 1\n  | ^\n");
        check("a = [1,\n2]\n", "[1,\n2]", " --> plan:1:5\n  |\n1 | a = [1,\n  |     ^^^\n");
    }

    #[test]
    fn of_a_long_line_the_part_around_the_place_is_shown() {
        let source = format!("a = \"{}\" # 7 {}", "x".repeat(200), "y".repeat(200));
        let start = source.find('7').expect("it is there");
        let told = excerpt(&Place { file: "plan".into(), span: start..start + 1 }, Some(&source));
        let lines: Vec<_> = told.lines().collect();
        assert_eq!(lines[0], " --> plan:1:210");
        assert!(lines[2].starts_with("1 | …x") && lines[2].ends_with("y…") && lines[2].width() == 124, "{told}");
        assert_eq!(lines[2].chars().nth(lines[3].find('^').expect("a mark")), Some('7'), "{told}");
    }
}
