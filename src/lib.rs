//! Sopwright turns a plain-language SOP into a validated workflow, and runs it.
//!
//! Each module is a room; a room uses only those above it in this list:
//!
//! - [`diag`]: what is wrong, as data
//! - [`sop`]: the SOP as numbered statements
//! - [`expr`]: expressions and templates
//! - [`spec`]: the workflow language
//! - [`render`]: the forms in which people's programs open what is made
//! - [`connect`]: connections to data and tools
//! - [`model`]: chat models
//! - [`check`]: checking a workflow before anything runs
//! - [`engine`]: one case as a pure machine
//! - [`rehearse`]: the dry run
//! - [`store`]: the workspace on disk
//! - [`runner`]: runs over all cases
//! - [`serve`]: runs what is due, and is asked over HTTP
//! - [`builder`]: the conversation that ends in a saved workflow
//! - [`drafter`]: the built-in builder, which needs no model
//! - [`evals`]: how well the builder builds, measured
//! - [`mcp`]: the builder and runner for assistants that people already use
//! - [`ui`], [`repl`], [`cli`]: the faces

pub mod builder;
pub mod check;
pub mod cli;
pub mod connect;
pub mod diag;
pub mod drafter;
pub mod engine;
pub mod evals;
pub mod expr;
pub mod mcp;
pub mod model;
pub mod rehearse;
pub mod render;
pub mod repl;
pub mod runner;
pub mod serve;
pub mod sop;
pub mod spec;
pub mod store;
pub mod ui;
