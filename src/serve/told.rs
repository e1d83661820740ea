//! What happens while it serves, for whoever shows or logs it.

use std::net::SocketAddr;

use jiff::Timestamp;

use crate::diag::Error;
use crate::runner::Summary;

/// What happened.
#[derive(Debug)]
pub enum Told {
    /// It is at work.
    Serving {
        /// How many workflows are enabled.
        enabled: usize,
        /// Where it can be asked, over HTTP.
        address: SocketAddr,
    },
    /// A run begins.
    Begins {
        /// The workflow.
        workflow: String,
        /// The run.
        run: String,
        /// Why now, in words.
        why: String,
    },
    /// A run has ended.
    Ended {
        /// The workflow.
        workflow: String,
        /// The run.
        run: String,
        /// What came of it, or why it could not be carried out.
        outcome: Result<Box<Summary>, Error>,
    },
    /// A run could not be carried out now, and is tried again.
    Later {
        /// The workflow.
        workflow: String,
        /// The run.
        run: String,
        /// Why, in words.
        why: String,
        /// When it is tried again.
        at: Timestamp,
    },
    /// A workflow that is enabled cannot run by itself.
    Unusable {
        /// The workflow.
        workflow: String,
        /// Why, in words.
        why: String,
    },
    /// A table is watched from now on, and what is in it starts nothing.
    Watching {
        /// The workflow.
        workflow: String,
        /// How many rows count as seen.
        rows: usize,
    },
    /// Runs were removed that had been over for longer than they are kept.
    Pruned {
        /// How many.
        runs: usize,
        /// Bytes of the journal that are free for later.
        free: u64,
    },
}
