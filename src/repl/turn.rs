//! One turn: the builder goes on until it is the person's turn again, or Ctrl-C stops it.

use super::Chat;
use crate::builder::{End, Face};
use crate::diag::Result;
use crate::ui::{self, Style, paint};

impl Chat<'_> {
    /// Lets the builder go on. What was done before a stop is kept.
    pub(super) async fn turn(&mut self) -> Result<()> {
        let Some(builder) = &mut self.builder else {
            return Ok(());
        };
        let saved_before = builder.session.saved.clone();
        self.face.refined();
        self.face.wait_for("thinking");
        let stopped = tokio::select! {
            end = builder.run(&mut self.face) => match end {
                Ok(End::Blocked(because)) => {
                    ui::out(format!("{} {because}. Say how to go on, or change it in your own words.", paint(Style::Warn, "It stopped, because")));
                    false
                }
                Ok(_) => false,
                Err(error) => {
                    self.face.settle();
                    self.face.keep(&builder.session);
                    return Err(error.help_also("The session is kept: say anything to try again."));
                }
            },
            _ = tokio::signal::ctrl_c() => true,
        };
        self.face.settle();
        if stopped {
            let changed = if builder.session.has_changed() {
                " /diff shows what changed, /undo takes it back."
            } else {
                ""
            };
            ui::out(format!(
                "\n{} What was done so far is kept.{changed}",
                paint(Style::Warn, "Stopped.")
            ));
        }
        self.face.keep(&builder.session);
        if builder.session.saved != saved_before && builder.session.is_saved() {
            let name = &builder.session.name;
            // Of a change, what it does was shown.
            if let Some(report) = builder.session.current_report()
                && self.face.refined().is_none()
            {
                ui::out(ui::report(report));
            }
            ui::out(format!(
                "Run it: {}",
                paint(Style::Accent, format!("sopwright run {name}"))
            ));
        }
        Ok(())
    }
}
