//! The `sopwright` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    sopwright::cli::main()
}
