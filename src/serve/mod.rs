//! Runs workflows when something starts them, for as long as it is up.

mod board;
mod http;
mod keeping;
mod launch;
mod queue;
mod records;
pub mod schedule;
pub mod signature;
mod told;
mod watched;
mod watchlist;
mod watchman;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use crate::diag::{Error, Result};

pub use http::{Annex, Door};
pub use launch::Launcher;
pub use told::Told;
pub use watched::BY_HAND;
pub use watchman::Watchman;

/// How long runs may take to end once it is stopped; what is left of them is resumed later.
const GRACE: Duration = Duration::from_millis(4_500);

/// Runs what is due, and answers over HTTP, until `stop` comes; assistants are answered by what is
/// given for them.
///
/// # Errors
/// If another process does so already, the address cannot be listened on, or the journal cannot
/// be used.
pub async fn serve(
    launcher: Arc<Launcher>,
    (door, assistants): (Door, Option<Annex>),
    stop: impl Future<Output = ()>,
    tell: &mut dyn FnMut(Told),
) -> Result<()> {
    let journal = launcher.journal.clone();
    let _held = journal.hold_server()?.ok_or_else(|| {
        Error::blocked("Another `sopwright serve` is at work in this workspace")
            .help("One is enough: what you enable is seen by it within a second.")
    })?;
    let listener = door.open().await?;
    let address = listener
        .local_addr()
        .map_err(|e| Error::unavailable("The address is not known").caused_by(e))?;
    let mut watchman = Watchman::new(launcher.clone());
    watchman.take_up()?;
    // Paths are known before the first request is answered.
    let (told, _) = watchman.step(Timestamp::now()).await?;
    let front = http::Front {
        workspace: launcher.workspace.clone(),
        journal: journal.clone(),
        board: watchman.board(),
        guard: http::Guard::new(door.token),
        assistants,
    };
    let (stopping, stopped) = watch::channel(false);
    let answering = tokio::spawn(http::answer(listener, front.into(), stopped));
    let settings = launcher.workspace.settings();
    let mut keeping = keeping::Keeping::of(settings, journal.clone())?;
    let enabled = journal.watches()?.iter().filter(|w| w.enabled).count();
    tell(Told::Serving { enabled, address });
    told.into_iter().for_each(&mut *tell);
    let mut stop = std::pin::pin!(stop);
    loop {
        let now = Timestamp::now();
        keeping.step(now);
        let (told, again) = watchman.step(now).await?;
        told.into_iter().for_each(&mut *tell);
        let wait = again.duration_since(Timestamp::now());
        let wait = Duration::try_from(wait).unwrap_or(Duration::ZERO);
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = watchman.woken() => {}
            told = keeping.done() => told?.into_iter().for_each(&mut *tell),
            () = &mut stop => break,
        }
    }
    // Nothing more is let in; what was, is in the journal.
    let _ = stopping.send(true);
    launcher.stop.cancel();
    let _ = answering.await;
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
