//! How far something is that waits for a person, and why it waits.

/// Why something waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The workflow asks for approval.
    Approval,
    /// Nothing connects to where it goes.
    NoConnection,
    /// It was begun, and what came of it is not known.
    Unknown,
    /// As [`Reason::Unknown`], of a call within the steps: its case waits for the answer.
    UnknownCall,
    /// It is a question, and its case waits for the answer.
    Question,
}

/// How far something is that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalState {
    /// Nobody has decided.
    Waiting,
    /// It is approved, and could not be delivered yet.
    Approved,
    /// It is being delivered; without anybody at work, what came of it is not known.
    Sending,
    /// It is delivered.
    Sent,
    /// It is never delivered.
    Rejected,
    /// Nobody decided in time: it is never delivered.
    Expired,
    /// It was a question, and is answered.
    Answered,
}

macro_rules! words {
    ($kind:ident { $($variant:ident = $word:literal),+ }) => {
        impl $kind {
            /// Returns it as it is written in the journal.
            pub fn word(self) -> &'static str {
                match self { $($kind::$variant => $word),+ }
            }

            pub(super) fn of(word: &str) -> Option<Self> {
                match word { $($word => Some($kind::$variant),)+ _ => None }
            }
        }
    };
}

words!(Reason {
    Approval = "approval",
    NoConnection = "no_connection",
    Unknown = "unknown",
    UnknownCall = "unknown_call",
    Question = "question"
});
words!(ApprovalState {
    Waiting = "waiting",
    Approved = "approved",
    Sending = "sending",
    Sent = "sent",
    Rejected = "rejected",
    Expired = "expired",
    Answered = "answered"
});
