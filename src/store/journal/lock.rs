//! Who is at work on a run. The lock of a process goes with the process, however it ends: so a run
//! that is under way by its record, and that nobody holds, was cut short.

use std::fs::{self, File, TryLockError};
use std::path::PathBuf;

use super::Journal;
use crate::diag::{Error, Result};

/// The right to work on something, until it is dropped.
#[derive(Debug)]
pub struct Held {
    /// Keeps the lock.
    _file: File,
    path: PathBuf,
    is_kept: bool,
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.is_kept {
            // A lock file that stays is in nobody's way.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Journal {
    /// Takes the right to work on a run; `None` where another process has it.
    ///
    /// # Errors
    /// If locks cannot be written.
    pub fn hold_run(&self, id: &str) -> Result<Option<Held>> {
        self.hold(&format!("run-{id}"), false)
    }

    /// Takes the right to decide about what waits; `None` where another process has it.
    ///
    /// # Errors
    /// If locks cannot be written.
    pub fn hold_inbox(&self) -> Result<Option<Held>> {
        self.hold("inbox", true)
    }

    /// Takes the right to run what is due; `None` where another process does.
    ///
    /// # Errors
    /// If locks cannot be written.
    pub fn hold_server(&self) -> Result<Option<Held>> {
        self.hold("serve", true)
    }

    /// Is nobody at work on a run?
    pub(super) fn is_free(&self, id: &str) -> bool {
        let path = self.locks.join(format!("run-{id}"));
        match File::open(path) {
            Ok(file) => file.try_lock_shared().is_ok(),
            Err(_) => true,
        }
    }

    fn hold(&self, name: &str, is_kept: bool) -> Result<Option<Held>> {
        let path = self.locks.join(name);
        let failed = |e: std::io::Error| {
            Error::unavailable(format!("{} cannot be locked", path.display()))
                .caused_by(e)
                .help("See that the .sopwright folder can be written to.")
        };
        fs::create_dir_all(&self.locks).map_err(failed)?;
        let file = File::create(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Held {
                _file: file,
                path,
                is_kept,
            })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}
