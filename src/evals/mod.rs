//! Evaluations of the builder: SOPs whose outcomes are known, built anew again and again by a
//! model, and examined by program.
//!
//! A [`Suite`] is a folder with a folder per case. [`attempt`] builds one of them in a workspace
//! of its own, as `sopwright build` does, with an owner who answers from the case; asks for the
//! case's changes as a person does in chat; and examines what was saved. [`Results`] are kept as
//! JSON, and two of them can be [compared](compare()).

mod accuracy;
mod attempt;
mod case;
mod compare;
mod exam;
mod facts;
mod owner;
mod results;
mod suite;

pub use accuracy::FieldAccuracy;
pub use attempt::{Kept, Maker, attempt, examine_given};
pub use case::{Check, EvalCase, Kind};
pub use compare::{CaseChange, Comparison, compare};
pub use exam::CheckResult;
pub use facts::NAMES;
pub use owner::Owner;
pub use results::{Attempt, CaseResult, Results};
pub use suite::Suite;
