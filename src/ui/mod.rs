//! How things look in a terminal: styles that degrade, diagnostics, tables, progress. With
//! `repl` and `cli` the only room that prints.

mod backtest;
mod case;
mod changes;
mod conversation;
mod diagnostics;
mod evals;
mod hidden;
mod history;
mod inbox;
mod log;
mod names;
mod progress;
mod report;
mod runs;
mod spending;
mod style;
mod summary;
mod timeline;
mod told;
mod trace;
mod upcoming;
mod wrap;

pub use backtest::backtest;
pub use case::{CaseTold, case};
pub use changes::{changes, refinement};
pub use conversation::{Conversation, Lines, Nobody, Stdin};
pub use diagnostics::{diagnostic, diagnostics, error};
pub use evals::{comparison, evals};
pub use hidden::hidden_line;
pub use history::{history, version};
pub use inbox::{approval, decided, inbox};
pub use log::log;
pub use names::{aliases, searched};
pub use progress::Progress;
pub use report::report;
pub use runs::{run, runs};
pub use spending::models;
pub use style::{Style, paint, unpainted};
pub use summary::summary;
pub use timeline::{Happened, timeline};
pub use told::{log_told, told, told_as_json};
pub use trace::{Layout, trace};
pub use upcoming::{Next, upcoming};

use std::io::IsTerminal;

/// Prints a text to standard output; colours are taken out where they cannot be shown.
pub fn out(text: impl AsRef<str>) {
    use std::io::Write;
    // A reader that has gone away (`| head`) is no error.
    let _ = writeln!(
        anstream::stdout(),
        "{}",
        text.as_ref().trim_end_matches('\n')
    );
}

/// Prints a text to standard error.
pub fn note(text: impl AsRef<str>) {
    use std::io::Write;
    let _ = writeln!(
        anstream::stderr(),
        "{}",
        text.as_ref().trim_end_matches('\n')
    );
}

/// Prints a piece of text without a line's end, at once.
pub fn piece(text: &str) {
    use std::io::Write;
    let mut out = anstream::stdout();
    let _ = write!(out, "{text}").and_then(|()| out.flush());
}

/// Is a person at the other end, who can be asked?
pub fn is_interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// Returns how many columns there are to write in; 100 where that is not known.
pub fn width() -> usize {
    let set = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let seen = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    set.or_else(seen).unwrap_or(100).clamp(40, 160)
}

/// Returns a moment, in milliseconds since 1970, as a clock here shows it.
fn at(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds).map_or_else(
        |_| String::new(),
        |at| {
            let here = at.to_zoned(jiff::tz::TimeZone::system());
            here.strftime("%-d %b %Y, %H:%M").to_string()
        },
    )
}

/// Does a line typed at "[Y/n]" agree?
pub fn is_agreed(line: &str) -> bool {
    matches!(line.trim().to_lowercase().as_str(), "" | "y" | "yes")
}
