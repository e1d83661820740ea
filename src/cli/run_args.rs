//! What the commands about runs take.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::Subcommand;

/// How many cases that wait for tools or models run at once, unless said otherwise.
pub const AT_ONCE: u16 = 16;

/// Run a workflow over all its cases, or finish a run that was cut short.
#[derive(Debug, clap::Args)]
pub struct Run {
    /// The workflow's name, folder or file.
    #[arg(required_unless_present = "resume")]
    pub name: Option<String>,
    /// Finishes a run that was cut short, with its own clock and inputs, and as the workflow was
    /// when it began [default: the last run].
    #[arg(
        long,
        value_name = "RUN",
        num_args = 0..=1,
        default_missing_value = "",
        conflicts_with_all = ["case", "out", "results", "inputs"]
    )]
    pub resume: Option<String>,
    /// Only the case of this key.
    #[arg(long, value_name = "KEY")]
    pub case: Option<String>,
    /// Where its files go [default: runs/NAME-TIME].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Where the results of every case go: .csv or .jsonl.
    #[arg(long, value_name = "FILE")]
    pub results: Option<PathBuf>,
    /// What a manual trigger is given, as NAME=VALUE.
    #[arg(long = "input", value_name = "NAME=VALUE")]
    pub inputs: Vec<String>,
    /// Stops after so many cases, whatever the workflow says; it can be resumed.
    #[arg(long, value_name = "N")]
    pub max_cases: Option<usize>,
    /// Stops when model calls have cost more than this, in US dollars.
    #[arg(long, value_name = "USD")]
    pub max_cost: Option<f64>,
    /// Stops when models were called so often.
    #[arg(long, value_name = "N")]
    pub max_calls: Option<u64>,
    /// Stops when it has taken longer than this, as in 30m.
    #[arg(long, value_name = "TIME")]
    pub max_time: Option<String>,
    /// Goes on although a limit of the day is reached.
    #[arg(long)]
    pub past_day_limits: bool,
    /// Asks models anew what they have answered in earlier runs.
    #[arg(long)]
    pub fresh: bool,
    /// Begins without asking whether what models are going to cost is fine.
    #[arg(long)]
    pub yes: bool,
    /// How many cases that wait for tools or models run at once [default: 16, or as
    /// sopwright.toml says].
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub at_once: Option<u16>,
    /// Who does what cases want of tools and models [default: own, or as sopwright.toml says].
    #[arg(long, value_enum)]
    pub engine: Option<Engine>,
}

/// Who does what cases want of tools and models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    /// The run itself.
    Own,
    /// Workers of a Restate server: docs/scaling.md.
    Restate,
}

/// Do what the cases of runs want that are driven through a server, until it is stopped.
#[derive(Debug, clap::Args)]
pub struct Worker {
    /// The server's kind.
    #[arg(long, value_enum)]
    pub engine: ServerKind,
    /// The address that it listens on; beyond this machine it needs the server's public key
    /// [default: 127.0.0.1:9080, or as sopwright.toml says].
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
    /// The URL under which the server reaches it [default: the address].
    #[arg(long, value_name = "URL")]
    pub advertise: Option<String>,
}

/// Servers that runs can be driven through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ServerKind {
    /// Restate.
    Restate,
}

/// What to do with runs.
#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// List the last runs.
    List {
        /// Only those of this workflow.
        workflow: Option<String>,
        /// How many.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
        last: u16,
    },
    /// Show what a run came to.
    Show {
        /// The run [default: the last one].
        run: Option<String>,
    },
    /// Tell what happened to a case: what was read, decided and why, called and made.
    Case {
        /// The run.
        run: String,
        /// The case.
        key: String,
    },
}

/// What to do with what waits.
#[derive(Debug, Subcommand)]
pub enum InboxCommand {
    /// List what waits for approval.
    List {
        /// Also what was decided.
        #[arg(long)]
        all: bool,
    },
    /// Show one thing whole.
    Show {
        /// Its number.
        id: i64,
    },
    /// Approve: it is delivered now.
    Approve {
        /// The numbers, such as 3 or 3-9.
        #[arg(required = true, value_parser = numbers)]
        ids: Vec<RangeInclusive<i64>>,
        /// Does again what may have been done already.
        #[arg(long)]
        again: bool,
    },
    /// Answer a question: its case goes on when the run does.
    Answer {
        /// Its number.
        id: i64,
        /// One of the choices, by word or number; or NAME=VALUE for each field.
        #[arg(required = true, num_args = 1.., value_name = "ANSWER")]
        answer: Vec<String>,
    },
    /// Change what is delivered, in your editor; approve it then.
    Edit {
        /// Its number.
        id: i64,
        /// Takes the text from a file instead.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Reject: it never leaves.
    Reject {
        /// The numbers, such as 3 or 3-9.
        #[arg(required = true, value_parser = numbers)]
        ids: Vec<RangeInclusive<i64>>,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
}

/// Reads `3` or `3-9`.
fn numbers(text: &str) -> Result<RangeInclusive<i64>, String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let number = |text: &str| text.trim().parse::<i64>().ok().filter(|n| *n > 0);
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last && last - first < 10_000 => Ok(first..=last),
        _ => Err("it is a number, or two as in 3-9".to_owned()),
    }
}
