//! The `where` language: a plain test on properties, the same in plans and at the command line.

mod parse;
mod show;

pub use parse::{FilterError, parse, parse_account};

/// A test, as parsed and checked against the allow-list.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// All hold.
    And(Vec<Filter>),
    /// Any holds.
    Or(Vec<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// A value compared with a literal.
    Compare {
        /// The property.
        name: Name,
        /// How.
        comparison: Comparison,
        /// With what.
        literal: Literal,
    },
    /// A value that is one of a list.
    In {
        /// The property.
        name: Name,
        /// The list.
        literals: Vec<Literal>,
    },
    /// A value from one literal to another, both included.
    Between {
        /// The property.
        name: Name,
        /// From.
        low: Literal,
        /// To.
        high: Literal,
    },
    /// A text that follows a pattern of `%` and `_`.
    Like {
        /// The property.
        name: Name,
        /// The pattern.
        pattern: String,
        /// Whether upper and lower case are the same.
        any_case: bool,
    },
    /// A property that is not there.
    IsNull(Name),
    /// In tests on accounts, a bare signal: has done it.
    Has(Name),
}

/// A property's name: dotted paths are one text, `crm."Label"` has its own form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// A property of the row, or in tests on accounts a segment or a signal.
    Plain(String),
    /// A CRM label: `crm."Label"`.
    Crm(String),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the sign of that name")]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A value written in a test.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `'text'`
    Text(String),
    /// A number, with its digits as written.
    Number(String),
    /// `true` or `false`
    Bool(bool),
}

impl Filter {
    /// Every name the test uses, in its order, and whether it stands bare ("has done it").
    pub fn names(&self) -> Vec<(&Name, bool)> {
        match self {
            Self::And(tests) | Self::Or(tests) => tests.iter().flat_map(Self::names).collect(),
            Self::Not(test) => test.names(),
            Self::Compare { name, .. }
            | Self::In { name, .. }
            | Self::Between { name, .. }
            | Self::Like { name, .. } => {
                vec![(name, false)]
            }
            Self::IsNull(name) => vec![(name, false)],
            Self::Has(name) => vec![(name, true)],
        }
    }
}
