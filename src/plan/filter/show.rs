//! A test as text again, in the language it is read in.

use std::fmt::{self, Formatter};

use super::{Comparison, Filter, Literal, Name};

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(tests) => joined(f, tests, " and "),
            Self::Or(tests) => joined(f, tests, " or "),
            Self::Not(test) => match &**test {
                Self::IsNull(name) => write!(f, "{name} is not null"),
                Self::Has(name) => write!(f, "not {name}"),
                test => write!(f, "not ({test})"),
            },
            Self::Compare { name, comparison, literal } => write!(f, "{name} {} {literal}", sign(*comparison)),
            Self::In { name, literals } => {
                let list: Vec<_> = literals.iter().map(ToString::to_string).collect();
                write!(f, "{name} in ({})", list.join(", "))
            }
            Self::Between { name, low, high } => write!(f, "{name} between {low} and {high}"),
            Self::Like { name, pattern, any_case } => {
                let word = if *any_case { "ilike" } else { "like" };
                write!(f, "{name} {word} {}", Literal::Text(pattern.clone()))
            }
            Self::IsNull(name) => write!(f, "{name} is null"),
            Self::Has(name) => write!(f, "{name}"),
        }
    }
}

/// Tests within tests stand in brackets.
fn joined(f: &mut Formatter<'_>, tests: &[Filter], word: &str) -> fmt::Result {
    for (at, test) in tests.iter().enumerate() {
        f.write_str(if at == 0 { "" } else { word })?;
        match test {
            Filter::And(_) | Filter::Or(_) => write!(f, "({test})")?,
            test => write!(f, "{test}")?,
        }
    }
    Ok(())
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crm(label) => write!(f, "crm.{}", quoted(label)),
            Self::Plain(name) if name.split('.').all(is_plain) => f.write_str(name),
            Self::Plain(name) => f.write_str(&quoted(name)),
        }
    }
}

fn is_plain(part: &str) -> bool {
    part.starts_with(|first: char| first.is_alphabetic() || first == '_' || first == '$')
        && part.chars().all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '$')
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "'{}'", text.replace('\'', "''")),
            Self::Number(digits) => f.write_str(digits),
            Self::Bool(flag) => write!(f, "{flag}"),
        }
    }
}

fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "=",
        Comparison::NotEqual => "<>",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse_account;

    #[test]
    fn a_test_reads_as_it_was_written_and_means_the_same() {
        for text in [
            "stage = 'production' and result in ('ok', 'warn')",
            "(a = 1 or b >= 2.50) and not (c like 'x_%')",
            "n between 1 and 5 or \"stage name\" <> 'it''s'",
            "crm.\"Number of Employees\" > 50 and not second_site and email is not null",
            "name ilike '%b%' and $groups.team is null and ok = true",
        ] {
            let read = parse_account(text).unwrap();
            assert_eq!(read.to_string(), text);
            assert_eq!(parse_account(&read.to_string()).unwrap(), read);
        }
    }
}
