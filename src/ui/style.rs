//! The few styles that there are.

use anstyle::{AnsiColor, Style as Ansi};

/// What a text is, and so how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// A heading or name.
    Strong,
    /// What matters less.
    Faint,
    /// It went well.
    Good,
    /// To be looked at.
    Warn,
    /// It went wrong.
    Bad,
    /// What the user types or chooses.
    Accent,
}

/// Returns a text in a style. Streams that cannot show it take it out again.
pub fn paint(style: Style, text: impl std::fmt::Display) -> String {
    let ansi = match style {
        Style::Strong => Ansi::new().bold(),
        Style::Faint => Ansi::new().dimmed(),
        Style::Good => AnsiColor::Green.on_default(),
        Style::Warn => AnsiColor::Yellow.on_default(),
        Style::Bad => AnsiColor::Red.on_default().bold(),
        Style::Accent => AnsiColor::Cyan.on_default(),
    };
    format!("{ansi}{text}{ansi:#}")
}

/// Returns a text without its styles, for a file.
pub fn unpainted(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}
