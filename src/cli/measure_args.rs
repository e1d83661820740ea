//! What the commands are told that measure.

use std::path::PathBuf;

/// Which past cases a workflow is compared with.
#[derive(Debug, clap::Args)]
pub struct Backtest {
    /// The workflow's name, folder or file.
    pub name: String,
    /// Past cases: a CSV or JSON file with the columns of the table that cases come from.
    #[arg(long, value_name = "FILE")]
    pub cases: PathBuf,
    /// What people decided: a file with a column per field of the result, and one that names the case.
    #[arg(long, value_name = "FILE")]
    pub expect: PathBuf,
    /// The field of the result that a column stands for, where their names differ.
    #[arg(long, value_name = "COLUMN=FIELD")]
    pub field: Vec<String>,
    /// Writes every case with both outcomes to a CSV file.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Which suite a model is measured with.
#[derive(Debug, clap::Args)]
pub struct Eval {
    /// The suite: a folder with a folder per case, such as tests/evals.
    #[arg(value_name = "SUITE", required_unless_present = "compare")]
    pub suite: Option<PathBuf>,
    /// How often each case is attempted.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub times: u16,
    /// Only the case of this name.
    #[arg(long, value_name = "CASE")]
    pub only: Option<String>,
    /// Keeps results, and each attempt's workflow and conversation, in a folder.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Stops a build, or a change, when it has cost more than this, in US dollars.
    #[arg(long, value_name = "USD")]
    pub max_cost: Option<f64>,
    /// Compares two files of results instead.
    #[arg(long, num_args = 2, value_names = ["A", "B"], conflicts_with = "suite")]
    pub compare: Option<Vec<PathBuf>>,
}
