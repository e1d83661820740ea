//! What a turn made of the workflow: the change in words, what it does to results, and what of it
//! goes beyond what was asked.

use serde::Serialize;
use serde_json::Value as Json;

use super::beyond::beyond;
use super::session::went_back;
use super::unattended::unattended;
use super::{Builder, Mode, Resources, Session};
use crate::check::check;
use crate::diag::Result as Outcome;
use crate::rehearse::{Comparison, Version, compare};
use crate::sop::Sop;
use crate::spec::{PartChange, changes, read_value};
use crate::store::{self, Fingerprint, Stored};

/// What a turn made of the workflow.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refinement {
    /// What was asked.
    pub asked: String,
    /// What changed, part by part.
    pub changes: Vec<PartChange>,
    /// What that does to the cases of the sample; nothing where it could not be tried.
    pub results: Option<Comparison>,
    /// Why it could not be tried.
    pub not_compared: Option<String>,
    /// What changed that the request does not name.
    pub beyond: Vec<String>,
}

impl Session {
    /// Returns a chat about a saved workflow.
    pub fn of_saved(id: String, stored: Stored) -> Self {
        let mut session = Session::new(id, stored.name, stored.sop, Mode::Chat);
        session.unattended = unattended(&stored.draft.document);
        session.draft.document = Some(stored.draft.document);
        session.base = Some(stored.fingerprint);
        session.saved = session.fingerprint();
        session
    }

    /// Is the workflow another one than when the user last said something?
    pub fn has_changed(&self) -> bool {
        self.before.is_some() && self.before != self.draft.document
    }
}

impl Builder {
    /// Returns what this turn made of the workflow; nothing if it is as it was, or new.
    pub async fn refinement(&self) -> Option<Refinement> {
        let session = &self.session;
        if !session.has_changed() {
            return None;
        }
        let (before, after) = (session.before.as_ref()?, session.draft.document.as_ref()?);
        let mut refinement = Refinement {
            asked: session.asked.clone(),
            changes: in_words(before, after),
            results: None,
            not_compared: None,
            beyond: Vec::new(),
        };
        match self.compared(before, after).await {
            Ok(results) => refinement.results = Some(results),
            Err(why) => refinement.not_compared = Some(why),
        }
        let results = refinement.results.as_ref();
        refinement.beyond = beyond(&refinement.asked, &refinement.changes, results);
        Some(refinement)
    }

    async fn compared(&self, before: &Json, after: &Json) -> Result<Comparison, String> {
        let (resources, sop) = (&self.resources, &self.session.sop);
        let after = version(after, sop, resources).ok_or("the workflow has errors now")?;
        let before = version(before, sop, resources).ok_or("it had errors before")?;
        let report = self.session.current_report();
        let keys: Vec<String> = report
            .into_iter()
            .flat_map(|report| report.cases.iter().map(|c| c.outcome.key.clone()))
            .collect();
        let rehearsal = resources.rehearsal(&after.checked, None, 8, &|_, _| {});
        compare(&before, &after, &rehearsal, &keys)
            .await
            .map_err(|e| e.to_string())
    }

    /// Makes an earlier version the draft; false if it says the same. Nothing is saved yet, and
    /// [`Session::has_changed`] and `undo` go back to what there was.
    pub fn take_version(&mut self, version: &store::Version) -> bool {
        self.shown = None;
        let session = &mut self.session;
        session.asked.clear();
        session.before = session.draft.document.clone();
        session.draft.set(
            version.workflow.clone(),
            &session.name,
            &session.sop,
            &self.resources.catalog,
        );
        session.has_changed()
    }

    /// Saves the earlier version that was taken as a new one, and tells the model.
    ///
    /// # Errors
    /// If it cannot be dry-run or saved today; the draft is then as it was before.
    pub async fn keep_version(&mut self, version: &store::Version) -> Outcome<String> {
        let why = format!("Back to version {}: {}", version.number, version.why);
        let saved = match self.rehearse_now(8, &|_, _| {}).await {
            Ok(_) => self.save_now(&why).await,
            Err(error) => Err(error),
        };
        match (&saved, &self.session.draft.document) {
            (Ok(_), Some(document)) => {
                let told = went_back(document);
                self.session.say(&told);
            }
            _ => {
                self.session.draft.undo();
            }
        }
        saved
    }

    /// Was what the turn made shown already, just as it is?
    pub(super) fn is_shown(&mut self) -> bool {
        let session = &self.session;
        let print = |document: &Option<Json>| document.as_ref().map(Json::to_string);
        let documents = [&session.before, &session.draft.document].map(print);
        let now = documents.map(|text| text.map(|text| Fingerprint::of(&text)));
        self.shown.replace(now.clone()) == Some(now)
    }
}

fn version(document: &Json, sop: &Sop, resources: &Resources) -> Option<Version> {
    let checked = check(&read_value(document.clone()), sop, &resources.catalog).checked?;
    let workflow = checked.workflow();
    Some(Version {
        run: resources.run_info(&workflow.name, Some(workflow)),
        checked,
    })
}

/// Returns what changed between two documents, in words, as far as they can be read.
pub fn in_words(before: &Json, after: &Json) -> Vec<PartChange> {
    let read = |document: &Json| read_value(document.clone()).workflow;
    match (read(before), read(after)) {
        (Some(before), Some(after)) => changes(&before, &after),
        _ => Vec::new(),
    }
}
