//! The rows that cases are made from.
//!
//! Where cases do anything beyond working out a result, every row is kept in the journal before
//! the first case begins, so that a resumed run has the same cases whatever became of the table.
//! Where they do not, nothing has left the building: the table is read again, and what is finished
//! is passed over by its key.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use futures_util::{StreamExt, stream};
use serde_json::{Map, Value as Json};

use super::chosen::Chosen;
use super::log::RunOf;
use crate::connect::{Connections, RowStream};
use crate::diag::{Error, Result};
use crate::engine::{Case, CompiledPull, Execution, Failure, Outcome, Program};
use crate::expr::Scope;
use crate::rehearse::{case_rows, failure_of, read_rows, unkeyed};
use crate::spec::{Per, StepKind, Workflow};
use crate::store::Journal;
use crate::store::journal::{CaseRecord, Item, KeyDigest, Run};

/// A case that is to be carried to its end, or is known to be there.
pub(super) struct Start {
    pub(super) place: i64,
    pub(super) row: Option<Map<String, Json>>,
    /// What came of it before the run was resumed.
    pub(super) known: Option<Outcome>,
}

/// Cases for one task, or why no more can be read.
pub(super) type Piece = std::result::Result<Vec<Start>, Failure>;

/// Where the cases of a run come from.
pub(super) struct Source<'s> {
    pub(super) program: &'s Program,
    pub(super) connections: &'s Connections,
    pub(super) base: &'s Scope,
    pub(super) journal: &'s Arc<Journal>,
    pub(super) run: &'s RunOf,
    /// Which of the rows are cases.
    pub(super) chosen: &'s Chosen,
    /// How many cases a task takes on.
    pub(super) size: usize,
}

/// Keys of finished cases that the table is going to hold once more.
pub(super) type Passed = Option<Mutex<HashMap<KeyDigest, u32>>>;

/// Rows that are read from the journal, or kept in it, at a time.
const PAGE: usize = 1_000;

/// Do cases do more than work out a result, so that their rows are kept?
pub(super) fn keeps_rows(workflow: &Workflow) -> bool {
    let acts = |kind: &StepKind| {
        matches!(
            kind,
            StepKind::Call(_)
                | StepKind::Llm(_)
                | StepKind::Agent(_)
                | StepKind::Ask(_)
                | StepKind::Wait(_)
                | StepKind::Select(_)
        )
    };
    !workflow.outputs.is_empty() || workflow.all_steps().iter().any(|s| acts(&s.kind))
}

/// Does a case wait for something outside, so that many run at once?
pub(super) fn waits_outside(workflow: &Workflow) -> bool {
    let step = |kind: &StepKind| {
        matches!(
            kind,
            StepKind::Call(_) | StepKind::Llm(_) | StepKind::Agent(_)
        )
    };
    let output = |kind: &crate::spec::OutputKind| matches!(kind, crate::spec::OutputKind::Call(_));
    workflow.all_steps().iter().any(|s| step(&s.kind))
        || workflow
            .outputs
            .iter()
            .any(|o| o.common.per == Per::Case && output(&o.kind))
}

impl Source<'_> {
    /// Returns the cases in pieces, of a run that keeps its rows: all are kept by then.
    ///
    /// # Errors
    /// If they cannot be read or kept.
    pub(super) async fn kept(
        &self,
        resumed: Option<&Run>,
    ) -> Result<stream::BoxStream<'static, Piece>> {
        if resumed.is_none_or(|run| run.kept_rows.is_none()) {
            if resumed.is_some() {
                // No case has begun: what was kept in part is read anew.
                self.journal.forget_items(self.run.number).await?;
            }
            self.keep_all().await?;
        }
        let (journal, run, size) = (self.journal.clone(), self.run.number, self.size);
        let pages = stream::try_unfold(-1i64, move |after| {
            let journal = journal.clone();
            async move {
                let page = journal.items(run, after, PAGE)?;
                Ok::<_, Error>(
                    page.last()
                        .map(|(last, _)| last.place)
                        .map(|last| (page, last)),
                )
            }
        });
        let pieces = pages.flat_map(move |page| {
            let starts = page.map(|page| {
                page.into_iter().map(|(item, known)| Start {
                    place: item.place,
                    row: item.item.as_object().cloned(),
                    known,
                })
            });
            match starts {
                Ok(starts) => stream::iter(in_pieces(starts, size)),
                Err(error) => stream::iter(vec![Err(Failure::last("journal", error.to_string()))]),
            }
        });
        Ok(pieces.boxed())
    }

    /// Returns the cases in pieces, of a run that reads its table again; of one that was resumed
    /// first those that are finished.
    ///
    /// # Errors
    /// If they cannot be read.
    pub(super) async fn read(
        &self,
        resumed: Option<&Run>,
    ) -> Result<(stream::BoxStream<'static, Piece>, Passed)> {
        let (first, passed) = match resumed {
            Some(run) => (
                self.journal.next_place(run.number)?,
                Some(Mutex::new(self.journal.finished_keys(run.number)?)),
            ),
            None => (0, None),
        };
        let size = self.size;
        let rows = self.rows().await?;
        let pieces = rows.scan(first, move |next, rows| {
            let pieces = match rows {
                Ok(rows) => {
                    let from = *next;
                    *next += rows.len() as i64;
                    let starts = rows.into_iter().zip(from..).map(|(row, place)| Start {
                        place,
                        row,
                        known: None,
                    });
                    in_pieces(starts, size)
                }
                Err(failure) => vec![Err(failure)],
            };
            std::future::ready(Some(stream::iter(pieces)))
        });
        let pieces = pieces.flatten();
        let Some(run) = resumed else {
            return Ok((pieces.boxed(), passed));
        };
        let (journal, number) = (self.journal.clone(), run.number);
        let finished = stream::try_unfold(-1i64, move |after| {
            let journal = journal.clone();
            async move {
                let page = journal.finished(number, after, PAGE)?;
                Ok::<_, Error>(page.last().map(|last| last.place).map(|last| (page, last)))
            }
        });
        let finished = finished.map(|page| match page {
            Ok(page) => Ok(page
                .into_iter()
                .map(|case| Start {
                    place: case.place,
                    row: case.item.as_object().cloned(),
                    known: Some(case.outcome),
                })
                .collect()),
            Err(error) => Err(Failure::last("journal", error.to_string())),
        });
        Ok((finished.chain(pieces).boxed(), passed))
    }

    /// Keeps every row that is a case in the journal.
    async fn keep_all(&self) -> Result<()> {
        let mut rows = self.rows().await?;
        let (mut place, mut kept) = (0i64, 0usize);
        while let Some(chunk) = rows.next().await {
            let chunk = chunk.map_err(|failure| self.unreadable(failure.message))?;
            let mut items = Vec::with_capacity(chunk.len());
            let mut unusable = Vec::new();
            for row in chunk {
                let (key, failure) = match self.key_of(&row) {
                    Ok(Some(key)) => (key, None),
                    Ok(None) => continue,
                    Err(failure) => ("(no key)".to_owned(), Some(failure)),
                };
                if !self.chosen.takes(&key) {
                    continue;
                }
                if let Some(failure) = failure {
                    unusable.push(CaseRecord::of(place, &unkeyed(failure)));
                }
                items.push(Item {
                    place,
                    key,
                    item: row.map_or(Json::Null, Json::Object),
                });
                place += 1;
            }
            kept += items.len();
            self.journal.keep_items(self.run.number, items).await?;
            if !unusable.is_empty() {
                self.journal.finish_cases(self.run.number, unusable).await?;
            }
        }
        self.journal.kept_all_items(self.run.number, kept).await
    }

    /// Returns the key of the case that a row is; `None` for one that is no case.
    fn key_of(
        &self,
        row: &Option<Map<String, Json>>,
    ) -> std::result::Result<Option<String>, Failure> {
        let pull = self.program.cases().filter(|pull| !pull.is_ordered());
        if let (Some(row), Some(pull)) = (row, pull)
            && !pull
                .keeps(row, self.base)
                .map_err(|e| Failure::last("expression", e.message))?
        {
            return Ok(None);
        }
        let case = Case {
            item: row.clone(),
            given: indexmap::IndexMap::new(),
        };
        Execution::within(self.program, self.base, case).map(|e| Some(e.key().to_owned()))
    }

    /// Returns the rows in chunks, as they are read; those of an ordered table are chosen already.
    async fn rows(&self) -> Result<stream::BoxStream<'static, Chunk>> {
        let Some(pull) = self.program.cases() else {
            return Ok(stream::iter([Ok(vec![None])]).boxed());
        };
        if pull.is_ordered() {
            let rows = case_rows(pull, self.connections, self.base).await?;
            let chunks: Vec<Chunk> = rows
                .chunks(PAGE)
                .map(|chunk| Ok(chunk.iter().cloned().map(Some).collect()))
                .collect();
            return Ok(stream::iter(chunks).boxed());
        }
        self.streamed(pull).await
    }

    async fn streamed(&self, pull: &CompiledPull) -> Result<stream::BoxStream<'static, Chunk>> {
        let rows: RowStream = read_rows(self.connections, pull, &pull.narrowing(self.base))
            .await
            .map_err(|e| self.unreadable(e.message))?;
        let chunks = stream::unfold(rows, |mut rows| async move {
            let chunk = rows.next().await?;
            let chunk = chunk
                .map(|rows| rows.into_iter().map(Some).collect())
                .map_err(|e| failure_of(&e));
            Some((chunk, rows))
        });
        Ok(chunks.boxed())
    }

    fn unreadable(&self, message: String) -> Error {
        let from = self.program.cases().map_or("", |pull| &pull.from);
        Error::unavailable(format!("The cases could not be read from {from}"))
            .because(message)
            .help("`sopwright connections try` shows what the connection answers.")
    }
}

type Chunk = std::result::Result<Vec<Option<Map<String, Json>>>, Failure>;

fn in_pieces(starts: impl Iterator<Item = Start>, size: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut piece = Vec::with_capacity(size);
    for start in starts {
        piece.push(start);
        if piece.len() == size {
            pieces.push(Ok(std::mem::replace(&mut piece, Vec::with_capacity(size))));
        }
    }
    if !piece.is_empty() {
        pieces.push(Ok(piece));
    }
    pieces
}
