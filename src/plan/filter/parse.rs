//! Reading a test: the words are cut by a SQL tokenizer, and only what is on a short list gets through.

use std::fmt;

use sqlparser::ast::{BinaryOperator, Expr, Ident, InTarget, Spanned, UnaryOperator, Value};
use sqlparser::dialect::Dialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, Whitespace};

use super::{Comparison, Filter, Literal, Name};

/// Why a test was refused, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    /// What stands there that has no place in a test.
    pub message: String,
    /// The character it stands at, from 1.
    pub column: usize,
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, at column {}", self.message, self.column)
    }
}

impl std::error::Error for FilterError {}

/// Longer tests are refused; no hand writes them.
const LONGEST: usize = 10_000;

/// The only words of SQL that mean something here; all others are names.
const WORDS: [Keyword; 11] = [
    Keyword::AND,
    Keyword::OR,
    Keyword::NOT,
    Keyword::IN,
    Keyword::BETWEEN,
    Keyword::LIKE,
    Keyword::ILIKE,
    Keyword::IS,
    Keyword::NULL,
    Keyword::TRUE,
    Keyword::FALSE,
];

/// Reads a test on a row's properties.
pub fn parse(text: &str) -> Result<Filter, FilterError> {
    Reading { text, bare: Bare::Refused }.filter()
}

/// Reads a test on an account's attributes, in which a bare name is a signal: has done it.
pub fn parse_account(text: &str) -> Result<Filter, FilterError> {
    Reading { text, bare: Bare::Signal }.filter()
}

/// What a name that is compared with nothing stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bare {
    Refused,
    Signal,
}

struct Reading<'a> {
    text: &'a str,
    bare: Bare,
}

type Outcome<T> = Result<T, FilterError>;

impl Reading<'_> {
    fn filter(&self) -> Outcome<Filter> {
        if self.text.len() > LONGEST {
            return Err(FilterError { message: format!("it is longer than {LONGEST} bytes"), column: LONGEST });
        }
        let tokens = self.tokens()?;
        let mut parser = Parser::new(&Plain).with_tokens_with_locations(tokens);
        let expression = parser.parse_expr().map_err(|error| self.parser_error(&error))?;
        let rest = parser.peek_token();
        match &rest.token {
            Token::EOF => self.test(&expression),
            Token::SemiColon => Err(self.error(rest.span.start, "it is one test; a `;` has no place in it")),
            other => Err(self.error(rest.span.start, format!("`{other}` does not follow from what stands before it"))),
        }
    }

    /// The tokens, with every word that is not ours made a plain name.
    fn tokens(&self) -> Outcome<Vec<TokenWithSpan>> {
        let tokens = Tokenizer::new(&Plain, self.text)
            .tokenize_with_location()
            .map_err(|error| self.error(error.location, lower_first(&error.message)))?;
        tokens.into_iter().map(|token| self.plain_token(token)).collect()
    }

    fn plain_token(&self, mut token: TokenWithSpan) -> Outcome<TokenWithSpan> {
        match &mut token.token {
            Token::Word(word) if !WORDS.contains(&word.keyword) => word.keyword = Keyword::NoKeyword,
            Token::Whitespace(Whitespace::SingleLineComment { .. } | Whitespace::MultiLineComment(_)) => {
                return Err(self.error(token.span.start, "comments have no place in it"));
            }
            _ => {}
        }
        Ok(token)
    }

    fn test(&self, expression: &Expr) -> Outcome<Filter> {
        match expression {
            Expr::Nested(inner) => self.test(inner),
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => Ok(not(self.test(expr)?)),
            Expr::BinaryOp { left, op: BinaryOperator::And, right } => self.joined(left, right, Join::And),
            Expr::BinaryOp { left, op: BinaryOperator::Or, right } => self.joined(left, right, Join::Or),
            Expr::BinaryOp { left, op, right } => self.compare(expression, left, op, right),
            Expr::In { expr, target: InTarget::List(list), negated, global: false } => {
                let name = self.name(expr)?;
                let literals = list.iter().map(|item| self.literal(item)).collect::<Outcome<_>>()?;
                Ok(negate(*negated, Filter::In { name, literals }))
            }
            Expr::Between { expr, negated, low, high } => {
                let between =
                    Filter::Between { name: self.name(expr)?, low: self.literal(low)?, high: self.literal(high)? };
                Ok(negate(*negated, between))
            }
            Expr::Like { negated, any: false, expr, pattern, escape_char: None } => {
                self.like(*negated, expr, pattern, false)
            }
            Expr::ILike { negated, any: false, expr, pattern, escape_char: None } => {
                self.like(*negated, expr, pattern, true)
            }
            Expr::IsNull(inner) => Ok(Filter::IsNull(self.name(inner)?)),
            Expr::IsNotNull(inner) => Ok(not(Filter::IsNull(self.name(inner)?))),
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) if self.bare == Bare::Signal => {
                Ok(Filter::Has(self.name(expression)?))
            }
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => Err(self
                .refuse(expression, format!("`{expression}` is compared with nothing; write `{expression} = true`"))),
            _ => Err(self.refuse_expression(expression)),
        }
    }

    /// One after the other, without going down the left side of a long chain by recursion.
    fn joined(&self, left: &Expr, right: &Expr, join: Join) -> Outcome<Filter> {
        let mut parts = vec![right];
        let mut rest = left;
        while let Expr::BinaryOp { left, op, right } = rest {
            if *op != join.operator() {
                break;
            }
            parts.push(right);
            rest = left;
        }
        parts.push(rest);
        let tests = parts.into_iter().rev().map(|part| self.test(part)).collect::<Outcome<_>>()?;
        Ok(match join {
            Join::And => Filter::And(tests),
            Join::Or => Filter::Or(tests),
        })
    }

    fn compare(&self, whole: &Expr, left: &Expr, op: &BinaryOperator, right: &Expr) -> Outcome<Filter> {
        let comparison = match op {
            BinaryOperator::Eq => Comparison::Equal,
            BinaryOperator::NotEq => Comparison::NotEqual,
            BinaryOperator::Lt => Comparison::Less,
            BinaryOperator::LtEq => Comparison::LessOrEqual,
            BinaryOperator::Gt => Comparison::Greater,
            BinaryOperator::GtEq => Comparison::GreaterOrEqual,
            _ => return Err(self.refuse(whole, format!("`{op}` has no place in it"))),
        };
        Ok(Filter::Compare { name: self.name(left)?, comparison, literal: self.literal(right)? })
    }

    fn like(&self, negated: bool, expr: &Expr, pattern: &Expr, any_case: bool) -> Outcome<Filter> {
        let name = self.name(expr)?;
        match self.literal(pattern)? {
            Literal::Text(pattern) => Ok(negate(negated, Filter::Like { name, pattern, any_case })),
            Literal::Number(_) | Literal::Bool(_) => Err(self.refuse(pattern, "a pattern is a text in quotes".into())),
        }
    }

    fn name(&self, expression: &Expr) -> Outcome<Name> {
        match expression {
            Expr::Identifier(ident) => Ok(Name::Plain(ident.value.clone())),
            Expr::CompoundIdentifier(parts) => Ok(compound(parts)),
            Expr::Nested(inner) => self.name(inner),
            Expr::Value(_) => {
                Err(self.refuse(expression, format!("the name stands first, not the value {expression}")))
            }
            _ => Err(self.refuse_expression(expression)),
        }
    }

    fn literal(&self, expression: &Expr) -> Outcome<Literal> {
        match expression {
            Expr::Value(value) => match &value.value {
                Value::SingleQuotedString(text) => Ok(Literal::Text(text.clone())),
                Value::Number(digits, false) => Ok(Literal::Number(digits.clone())),
                Value::Boolean(boolean) => Ok(Literal::Bool(*boolean)),
                Value::Null => {
                    Err(self.refuse(expression, "nothing equals null; write `is null` or `is not null`".into()))
                }
                other => Err(self.refuse(expression, format!("`{other}` is no text, number, `true` or `false`"))),
            },
            Expr::UnaryOp { op: sign @ (UnaryOperator::Minus | UnaryOperator::Plus), expr } => {
                match self.literal(expr)? {
                    Literal::Number(digits) if *sign == UnaryOperator::Plus => Ok(Literal::Number(digits)),
                    Literal::Number(digits) if !digits.starts_with('-') => Ok(Literal::Number(format!("-{digits}"))),
                    _ => Err(self.refuse(expression, format!("`{sign}` stands before one number only"))),
                }
            }
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => Err(self.refuse(
                expression,
                format!("`{expression}` is a name; a text stands in single quotes: '{expression}'"),
            )),
            _ => Err(self.refuse_expression(expression)),
        }
    }

    fn refuse_expression(&self, expression: &Expr) -> FilterError {
        let message = match expression {
            Expr::Function(function) => format!("`{}` is a function, and there are none in it", function.name),
            Expr::Value(value) => format!("{value} alone is no test"),
            Expr::IsTrue(_) | Expr::IsFalse(_) | Expr::IsNotTrue(_) | Expr::IsNotFalse(_) => {
                "write `= true` or `= false`".into()
            }
            Expr::Subquery(_) | Expr::In { .. } | Expr::Exists { .. } => "queries have no place in it".into(),
            other => format!("`{}` has no place in it", clipped(&other.to_string())),
        };
        self.refuse(expression, message)
    }

    fn refuse(&self, expression: &Expr, message: String) -> FilterError {
        self.error(expression.span().start, message)
    }

    fn error(&self, location: Location, message: impl Into<String>) -> FilterError {
        FilterError { message: message.into(), column: self.column(location) }
    }

    /// The character a location stands at, counted over all lines, from 1.
    fn column(&self, location: Location) -> usize {
        if location.line == 0 {
            return 1;
        }
        let above = usize::try_from(location.line - 1).unwrap_or(usize::MAX);
        let before: usize = self.text.split('\n').take(above).map(|line| line.chars().count() + 1).sum();
        before + usize::try_from(location.column).unwrap_or(1).max(1)
    }

    fn parser_error(&self, error: &ParserError) -> FilterError {
        let text = match error {
            ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.as_str(),
            ParserError::RecursionLimitExceeded => "it is nested too deeply",
        };
        let (message, place) = text.split_once(" at Line: ").unwrap_or((text, ""));
        let mut numbers = place.split(", Column: ").filter_map(|number| number.trim().parse().ok());
        let location = match (numbers.next(), numbers.next()) {
            (Some(line), Some(column)) => Location { line, column },
            _ if place.is_empty() && !matches!(error, ParserError::RecursionLimitExceeded) => self.end(),
            _ => Location { line: 1, column: 1 },
        };
        let ended = message.ends_with("found: EOF");
        let location = if ended { self.end() } else { location };
        self.error(location, if ended { "it ends too early".to_string() } else { spoken(message) })
    }

    fn end(&self) -> Location {
        let line = self.text.matches('\n').count() as u64 + 1;
        let last = self.text.rsplit('\n').next().unwrap_or("");
        Location { line, column: last.chars().count() as u64 + 1 }
    }
}

/// `Expected: an expression, found: )` in our words.
fn spoken(message: &str) -> String {
    let found = message.strip_prefix("Expected: ").and_then(|rest| rest.split_once(", found: "));
    match found {
        Some((wanted, found)) => format!("`{}` stands where {wanted} is due", clipped(found)),
        None => lower_first(message),
    }
}

fn lower_first(message: &str) -> String {
    let mut letters = message.trim().chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn clipped(text: &str) -> String {
    if text.chars().count() <= 40 { text.to_string() } else { text.chars().take(39).chain(['…']).collect() }
}

#[derive(Clone, Copy)]
enum Join {
    And,
    Or,
}

impl Join {
    fn operator(self) -> BinaryOperator {
        match self {
            Self::And => BinaryOperator::And,
            Self::Or => BinaryOperator::Or,
        }
    }
}

fn not(filter: Filter) -> Filter {
    Filter::Not(Box::new(filter))
}

fn negate(negated: bool, filter: Filter) -> Filter {
    if negated { not(filter) } else { filter }
}

/// `crm."Label"` is a CRM label; every other path is one dotted name.
fn compound(parts: &[Ident]) -> Name {
    match parts {
        [space, label] if space.value == "crm" && space.quote_style.is_none() && label.quote_style.is_some() => {
            Name::Crm(label.value.clone())
        }
        _ => Name::Plain(parts.iter().map(|part| part.value.as_str()).collect::<Vec<_>>().join(".")),
    }
}

/// Names may begin with `$`, as those of PostHog do; only `"` quotes them.
#[derive(Debug)]
struct Plain;

impl Dialect for Plain {
    fn is_identifier_start(&self, character: char) -> bool {
        character.is_alphabetic() || character == '_' || character == '$'
    }

    fn is_identifier_part(&self, character: char) -> bool {
        character.is_alphanumeric() || character == '_' || character == '$'
    }

    fn is_delimited_identifier_start(&self, character: char) -> bool {
        character == '"'
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let said = match parse(text) {
            Ok(filter) => told(&filter),
            Err(error) => format!("{}: {}", error.column, error.message),
        };
        assert_eq!(said, expected, "{text}");
    }

    /// A filter in a form that shows its brackets.
    fn told(filter: &Filter) -> String {
        let list = |literals: &[Literal]| literals.iter().map(literal).collect::<Vec<_>>().join(" ");
        let all = |tests: &[Filter]| tests.iter().map(told).collect::<Vec<_>>().join(" ");
        match filter {
            Filter::And(tests) => format!("(and {})", all(tests)),
            Filter::Or(tests) => format!("(or {})", all(tests)),
            Filter::Not(test) => format!("(not {})", told(test)),
            Filter::Compare { name: of, comparison, literal: value } => {
                format!("({comparison:?} {} {})", name(of), literal(value))
            }
            Filter::In { name: of, literals } => format!("(in {} {})", name(of), list(literals)),
            Filter::Between { name: of, low, high } => {
                format!("(between {} {} {})", name(of), literal(low), literal(high))
            }
            Filter::Like { name: of, pattern, any_case } => {
                format!("({} {} {pattern})", if *any_case { "ilike" } else { "like" }, name(of))
            }
            Filter::IsNull(of) => format!("(null {})", name(of)),
            Filter::Has(of) => format!("(has {})", name(of)),
        }
    }

    fn name(name: &Name) -> String {
        match name {
            Name::Plain(name) => format!("<{name}>"),
            Name::Crm(name) => format!("<crm:{name}>"),
        }
    }

    fn literal(literal: &Literal) -> String {
        match literal {
            Literal::Text(text) => format!("'{text}'"),
            Literal::Number(digits) => digits.clone(),
            Literal::Bool(value) => value.to_string(),
        }
    }

    #[test]
    fn plain_tests_are_read() {
        check("stage = 'production' and result = 'ok'", "(and (Equal <stage> 'production') (Equal <result> 'ok'))");
        check("a = 1 or b = 2 and not c = 3", "(or (Equal <a> 1) (and (Equal <b> 2) (not (Equal <c> 3))))");
        check("(a = 1 or b = 2) and c != 3", "(and (or (Equal <a> 1) (Equal <b> 2)) (NotEqual <c> 3))");
        check("a = 1 and b = 2 and c <> 3", "(and (Equal <a> 1) (Equal <b> 2) (NotEqual <c> 3))");
        check("n >= 1 and n < -2.50", "(and (GreaterOrEqual <n> 1) (Less <n> -2.50))");
        check("x in ('a', 'b')", "(in <x> 'a' 'b')");
        check("x not in (1, 2)", "(not (in <x> 1 2))");
        check("x between 1 and 5 and y = true", "(and (between <x> 1 5) (Equal <y> true))");
        check("x not between 1 and 5", "(not (between <x> 1 5))");
        check("name like 'a%' or name not ilike '%B_'", "(or (like <name> a%) (not (ilike <name> %B_)))");
        check("email is null", "(null <email>)");
        check("email IS NOT NULL", "(not (null <email>))");
    }

    #[test]
    fn names_are_paths_and_may_be_quoted() {
        check("$browser = 'Safari'", "(Equal <$browser> 'Safari')");
        check("$groups.team = 't'", "(Equal <$groups.team> 't')");
        check("env.\"stage name\" = 'x'", "(Equal <env.stage name> 'x')");
        check("\"a \"\"b\"\"\" = 'x'", "(Equal <a \"b\"> 'x')");
        check("crm.\"Number of Employees\" > 50", "(Greater <crm:Number of Employees> 50)");
        check("crm.tier = 'x'", "(Equal <crm.tier> 'x')");
        check("größe = 'x'", "(Equal <größe> 'x')");
    }

    #[test]
    fn words_of_sql_that_are_not_ours_are_names() {
        check("interval = 'month'", "(Equal <interval> 'month')");
        check("date = '2026-01-01' and case = 1", "(and (Equal <date> '2026-01-01') (Equal <case> 1))");
        check("select = 1", "(Equal <select> 1)");
        check(
            "type = 'a' and user = 'b' and time = 'c'",
            "(and (Equal <type> 'a') (Equal <user> 'b') (Equal <time> 'c'))",
        );
        check("current_date = 'x'", "(Equal <current_date> 'x')");
        check("x = 'it''s; -- not a /* comment */'", "(Equal <x> 'it's; -- not a /* comment */')");
    }

    #[test]
    fn digits_are_kept() {
        check("x = 1001.10", "(Equal <x> 1001.10)");
        check("x = 123456789012345678901234567890", "(Equal <x> 123456789012345678901234567890)");
        check("x = 1e3", "(Equal <x> 1e3)");
    }

    #[test]
    fn a_bare_name_is_a_signal_in_tests_on_accounts_only() {
        let account = |text| parse_account(text).map(|filter| told(&filter));
        assert_eq!(account("production_deploy"), Ok("(has <production_deploy>)".into()));
        assert_eq!(
            account("tier = 'x' and not second_site"),
            Ok("(and (Equal <tier> 'x') (not (has <second_site>)))".into())
        );
        check("flag", "1: `flag` is compared with nothing; write `flag = true`");
    }

    #[test]
    fn nothing_else_gets_through() {
        check("a = 1; drop table x", "6: it is one test; a `;` has no place in it");
        check("a = 1 -- and so on", "7: comments have no place in it");
        check("a = /* x */ 1", "5: comments have no place in it");
        check("lower(a) = 'x'", "1: `lower` is a function, and there are none in it");
        check("a = lower('x')", "5: `lower` is a function, and there are none in it");
        check("a = (select 1)", "13: `1` stands where ) is due");
        check("a in (select b from c)", "14: `b` stands where ) is due");
        check("exists (select 1)", "16: `1` stands where ) is due");
        check("a + 1 = 2", "1: `a + 1` has no place in it");
        check("a || 'x' = 'y'", "1: `a || 'x'` has no place in it");
        check("a = b", "5: `b` is a name; a text stands in single quotes: 'b'");
        check("'x' = a", "1: the name stands first, not the value 'x'");
        check("a = null", "5: nothing equals null; write `is null` or `is not null`");
        check("a is true", "1: write `= true` or `= false`");
        check("a = 'x' b", "9: `b` does not follow from what stands before it");
        check("a like 5", "8: a pattern is a text in quotes");
        check("1 = 1", "1: the name stands first, not the value 1");
        check("true", "1: true alone is no test");
    }

    #[test]
    fn what_is_cut_short_says_where_it_ends() {
        check("", "1: it ends too early");
        check("a =", "4: it ends too early");
        check("(a = 1", "7: it ends too early");
        check("a = 'x", "5: unterminated string literal");
        check("stage = 'production' and", "25: it ends too early");
    }

    #[test]
    fn hostile_texts_are_refused_and_crash_nothing() {
        for text in ["a::int = 1", "a = ?", "a = :b", "a = @x", "a[1] = 2", "a = x'41'", "a -> 'b' = 1", "a = 1 = 1"] {
            assert!(parse(text).is_err(), "{text}");
        }
        for text in ["`a` = 1", "a = $$x$$", "cast(a as int) = 1", "a.* = 1", "* = 1", "a = any(b)", "a collate x = 1"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&"(".repeat(9_000)).is_err());
        assert!(parse(&"not ".repeat(2_000)).is_err());
        assert!(parse(&"a".repeat(20_000)).is_err());
        assert!(parse(&format!("a = 1{}", " and a = 1".repeat(900))).is_ok());
        assert!(parse(&format!("a = 1{}", " and a = 1 or a = 2".repeat(400))).is_ok());
    }
}
