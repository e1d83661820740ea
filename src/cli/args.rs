//! What can be typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

pub use super::measure_args::{Backtest, Eval};
#[cfg(feature = "restate")]
pub use super::run_args::Worker;
pub use super::run_args::{AT_ONCE, Engine, InboxCommand, Run, RunsCommand};

/// Turns a plain-language SOP into a validated workflow, and runs it.
///
/// Without a command it starts a chat: name an SOP or paste one.
#[derive(Debug, Parser)]
#[command(
    name = "sopwright",
    version,
    max_term_width = 100,
    after_help = "Start here: sopwright build renewal-risk-briefs"
)]
pub struct Args {
    /// What holds for every command.
    #[command(flatten)]
    pub everywhere: Everywhere,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options of every command.
#[derive(Debug, Clone, clap::Args)]
pub struct Everywhere {
    /// The folder with sopwright.toml, sops/ and generated/ [default: the nearest one upwards].
    #[arg(long, global = true, value_name = "DIR")]
    pub workspace: Option<PathBuf>,
    /// Pins the clock of dry runs and runs to a date or time.
    #[arg(long, global = true, value_name = "DATE|TIME")]
    pub as_of: Option<String>,
    /// How results are printed.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// The model: anthropic/NAME, openai/NAME, ollama/NAME, llamacpp or built-in.
    #[arg(long, global = true, value_name = "MODEL")]
    pub model: Option<String>,
    /// Logs runs to standard error, a line for each event; SOPWRIGHT_LOG=debug logs every effect.
    #[arg(long, global = true, value_enum, value_name = "HOW")]
    pub log: Option<Log>,
    /// Writes every exchange with the model to a folder, to be replayed.
    #[arg(long, global = true, value_name = "DIR", hide_short_help = true)]
    pub record: Option<PathBuf>,
    /// Answers from a folder of recorded exchanges instead of a model.
    #[arg(long, global = true, value_name = "DIR", hide_short_help = true)]
    pub replay: Option<PathBuf>,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// A diagram as a Mermaid flowchart.
    Mermaid,
    /// A diagram as an SVG image.
    Svg,
    /// A trace as a page that stands alone.
    Html,
}

/// How runs are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Log {
    /// For people.
    Human,
    /// A structure on each line.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Chat about a new or saved workflow.
    Chat {
        /// A saved workflow, or an SOP by name or path.
        what: Option<String>,
    },
    /// Go on with the last session, or the one that is named.
    Resume {
        /// The session [default: the last one].
        session: Option<String>,
    },
    /// Build a workflow from an SOP, without chat.
    Build(Build),
    /// Change a saved workflow as you say, without chat: shows what changes, then asks.
    Edit(Edit),
    /// List every saved version of a workflow, or go back to one.
    History(History),
    /// Check a saved workflow, or a file.
    Check {
        /// The workflow's name, folder or file.
        name: String,
    },
    /// Run a workflow on sample rows, with effects only shown.
    DryRun {
        /// The workflow's name, folder or file.
        name: String,
        /// How many cases.
        #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1000))]
        cases: u16,
        /// Skips what happens where a source is down, a table empty or a value missing.
        #[arg(long)]
        no_scenarios: bool,
    },
    /// Run past cases again and compare with what people decided.
    Backtest(Backtest),
    /// Run a workflow over all its cases, or finish a run that was cut short.
    Run(Run),
    /// Carry out the failed cases of a run again; what they had done is not done twice.
    Retry {
        /// The run, as `sopwright runs list` names it.
        run: String,
        /// Only the case of this key.
        #[arg(long, value_name = "KEY")]
        case: Option<String>,
    },
    /// Run what is enabled whenever something starts it, until it is stopped.
    Serve {
        /// Where it is asked over HTTP; beyond this machine it needs a token [default: 127.0.0.1:7420].
        #[arg(long, value_name = "ADDR")]
        listen: Option<String>,
        /// How many cases of a run that wait for something outside go on at once [default: 16, or
        /// as sopwright.toml says].
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
        at_once: Option<u16>,
    },
    /// Do what the cases of runs want that are driven through a server, until it is stopped.
    #[cfg(feature = "restate")]
    Worker(Worker),
    /// Let a workflow run by itself, when its trigger says.
    Enable {
        /// The workflow's name.
        name: String,
    },
    /// Let a workflow no longer run by itself.
    Disable {
        /// The workflow's name.
        name: String,
    },
    /// Show what runs next, and what it waits for.
    Upcoming,
    /// List runs, show one, or tell what happened to a case.
    Runs {
        /// What to do.
        #[command(subcommand)]
        command: RunsCommand,
    },
    /// Remove runs that are over from the journal, and give its room back.
    Prune {
        /// How long they must have been over, as in 90d [default: as [retention] says].
        #[arg(long, value_name = "TIME")]
        older_than: Option<String>,
        /// Only says what would be removed.
        #[arg(long)]
        dry_run: bool,
    },
    /// Remove what is kept of a case, in all runs: shows what there is, then asks.
    Forget {
        /// The key of the case.
        key: String,
        /// Only in the runs of this workflow.
        #[arg(long, value_name = "NAME")]
        workflow: Option<String>,
        /// Removes it without asking.
        #[arg(long)]
        yes: bool,
    },
    /// See which names are uncertain, and say which are one.
    Names(super::names::Names),
    /// See where secrets are that the settings name, and keep them safely.
    Secrets(super::secrets::Secrets),
    /// Decide about what waits for approval.
    Inbox {
        /// What to do.
        #[command(subcommand)]
        command: InboxCommand,
    },
    /// Serve an assistant (Claude Code, Claude Desktop, Cursor …) over MCP, on standard input and output.
    Mcp,
    /// Tell the cases that wait for an event that it has come.
    Event {
        /// The event's name, as the workflow says it.
        name: String,
        /// Only the case of this key [default: every case that waits for it].
        #[arg(long, value_name = "KEY")]
        case: Option<String>,
        /// What comes with it, as a JSON object.
        #[arg(long, value_name = "JSON")]
        data: Option<String>,
    },
    /// Show what there is of a workflow, in short.
    Show {
        /// The workflow's name.
        name: String,
    },
    /// Tell a workflow in plain language.
    Explain {
        /// The workflow's name.
        name: String,
    },
    /// Show what carries out each statement of the SOP.
    Trace {
        /// The workflow's name.
        name: String,
        /// Where to [default: the terminal].
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Draw a workflow.
    Diagram {
        /// The workflow's name.
        name: String,
        /// Where to [default: the terminal].
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// List workflows and SOPs.
    List,
    /// Print the JSON Schema of a workflow.
    Schema,
    /// List, show, try or add connections.
    Connections {
        /// What to do.
        #[command(subcommand)]
        command: ConnectionsCommand,
    },
    /// Write a workflow's folder as one file.
    Export {
        /// The workflow's name.
        name: String,
        /// Where to [default: NAME.sopwright.json].
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Read a workflow's folder from one file.
    Import {
        /// The file.
        file: PathBuf,
        /// Another name for it.
        #[arg(long)]
        name: Option<String>,
    },
    /// Say which models and connections were found, and whether they work.
    Doctor,
    /// Measure how well a model builds, over a suite of SOPs with known outcomes.
    Eval(Eval),
}

/// Build a workflow from an SOP, without chat.
#[derive(Debug, clap::Args)]
pub struct Build {
    /// The SOP: a name under sops/, a path, or - for standard input.
    pub sop: String,
    /// The workflow's name [default: from the SOP's title].
    #[arg(long)]
    pub name: Option<String>,
    /// The owner's notes, in plain words: they count as answers already given.
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
    /// Past cases with what people decided, as CSV or JSON: the build is held against them.
    #[arg(long, value_name = "FILE")]
    pub labelled: Option<PathBuf>,
    /// The columns of it that say what was decided [default: those that the table lacks].
    #[arg(long, value_name = "COLUMN", requires = "labelled")]
    pub outcome: Vec<String>,
    /// Asks nothing: what is open becomes a recorded assumption.
    #[arg(long)]
    pub yes: bool,
    /// Stops when it has cost more than this, in US dollars.
    #[arg(long, value_name = "USD")]
    pub max_cost: Option<f64>,
    /// Stops when it has taken longer than this, as in 10m.
    #[arg(long, value_name = "TIME")]
    pub max_time: Option<String>,
}

/// Change a saved workflow as you say, without chat.
#[derive(Debug, clap::Args)]
pub struct Edit {
    /// The workflow's name.
    pub name: String,
    /// What should be different, in your own words.
    pub request: String,
    /// Keeps the change without asking.
    #[arg(long)]
    pub yes: bool,
}

/// List every saved version of a workflow, or go back to one.
#[derive(Debug, clap::Args)]
pub struct History {
    /// The workflow's name.
    pub name: String,
    /// Goes back to this version, which becomes the newest: none is lost.
    #[arg(long, value_name = "N")]
    pub back: Option<String>,
    /// Goes back without asking.
    #[arg(long)]
    pub yes: bool,
}

/// What to do with connections.
#[derive(Debug, Subcommand)]
pub enum ConnectionsCommand {
    /// List them with their tables and tools.
    List,
    /// Show one: columns, types, values.
    Show {
        /// Its name, or connection.table.
        name: String,
    },
    /// Try one: reads it and shows the first rows.
    Try {
        /// Its name.
        name: String,
    },
    /// Add one: asks for what it needs, tries it, and keeps it if it answers.
    Add(AddConnection),
    /// List the services that are described already.
    Presets,
}

/// The connection that is added.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct AddConnection {
    /// The service, as `connections presets` lists them, or folder, csv, sqlite, postgres, mysql, mail
    /// or chat.
    #[arg(conflicts_with = "description")]
    pub service: Option<String>,
    /// A file that describes a service (docs/connections.md).
    #[arg(long, value_name = "FILE")]
    pub description: Option<PathBuf>,
    /// The connection's name [default: the service's].
    #[arg(long)]
    pub name: Option<String>,
    /// Fills in what the service asks for.
    #[arg(long, value_name = "BLANK=VALUE")]
    pub set: Vec<String>,
    /// The variable that holds a secret; with several secrets, which one.
    #[arg(long, value_name = "[SECRET=]env:NAME")]
    pub secret: Vec<String>,
    /// Lets approved updates change records there.
    #[arg(long)]
    pub writable: bool,
    /// Reads only records since then, where tables can tell.
    #[arg(long, value_name = "DAY|TIME")]
    pub since: Option<String>,
    /// Keeps it also if it does not answer.
    #[arg(long)]
    pub keep: bool,
}
