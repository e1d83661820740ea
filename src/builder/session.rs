//! The conversation as a machine: what was said, what is open, what is wanted next.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::connecting::Connecting;
use super::{DraftHistory, Labelled, Question};
use crate::model::{Message, Reply, Stop, ToolCall, ToolResult, Usage};
use crate::rehearse::Report;
use crate::sop::Sop;
use crate::store::Fingerprint;

/// How the conversation ends when the model has nothing more to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// A build: it goes on until the workflow is saved or blocked.
    Build,
    /// A chat: a turn ends when the model has answered.
    Chat,
}

/// A conversation. Everything in it can be written down and read again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Session {
    /// What the session is known by.
    pub id: String,
    /// The workflow's name.
    pub name: String,
    /// The SOP.
    pub sop: Sop,
    /// How it ends.
    pub mode: Mode,
    /// What was said, tools included.
    pub messages: Vec<Message>,
    /// Tool calls of the last answer that are still to be made.
    pub pending: Vec<ToolCall>,
    /// What came of those that were made.
    pub results: Vec<ToolResult>,
    /// The workflow as it is so far.
    pub draft: DraftHistory,
    /// The version on disk that the draft goes back to.
    pub base: Option<Fingerprint>,
    /// What the last dry run told, and of which document.
    pub rehearsed: Option<(Fingerprint, Report)>,
    /// The document that was saved last.
    pub saved: Option<Fingerprint>,
    /// Questions that were asked, with their answers: none is asked twice.
    pub answered: Vec<(String, String)>,
    /// Has the user agreed to save what was only partly shown?
    pub partial_agreed: Option<Fingerprint>,
    /// Past cases with what people decided.
    #[serde(default)]
    pub labelled: Option<Labelled>,
    /// How many rows the choices of a question take in, by question.
    #[serde(default)]
    pub counted: Vec<(String, Map<String, Json>)>,
    /// What the user agreed to.
    pub plan: Option<String>,
    /// Has the model been given the guide to the language?
    #[serde(default)]
    pub guided: bool,
    /// What the user is told at the end of the turn, once all of it is done.
    #[serde(default)]
    pub closing: Option<String>,
    /// What the person has agreed to be done without their approval in a run.
    #[serde(default)]
    pub unattended: Vec<String>,
    /// Connections that are drafted in it.
    #[serde(default)]
    pub connecting: Connecting,
    /// Model calls so far in this turn or build.
    pub turns: u32,
    /// Refused saves so far in this turn or build.
    pub refused_saves: u32,
    /// The last dry run's failures, to see whether an edit helped.
    pub last_failure: Option<String>,
    /// How often the same failure came after an edit.
    pub same_failure: u32,
    /// How often it was told to go on.
    pub nudges: u32,
    /// Tokens so far.
    pub usage: Usage,
    /// US dollars so far, as far as prices are known.
    pub cost: f64,
    /// What the user said last, with what they added to it in this turn.
    #[serde(default)]
    pub asked: String,
    /// The workflow as it was when they said it.
    #[serde(default)]
    pub before: Option<Json>,
    /// Is the user asked before any change is saved?
    #[serde(default)]
    pub confirms: bool,
    /// Did they not want the change of this turn?
    #[serde(default)]
    pub declined: bool,
}

/// What a conversation wants next.
#[derive(Debug, Clone, PartialEq)]
pub enum Want {
    /// An answer of the model to what was said.
    CallModel,
    /// A tool's answer.
    CallTool(ToolCall),
    /// A person's answer.
    Ask(Box<Question>),
    /// Nothing more.
    Done(End),
}

/// How a conversation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The workflow was saved.
    Saved,
    /// The model has answered; it is the user's turn.
    Turn,
    /// It cannot go on, for this reason.
    Blocked(String),
}

/// How often a build may fail to save.
const REFUSED_SAVES: u32 = 5;
/// How often it is told to go on when it stops early.
const NUDGES: u32 = 2;

/// What the model is told when the user takes a change back by themselves.
pub const UNDONE: &str = "(I took the last change back with /undo: the workflow is as it was before it. Wait for what I say next.)";

/// How what the user did by themselves ends: what they say next comes behind it.
pub const NEXT: &str = "Wait for what I say next.)";

/// How it begins that the user went back to an earlier version by themselves.
pub const WENT_BACK: &str = "(I went back to an earlier version with /history";

/// Returns what the model is told when the user went back to an earlier version.
pub fn went_back(document: &Json) -> String {
    format!("{WENT_BACK}. The workflow is now:\n<workflow>\n{document}\n</workflow>\n{NEXT}")
}

impl Session {
    /// Returns a session at its beginning.
    pub fn new(id: String, name: String, sop: Sop, mode: Mode) -> Self {
        Session {
            id,
            name,
            sop,
            mode,
            messages: Vec::new(),
            pending: Vec::new(),
            results: Vec::new(),
            draft: DraftHistory::default(),
            base: None,
            rehearsed: None,
            saved: None,
            answered: Vec::new(),
            partial_agreed: None,
            labelled: None,
            counted: Vec::new(),
            plan: None,
            guided: false,
            closing: None,
            unattended: Vec::new(),
            connecting: Connecting::default(),
            turns: 0,
            refused_saves: 0,
            last_failure: None,
            same_failure: 0,
            nudges: 0,
            usage: Usage::default(),
            cost: 0.0,
            asked: String::new(),
            before: None,
            confirms: false,
            declined: false,
        }
    }

    /// Takes what the user says, and begins a turn.
    pub fn say(&mut self, words: &str) {
        self.settle_open_calls();
        match self.messages.last_mut() {
            // Two things said in a row are one message.
            Some(Message::User { text }) => *text = format!("{text}\n\n{words}"),
            _ => self.messages.push(Message::user(words)),
        }
        self.asked = words.to_owned();
        self.before = self.draft.document.clone();
        self.declined = false;
        self.closing = None;
        self.turns = 0;
        self.refused_saves = 0;
        self.same_failure = 0;
        self.nudges = 0;
    }

    /// Answers calls that were never made, as after a stop in the middle of a turn.
    fn settle_open_calls(&mut self) {
        for call in std::mem::take(&mut self.pending) {
            self.results.push(ToolResult {
                call_id: call.id,
                content: "Not done: the user stopped this turn.".to_owned(),
                is_error: true,
            });
        }
        self.flush_results();
    }

    fn flush_results(&mut self) {
        if !self.results.is_empty() {
            let results = std::mem::take(&mut self.results);
            self.messages.push(Message::ToolResults { results });
        }
    }

    /// Returns what is wanted next; asked again, the same.
    pub fn next(&mut self, most_turns: u32) -> Want {
        if let Some(call) = self.pending.first() {
            return match self.question(call) {
                Some(question) => Want::Ask(Box::new(question)),
                None => Want::CallTool(call.clone()),
            };
        }
        if let Some(why) = self.is_stuck() {
            self.flush_results();
            return Want::Done(End::Blocked(why));
        }
        self.flush_results();
        if self.declined {
            return Want::Done(End::Turn);
        }
        if let Some(Message::Assistant { .. }) = self.messages.last() {
            return self.end_of_turn();
        }
        if self.turns >= most_turns {
            return Want::Done(End::Blocked(format!(
                "{most_turns} model calls were made without an end"
            )));
        }
        Want::CallModel
    }

    fn is_stuck(&self) -> Option<String> {
        if self.refused_saves >= REFUSED_SAVES {
            return Some(format!("saving was refused {REFUSED_SAVES} times"));
        }
        if self.same_failure >= 2 {
            let failure = self.last_failure.as_deref().unwrap_or_default();
            let first = failure.lines().next().unwrap_or_default();
            return Some(format!(
                "the same failure came back after each edit: {first}"
            ));
        }
        None
    }

    fn end_of_turn(&mut self) -> Want {
        if self.mode == Mode::Chat {
            return Want::Done(End::Turn);
        }
        if self.is_saved() {
            return Want::Done(End::Saved);
        }
        if self.nudges >= NUDGES || self.repeats_itself() {
            let said = match self.messages.last() {
                Some(Message::Assistant { text, .. }) => crate::diag::one_line(text, 300),
                _ => String::new(),
            };
            return Want::Done(End::Blocked(format!(
                "the model stopped before it had saved: {said}"
            )));
        }
        self.nudges += 1;
        self.messages.push(Message::user(
            "The workflow is not saved yet, and nobody is here to answer a question in plain text. Go on with the tools until `save_workflow` succeeds; what is open becomes an assumption.",
        ));
        Want::CallModel
    }

    /// Were the last two answers the same words? Asking again would bring them once more.
    fn repeats_itself(&self) -> bool {
        let mut said = self.messages.iter().rev().filter_map(|m| match m {
            Message::Assistant { text, .. } => Some(text),
            _ => None,
        });
        matches!((said.next(), said.next()), (Some(last), Some(before)) if last == before)
    }

    /// Was a saved workflow opened, and nothing said about it yet?
    pub fn waits_for_the_user(&self) -> bool {
        matches!(self.messages.as_slice(), [Message::User { text }] if text.ends_with(super::opening::WAIT))
    }

    /// Is the draft, as it is, what lies on disk?
    pub fn is_saved(&self) -> bool {
        self.saved.is_some() && self.saved == self.fingerprint()
    }

    /// Returns what the draft is known by.
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        self.draft
            .document
            .as_ref()
            .map(|document| Fingerprint::of(&document.to_string()))
    }

    /// Returns the last dry run's report, if it was of the draft as it is.
    pub fn current_report(&self) -> Option<&Report> {
        let (of, report) = self.rehearsed.as_ref()?;
        (Some(of) == self.fingerprint().as_ref()).then_some(report)
    }

    /// Takes the model's answer.
    pub fn answered_by_model(&mut self, reply: Reply) {
        self.turns += 1;
        self.usage += reply.usage;
        // A call that was cut off has no end to its arguments: it is not made.
        let cut = reply.stop == Stop::Length;
        let calls = reply.calls.clone();
        self.messages.push(reply.into_message());
        if cut {
            for call in &calls {
                self.results.push(ToolResult {
                    call_id: call.id.clone(),
                    content: "Not done: your answer was cut off for its length. Make shorter calls, as with edit_workflow.".to_owned(),
                    is_error: true,
                });
            }
            if calls.is_empty() {
                self.messages.push(Message::user(
                    "Your answer was cut off for its length. Go on, in shorter steps.",
                ));
            }
        } else {
            self.pending = calls;
        }
    }

    /// Gives the model the guide to the language, behind the answer that came last.
    pub fn guide(&mut self, guide: &str) {
        if let Some(last) = self.results.last_mut().filter(|_| !self.guided) {
            last.content += &format!("\n\n{guide}");
            self.guided = true;
        }
    }

    /// Ends the turn with what the user is told, if all that was called is done; returns it.
    pub fn close(&mut self) -> Option<String> {
        if !self.pending.is_empty() || !self.is_saved() {
            return None;
        }
        let words = self.closing.take()?;
        self.flush_results();
        self.messages.push(Message::Assistant {
            text: words.clone(),
            calls: Vec::new(),
        });
        Some(words)
    }

    /// Takes a tool's answer to the first open call.
    pub fn answered_by_tool(&mut self, content: String, is_error: bool) {
        if self.pending.is_empty() {
            return;
        }
        let call = self.pending.remove(0);
        self.results.push(ToolResult {
            call_id: call.id,
            content,
            is_error,
        });
    }

    /// Was a change refused among the calls that were made together with the one under way?
    pub fn change_was_refused(&self) -> bool {
        self.changes_just_now().any(|result| result.is_error)
    }

    /// Was there a change among the calls that were made together with the one under way?
    pub fn has_just_changed(&self) -> bool {
        self.changes_just_now().next().is_some()
    }

    /// Returns what came of changes among the calls that were made with the one under way.
    fn changes_just_now(&self) -> impl Iterator<Item = &ToolResult> {
        let calls = self.messages.iter().rev().find_map(|m| match m {
            Message::Assistant { calls, .. } => Some(calls),
            _ => None,
        });
        let is_change = move |id: &str| {
            calls.into_iter().flatten().any(|call| {
                call.id == id && matches!(call.name.as_str(), "write_workflow" | "edit_workflow")
            })
        };
        self.results.iter().filter(move |r| is_change(&r.call_id))
    }
}
