//! Sopwright turns a plain-language SOP into a validated workflow, and runs it.

pub mod builder;
pub mod check;
pub mod connect;
pub mod diag;
pub mod engine;
pub mod expr;
pub mod model;
pub mod rehearse;
pub mod runner;
pub mod sop;
pub mod spec;
pub mod store;
