//! Runs workflows when they are due, for as long as it is up.

mod launch;
pub mod schedule;
pub mod signature;
mod watchman;

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;

use crate::diag::{Error, Result};

pub use launch::Launcher;
pub use watchman::{NO_SCHEDULE, Told, Watchman};

/// How long runs may take to end once it is stopped; what is left of them is resumed later.
const GRACE: Duration = Duration::from_secs(4);

/// Runs what is due until `stop` comes.
///
/// # Errors
/// If another process does so already, or the journal cannot be used.
pub async fn serve(
    launcher: Launcher,
    stop: impl Future<Output = ()>,
    tell: &mut dyn FnMut(Told),
) -> Result<()> {
    let journal = launcher.journal.clone();
    let _held = journal.hold_server()?.ok_or_else(|| {
        Error::blocked("Another `sopwright serve` is at work in this workspace")
            .help("One is enough: what you enable is seen by it within a second.")
    })?;
    let enabled = journal.watches()?.iter().filter(|w| w.enabled).count();
    tell(Told::Serving { enabled });
    let mut watchman = Watchman::new(launcher.into());
    watchman
        .take_up(Timestamp::now())?
        .into_iter()
        .for_each(&mut *tell);
    let mut stop = std::pin::pin!(stop);
    loop {
        let (told, again) = watchman.step(Timestamp::now()).await?;
        told.into_iter().for_each(&mut *tell);
        let wait = again.duration_since(Timestamp::now());
        let wait = Duration::try_from(wait).unwrap_or(Duration::ZERO);
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = &mut stop => break,
        }
    }
    let _ = tokio::time::timeout(GRACE, async {
        while let Ok(Some(told)) = watchman.next_end().await {
            tell(told);
        }
    })
    .await;
    // What is dropped here in the middle is gone on with at the next start.
    drop(watchman);
    journal.flush().await
}

#[cfg(test)]
mod tests;
