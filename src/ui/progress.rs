//! A bar for long work; nothing where nobody watches.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A progress bar or spinner on standard error.
#[derive(Clone)]
pub struct Progress(ProgressBar);

impl Progress {
    /// Returns a bar with a known end.
    pub fn bar(what: &str, total: u64) -> Self {
        let bar = Self::on_terminal(ProgressBar::new(total));
        let style =
            ProgressStyle::with_template("{msg} {bar:24.cyan} {percent}% {elapsed}, {eta} left");
        Self::styled(bar, style, what)
    }

    /// Returns a spinner for work whose end is not known.
    pub fn spinner(what: &str) -> Self {
        let bar = Self::on_terminal(ProgressBar::new_spinner());
        let spinner = Self::styled(
            bar,
            ProgressStyle::with_template("{spinner:.cyan} {msg} {elapsed}"),
            what,
        );
        if !spinner.0.is_hidden() {
            spinner.0.enable_steady_tick(Duration::from_millis(120));
        }
        spinner
    }

    fn on_terminal(bar: ProgressBar) -> ProgressBar {
        // A bar that is redrawn in a log is noise.
        if !std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        bar
    }

    fn styled(
        bar: ProgressBar,
        style: Result<ProgressStyle, indicatif::style::TemplateError>,
        what: &str,
    ) -> Self {
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        Progress(bar)
    }

    /// Says how far it is.
    pub fn at(&self, done: u64) {
        self.0.set_position(done);
    }

    /// Says what is being done.
    pub fn says(&self, what: impl Into<String>) {
        self.0.set_message(what.into());
    }

    /// Makes room for what is printed meanwhile.
    pub fn tells(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }

    /// Takes it off the screen.
    pub fn end(&self) {
        self.0.finish_and_clear();
    }
}
