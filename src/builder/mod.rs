//! The builder: a conversation with a model that ends in a saved workflow.
//!
//! [`Session`] is the conversation as plain data: it is saved after every turn and can be gone
//! on with. [`Session::next`] says what is wanted ([`Want`]): a model call, a tool call, an
//! answer of a person. [`converse`] is the driver that does the IO.

mod asking;
mod beyond;
mod connecting;
mod converse;
mod documentation;
mod draft;
mod economy;
mod labelled;
mod opening;
mod outside;
pub mod prompt;
mod question;
mod refine;
mod session;
pub mod tools;
mod unattended;
mod weigh;

pub use converse::{Builder, Face, Limits, Resources};
pub use draft::{Changed, DraftHistory};
pub use labelled::Labelled;
pub use opening::{build as opening, reopen as reopening};
pub use question::{Answer, Question, QuestionKind, Weight, is_no, is_yes};
pub use refine::{Refinement, in_words};
pub use session::{End, Mode, NEXT, Session, UNDONE, WENT_BACK, Want};
pub use unattended::unattended;
