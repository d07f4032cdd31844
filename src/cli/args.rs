//! The command line as typed: verbs first, the same flag with the same meaning everywhere.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

/// Draws, measures and tests the line from product outcomes to business results.
#[derive(Debug, Parser)]
#[command(name = "throughline", version, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = "Begin with `throughline demo`: it lays out a sample company and runs the whole job on it.")]
pub(super) struct Command {
    /// What is asked for
    #[command(subcommand)]
    pub(super) verb: Verb,
    /// What holds for every verb
    #[command(flatten)]
    pub(super) common: Common,
}

/// What holds for every verb.
#[derive(Debug, Clone, Args)]
pub(super) struct Common {
    /// The workspace; default: the nearest folder upwards with a `throughline.toml`
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub(super) workspace: Option<PathBuf>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Colour::Auto, global = true)]
    pub(super) color: Colour,
    /// Say only what must be mended
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// Say more: what was passed over, seconds and rows per stage
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
    /// How many threads the engine may use
    #[arg(long, value_name = "N", global = true, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) threads: Option<u32>,
    /// How much memory the engine may use, as `1GB`
    #[arg(long, value_name = "SIZE", global = true)]
    pub(super) memory: Option<String>,
    /// The clock, for tests: a moment as `2026-07-01T06:00:00Z`
    #[arg(long, value_name = "TIME", global = true, hide = true)]
    pub(super) now: Option<jiff::Timestamp>,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What is asked for.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Lay out a sample workspace, run the whole job on it, and say where the report is
    Demo {
        /// The folder to lay it out in; it must be empty or a demo of before
        #[arg(default_value = "throughline-demo")]
        dir: PathBuf,
    },
    /// Write a commented plan, or with `--from` one that fits the exports you have
    Init {
        /// The folder; default: this one
        #[arg(default_value = ".")]
        dir: PathBuf,
        /// Exports to look at: what they are, where they name accounts, which events they hold
        #[arg(long, num_args = 1.., value_name = "FILES")]
        from: Vec<PathBuf>,
    },
    /// Look for every problem of the plan and the sources it can see, at once
    Check {
        /// Warnings are errors
        #[arg(long)]
        strict: bool,
    },
    /// The nightly job: ingest, shape, measure, link, report; running it again is safe
    Run(Run),
    /// Read what is new in the sources; prints read = accepted + duplicate + set aside per file
    Ingest {
        /// Only these sources; default: all. `SOURCE -` reads standard input as that source
        sources: Vec<String>,
        /// The same as naming it
        #[arg(long = "source", value_name = "SOURCE", hide = true)]
        named: Vec<String>,
        /// Replace the source by what its files hold now
        #[arg(long)]
        afresh: bool,
        #[command(flatten)]
        table: Table,
    },
    /// Write the sync pack from what is in the lake
    Report {
        #[command(flatten)]
        span: AsOf,
        #[command(flatten)]
        known: AsKnown,
    },
    /// Freshness per source, the last runs, rows set aside, match rates, what is due next
    Status {
        #[command(flatten)]
        table: Table,
    },
    /// Values over time, by segment, with counts and interval
    Measure(Measure),
    /// What there is: metrics, signals, links, events, runs, rows set aside, codes
    List {
        /// What to list
        #[arg(value_enum, default_value_t = What::Metrics)]
        what: What,
        /// Only of this source
        #[arg(long, value_name = "SOURCE")]
        source: Option<String>,
        #[command(flatten)]
        table: Table,
    },
    /// The evidence for each link: raw and adjusted figures with interval, n and the gates
    Link {
        /// Metrics, outcomes or `FROM->TO`; default: all links
        ids: Vec<String>,
        #[command(flatten)]
        span: AsOf,
        #[command(flatten)]
        known: AsKnown,
        #[command(flatten)]
        table: Table,
    },
    /// Which accounts have come how far with an outcome; `suggest` proposes identity matches
    Accounts(Accounts),
    /// Where a figure comes from: the definition in words, the SQL, row counts at each stage, the files behind it
    Explain(Explain),
    /// Read-only SQL over the workspace's tables; a shell with history when no query is given
    Sql {
        /// The query; left out, it is read from standard input, or typed at a terminal
        query: Option<String>,
        #[command(flatten)]
        table: Table,
    },
    /// What is in the data: event names, counts, first and last seen, actors, properties and their values
    Events {
        /// Only these events, and a row for each of their properties; default: a row for each event
        names: Vec<String>,
        #[command(flatten)]
        table: Table,
    },
    /// Write a make-believe company of any size: exports in the tools' layouts and what was planted in them
    Synth {
        /// How many accounts
        #[arg(long, default_value_t = 1000)]
        accounts: u32,
        /// How many weeks of history
        #[arg(long, default_value_t = 52)]
        weeks: u32,
        /// The seed: the same gives the same bytes
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The folder to write to
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// The plan's JSON Schema, for editors
    Schema,
    /// Completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// The manual page
    Man,
}

/// The nightly job.
#[derive(Debug, Args)]
pub(super) struct Run {
    #[command(flatten)]
    pub(super) span: AsOf,
    /// Only these stages
    #[arg(long, value_enum, num_args = 1.., value_name = "STAGE")]
    pub(super) only: Vec<Stage>,
    /// Warnings are errors
    #[arg(long)]
    pub(super) strict: bool,
}

/// The five stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(super) enum Stage {
    /// Read what is new
    Ingest,
    /// Who is who, what happened when
    Shape,
    /// Every metric of the plan
    Measure,
    /// Every link of the plan
    Link,
    /// The sync pack
    Report,
}

/// A cut by time of event.
#[derive(Debug, Clone, Args)]
pub(super) struct AsOf {
    /// The last day that is read; default: the last complete day of every source
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(super) as_of: Option<Date>,
}

/// What was known then.
#[derive(Debug, Clone, Args)]
pub(super) struct AsKnown {
    /// Read what that run read: the rows and side files of then (`report`: also its plan); see `list runs`
    #[arg(long, value_name = "RUN", conflicts_with = "as_of")]
    pub(super) as_known: Option<String>,
}

/// What is asked about metrics.
#[derive(Debug, Args)]
pub(super) struct Measure {
    /// The metrics' ids; default: all of the plan
    pub(super) ids: Vec<String>,
    #[command(flatten)]
    pub(super) span: AsOf,
    #[command(flatten)]
    pub(super) known: AsKnown,
    /// The first day; default: all history
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(super) from: Option<Date>,
    /// The last day, included; default: the as-of day
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(super) to: Option<Date>,
    /// Split by a segment, or by a property of the event
    #[arg(long, value_name = "NAME")]
    pub(super) by: Vec<String>,
    /// And a test to every event signal of the metric
    #[arg(long = "where", value_name = "TEST")]
    pub(super) filter: Option<String>,
    /// Keep only these values of a segment: `tier=team,enterprise`; `tier=null` keeps those without
    #[arg(long, value_name = "K=V,…")]
    pub(super) segment: Vec<String>,
    /// In place of the metric's own period
    #[arg(long, value_enum, value_name = "UNIT")]
    pub(super) period: Option<PeriodUnit>,
    /// Keep the n largest values of `--by` apart, the rest as `other`
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) top: Option<u32>,
    /// Add the earlier figure and the change
    #[arg(long, value_enum)]
    pub(super) compare: Option<Compare>,
    #[command(flatten)]
    pub(super) table: Table,
}

/// Which figure another is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Compare {
    /// The period before; for the whole range the equally long one before
    Previous,
    /// A year before: 364 days for days and weeks, else the same dates
    Year,
}

/// Which figure is explained.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The metric
    pub(super) id: String,
    #[command(flatten)]
    pub(super) span: AsOf,
    /// The figure of the period that holds this day; default: the last settled one
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub(super) period: Option<Date>,
    /// The figure of this segment: `tier=team`
    #[arg(long, value_name = "K=V")]
    pub(super) segment: Vec<String>,
    /// Stable pseudonyms in place of ids and names
    #[arg(long)]
    pub(super) redact: bool,
}

/// What is asked about accounts.
#[derive(Debug, Args)]
pub(super) struct Accounts {
    /// Propose matches instead, in the columns of the file of matches by hand; nothing is applied
    #[arg(value_enum, conflicts_with_all = ["outcome", "state"])]
    pub(super) what: Option<Propose>,
    /// The outcome
    #[arg(long, value_name = "ID", required_unless_present = "what")]
    pub(super) outcome: Option<String>,
    /// Only accounts of these states; default: all
    #[arg(long, value_enum, value_delimiter = ',', value_name = "STATE")]
    pub(super) state: Vec<State>,
    /// Stable pseudonyms in place of ids and names
    #[arg(long, conflicts_with = "what")]
    pub(super) redact: bool,
    #[command(flatten)]
    pub(super) span: AsOf,
    #[command(flatten)]
    pub(super) table: Table,
}

/// What `accounts` can propose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Propose {
    /// Accounts, companies and customers that may belong together, each with the reason
    Suggest,
}

/// How far an account has come with an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum State {
    /// Did the behaviour, lately or not
    Reached,
    /// Not reached, but did the start or a step of its activation or funnel
    Started,
    /// None of that
    NotStarted,
    /// Reached, but not done in the last 28 days
    Lapsed,
}

/// The size of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PeriodUnit {
    /// A local day
    Day,
    /// A week
    Week,
    /// A calendar month
    Month,
    /// A quarter of the fiscal year
    Quarter,
    /// A fiscal year
    Year,
}

/// How a table leaves.
#[derive(Debug, Clone, Args)]
pub(super) struct Table {
    /// How rows are written; Parquet needs `--output`
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT", requires_if("parquet", "output"))]
    pub(super) format: Format,
    /// Where to; default: standard output
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Draw them, too
    #[arg(long, value_name = "FILE.svg", value_parser = super::chart::file)]
    pub(super) chart: Option<PathBuf>,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Aligned columns, for people
    Table,
    /// Comma-separated, with a header
    Csv,
    /// One document
    Json,
    /// One object a line
    Ndjson,
    /// A Markdown table
    Md,
    /// Apache Parquet, to a file
    Parquet,
}

/// What to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum What {
    /// The plan's metrics
    Metrics,
    /// The plan's signals
    Signals,
    /// The plan's links
    Links,
    /// Event names in the data
    Events,
    /// Finished runs
    Runs,
    /// Rows that could not be read
    SetAside,
    /// Every code a message can carry
    Codes,
}

/// A day as the plan writes it too.
fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write a day as 2026-03-31".to_owned())
}
