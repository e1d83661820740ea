//! Going back: the last change, and every version that was saved.

use super::Chat;
use crate::builder::{UNDONE, in_words};
use crate::diag::{Error, Result, one_line};
use crate::store::{self, Version};
use crate::ui::{self, Lines, Style, paint};

impl Chat<'_> {
    /// Takes the last change back. What was saved with it is saved again without it.
    pub(super) async fn undo(&mut self) -> Result<()> {
        let builder = self.builder()?;
        let session = &mut builder.session;
        let (was_saved, asked) = (session.is_saved(), session.asked.clone());
        let with_it = session.draft.document.clone();
        if !session.draft.undo() {
            return Err(Error::usage("There is no change of this chat to take back")
                .help("/history lists what was saved before; /history N goes back to it."));
        }
        session.say(UNDONE);
        ui::out("The last change was taken back:");
        if let (Some(with_it), Some(now)) = (with_it, &session.draft.document) {
            ui::out(ui::changes(&in_words(&with_it, now)));
        }
        if !was_saved {
            ui::out("/diff shows how it differs from what is saved.");
            return Ok(());
        }
        let why = match asked.as_str() {
            "" | UNDONE => "Took the last change back".to_owned(),
            asked => format!("Took back: {}", one_line(asked, 120)),
        };
        builder.rehearse_now(8, &|_, _| {}).await?;
        let line = builder.save_now(&why).await?;
        ui::out(format!("{} saved {line}", paint(Style::Good, "✓")));
        Ok(())
    }

    /// Lists the versions, or goes back to one.
    pub(super) async fn history(&mut self, number: &str) -> Result<()> {
        let workspace = &self.context.workspace;
        let versions = store::versions(workspace, &self.builder()?.session.name);
        if versions.is_empty() {
            ui::out("It was not saved yet, so there is no version to go back to.");
            return Ok(());
        }
        if number.is_empty() {
            ui::out(ui::history(&versions));
            ui::out("/history N goes back to version N. It becomes the newest; none is lost.");
            return Ok(());
        }
        let version = ui::version(&versions, number)?;
        self.go_back(version).await
    }

    async fn go_back(&mut self, version: &Version) -> Result<()> {
        let Some(builder) = &mut self.builder else {
            return Ok(());
        };
        if !builder.take_version(version) {
            ui::out(format!("It is as in version {} already.", version.number));
            return Ok(());
        }
        builder.show_change(&mut self.face).await;
        let question = format!(
            "Go back to version {}? It becomes the newest; none is lost. {} ",
            version.number,
            paint(Style::Faint, "[Y/n]")
        );
        let answer = self.face.lines().line(&question).await;
        let Some(builder) = &mut self.builder else {
            return Ok(());
        };
        if !answer.is_some_and(|line| ui::is_agreed(&line)) {
            builder.session.draft.undo();
            ui::out("It is left as it was.");
            return Ok(());
        }
        let line = builder.keep_version(version).await?;
        ui::out(format!("{} saved {line}", paint(Style::Good, "✓")));
        Ok(())
    }
}
