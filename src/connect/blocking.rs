//! Work that blocks, off the threads that must not.

use super::ConnectError;

/// Runs the work on a blocking thread.
pub(super) async fn blocking<T, F>(work: F) -> Result<T, ConnectError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, ConnectError> + Send + 'static,
{
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| {
        Err(ConnectError::last(
            "Reading the connection stopped in the middle, which is a defect of this program.",
        ))
    })
}
