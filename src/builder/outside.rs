//! What a person does with the draft by themselves, outside the conversation.

use super::Builder;
use super::tools::{self, Bench};
use crate::check::Checked;
use crate::diag::{Error, Result};
use crate::rehearse::{Backtest, PastFiles, Rehearsed};

impl Builder {
    /// Dry-runs the draft as it is, outside the conversation.
    ///
    /// # Errors
    /// If there is no draft, it has errors, or its data cannot be read.
    pub async fn rehearse_now(
        &mut self,
        cases: usize,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<&Rehearsed> {
        let checked = self.checked()?;
        let rehearsed = crate::rehearse::rehearse(
            &checked,
            &self
                .resources
                .rehearsal(&checked, Some(&self.session.sop), cases, progress),
        )
        .await?;
        self.session.rehearsed = self
            .session
            .fingerprint()
            .map(|of| (of, rehearsed.report().clone()));
        Ok(self.rehearsed.insert(rehearsed))
    }

    /// Returns the draft, checked.
    fn checked(&self) -> Result<Checked> {
        let review = self
            .session
            .draft
            .review(&self.session.sop, &self.resources.catalog)
            .ok_or_else(nothing_yet)?;
        let findings = review.findings;
        review
            .checked
            .ok_or_else(|| Error::input("The draft has errors, so it was not run").with(findings))
    }

    /// Compares the draft with what people decided in past cases, outside the conversation.
    ///
    /// # Errors
    /// If there is no draft, it has errors, or the files cannot be read.
    pub async fn backtest_now(
        &self,
        files: &PastFiles,
        named: &[String],
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Backtest> {
        let checked = self.checked()?;
        let workflow = checked.workflow();
        let fields = files.fields(workflow, named)?;
        let past = files.cases(workflow, &fields).await?;
        let rehearsal = self
            .resources
            .rehearsal(&checked, None, past.len(), progress);
        let report = crate::rehearse::backtest(&checked, &rehearsal, past).await?;
        Ok(report.without(files.rows()))
    }

    /// Compares the draft with the past cases that the build was given, if it was.
    ///
    /// # Errors
    /// As [`Builder::backtest_now`].
    pub async fn past_now(&self) -> Result<Option<Backtest>> {
        let Some(labelled) = &self.session.labelled else {
            return Ok(None);
        };
        let checked = self.checked()?;
        let report = labelled.compare(&checked, &self.resources, &|_, _| {});
        Ok(Some(report.await?))
    }

    /// Saves the draft as it was rehearsed, outside the conversation.
    ///
    /// # Errors
    /// As the tool `save_workflow` refuses.
    pub async fn save_now(&mut self, why: &str) -> Result<String> {
        let arguments = serde_json::json!({ "why": why }).to_string();
        let call = crate::model::ToolCall {
            id: "now".to_owned(),
            name: "save_workflow".to_owned(),
            arguments,
        };
        let mut bench = Bench {
            session: &mut self.session,
            rehearsed: &mut self.rehearsed,
            resources: &self.resources,
            progress: &|_, _| {},
        };
        let answer = tools::call(&call, &mut bench).await;
        if answer.is_error {
            let help = answer
                .content
                .get("help")
                .and_then(serde_json::Value::as_str)
                .unwrap_or("Mend it in chat, then save again.")
                .to_owned();
            return Err(Error::blocked(format!("It is not saved: {}", answer.line)).help(help));
        }
        Ok(answer.line)
    }
}

fn nothing_yet() -> Error {
    Error::input("There is no workflow yet")
        .help("Describe the process, or name an SOP; the builder writes it.")
}
