//! What can be wrong with a row: one code each, and what was seen.

use std::borrow::Cow;

/// Why a row was set aside (inputs.md 11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the code of that name, told in inputs.md 11 and worded in issues.rs")]
pub enum Code {
    FileUnreadable,
    NotAnExport,
    FileTruncated,
    RowTooLong,
    NulBytes,
    EncodingUnreadable,
    NotJson,
    JsonTooDeep,
    NotAnObject,
    ColumnsMissing,
    ColumnsCount,
    QuoteUnclosed,
    CellsExtra,
    DateOrderUndecided,
    DateOrderMixed,
    IdMissing,
    IdMangled,
    EventMissing,
    TimeMissing,
    TimeUnreadable,
    TimeImplausible,
    AccountMissing,
    NumberUnreadable,
    NumberAmbiguous,
    IntervalUnknown,
    QuoteMissing,
    ReleaseDraft,
}

impl Code {
    /// Every code, in the order in which one comes before another.
    pub const ALL: [Self; 27] = [
        Self::FileUnreadable,
        Self::NotAnExport,
        Self::FileTruncated,
        Self::RowTooLong,
        Self::NulBytes,
        Self::EncodingUnreadable,
        Self::NotJson,
        Self::JsonTooDeep,
        Self::NotAnObject,
        Self::ColumnsMissing,
        Self::ColumnsCount,
        Self::QuoteUnclosed,
        Self::CellsExtra,
        Self::DateOrderUndecided,
        Self::DateOrderMixed,
        Self::IdMissing,
        Self::IdMangled,
        Self::EventMissing,
        Self::TimeMissing,
        Self::TimeUnreadable,
        Self::TimeImplausible,
        Self::AccountMissing,
        Self::NumberUnreadable,
        Self::NumberAmbiguous,
        Self::IntervalUnknown,
        Self::QuoteMissing,
        Self::ReleaseDraft,
    ];

    /// The code of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.word() == word)
    }

    /// The word that is printed and stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::FileUnreadable => "file-unreadable",
            Self::NotAnExport => "not-an-export",
            Self::FileTruncated => "file-truncated",
            Self::RowTooLong => "row-too-long",
            Self::NulBytes => "nul-bytes",
            Self::EncodingUnreadable => "encoding-unreadable",
            Self::NotJson => "not-json",
            Self::JsonTooDeep => "json-too-deep",
            Self::NotAnObject => "not-an-object",
            Self::ColumnsMissing => "columns-missing",
            Self::ColumnsCount => "columns-count",
            Self::QuoteUnclosed => "quote-unclosed",
            Self::CellsExtra => "cells-extra",
            Self::DateOrderUndecided => "date-order-undecided",
            Self::DateOrderMixed => "date-order-mixed",
            Self::IdMissing => "id-missing",
            Self::IdMangled => "id-mangled",
            Self::EventMissing => "event-missing",
            Self::TimeMissing => "time-missing",
            Self::TimeUnreadable => "time-unreadable",
            Self::TimeImplausible => "time-implausible",
            Self::AccountMissing => "account-missing",
            Self::NumberUnreadable => "number-unreadable",
            Self::NumberAmbiguous => "number-ambiguous",
            Self::IntervalUnknown => "interval-unknown",
            Self::QuoteMissing => "quote-missing",
            Self::ReleaseDraft => "release-draft",
        }
    }
}

/// Why one row could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The code.
    pub code: Code,
    /// What was seen, for the row's `because`; may be empty.
    pub because: Cow<'static, str>,
}

impl Problem {
    /// A problem with what was seen.
    pub fn new(code: Code, because: impl Into<Cow<'static, str>>) -> Self {
        Self { code, because: because.into() }
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self { code, because: Cow::Borrowed("") }
    }
}
