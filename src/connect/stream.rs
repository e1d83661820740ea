//! Rows in chunks, read on a blocking thread or by a task while the caller works.

use std::future::Future;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{ConnectError, Row};

/// Rows that cross the channel at once.
const CHUNK: usize = 1000;

/// Chunks that may wait in the channel; the reader pauses when it is full.
const WAITING: usize = 4;

type Chunk = Result<Vec<Row>, ConnectError>;

/// The rows of a scan. Dropping it stops the reader.
#[derive(Debug)]
pub struct RowStream {
    chunks: mpsc::Receiver<Chunk>,
    reader: Option<JoinHandle<()>>,
    is_ordered: bool,
}

impl RowStream {
    /// Starts a reader on a blocking thread; what it pushes comes out of the stream, and then
    /// the error that it ends with, if it does.
    ///
    /// Needs a Tokio runtime.
    pub fn spawn<F>(read: F) -> Self
    where
        F: FnOnce(&mut RowSink) -> Result<(), ConnectError> + Send + 'static,
    {
        let (sender, chunks) = mpsc::channel(WAITING);
        let reader = tokio::task::spawn_blocking(move || {
            let mut sink = RowSink {
                rows: Vec::new(),
                sender,
            };
            let end = read(&mut sink);
            sink.finish(end);
        });
        RowStream {
            chunks,
            reader: Some(reader),
            is_ordered: false,
        }
    }

    /// Starts a task that reads; what it sends comes out of the stream, and then the error that it
    /// ends with, if it does.
    ///
    /// Needs a Tokio runtime.
    pub fn fed<F, R>(feed: F) -> Self
    where
        F: FnOnce(RowFeed) -> R,
        R: Future<Output = Result<(), ConnectError>> + Send + 'static,
    {
        let (sender, chunks) = mpsc::channel(WAITING);
        let reading = feed(RowFeed(sender.clone()));
        let reader = tokio::spawn(async move {
            if let Err(error) = reading.await {
                // Nobody is left to tell when this fails.
                let _ = sender.send(Err(error)).await;
            }
        });
        RowStream {
            chunks,
            reader: Some(reader),
            is_ordered: false,
        }
    }

    /// Says whether the rows come in the order that was asked for.
    #[must_use]
    pub fn in_order(mut self, is_ordered: bool) -> Self {
        self.is_ordered = is_ordered;
        self
    }

    /// Do the rows come in the order that was asked for?
    pub fn is_ordered(&self) -> bool {
        self.is_ordered
    }

    /// Returns a stream of rows that are already there. Needs a Tokio runtime.
    pub fn of(rows: Vec<Row>) -> Self {
        Self::spawn(move |sink| {
            let _ = rows.into_iter().all(|row| sink.push(row));
            Ok(())
        })
    }

    /// Returns the next rows, or `None` at the end. Nothing follows an error.
    pub async fn next(&mut self) -> Option<Chunk> {
        if let Some(chunk) = self.chunks.recv().await {
            if chunk.is_err() {
                self.reader = None;
                self.chunks.close();
            }
            return Some(chunk);
        }
        // A reader that panicked must not look like the end of the table.
        match self.reader.take()?.await {
            Ok(()) => None,
            Err(_) => Some(Err(ConnectError::last(
                "The reader of the table stopped in the middle, which is a defect of this program.",
            ))),
        }
    }

    /// Returns the first rows, at most `limit`.
    ///
    /// # Errors
    /// The first error that comes before the limit is reached.
    pub async fn collect(mut self, limit: usize) -> Chunk {
        let mut rows = Vec::new();
        while rows.len() < limit {
            match self.next().await {
                Some(chunk) => rows.extend(chunk?),
                None => break,
            }
        }
        rows.truncate(limit);
        Ok(rows)
    }
}

/// Where a task that reads sends its rows.
#[derive(Debug, Clone)]
pub struct RowFeed(mpsc::Sender<Chunk>);

impl RowFeed {
    /// Sends rows. False once nobody wants more, and the reader should return.
    pub async fn send(&self, rows: Vec<Row>) -> bool {
        rows.is_empty() || self.0.send(Ok(rows)).await.is_ok()
    }
}

/// Where a reader puts its rows.
#[derive(Debug)]
pub struct RowSink {
    rows: Vec<Row>,
    sender: mpsc::Sender<Chunk>,
}

impl RowSink {
    /// Adds a row. False once nobody wants more, and the reader should return.
    #[must_use]
    pub fn push(&mut self, row: Row) -> bool {
        self.rows.push(row);
        self.rows.len() < CHUNK || self.flush()
    }

    fn flush(&mut self) -> bool {
        let rows = std::mem::replace(&mut self.rows, Vec::with_capacity(CHUNK));
        self.sender.blocking_send(Ok(rows)).is_ok()
    }

    fn finish(mut self, end: Result<(), ConnectError>) {
        let wanted = self.rows.is_empty() || self.flush();
        if let (true, Err(error)) = (wanted, end) {
            // Nobody is left to tell when this fails.
            let _ = self.sender.blocking_send(Err(error));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    fn row(number: usize) -> Row {
        Row::from_iter([("n".to_owned(), number.into())])
    }

    #[tokio::test]
    async fn gives_rows_in_chunks_and_order() {
        let mut stream = RowStream::of((0..2500).map(row).collect());
        let mut sizes = Vec::new();
        let mut last = Row::new();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.unwrap();
            sizes.push(chunk.len());
            last = chunk.last().unwrap().clone();
        }
        assert_eq!(sizes, [1000, 1000, 500]);
        assert_eq!(last, row(2499));
    }

    #[tokio::test]
    async fn collects_no_more_than_asked() {
        let rows = RowStream::of((0..50).map(row).collect()).collect(3).await;
        assert_eq!(rows.unwrap().len(), 3);
    }

    #[tokio::test]
    async fn rows_before_an_error_come_first_and_nothing_after() {
        let mut stream = RowStream::spawn(|sink| {
            let _ = sink.push(row(1));
            Err(ConnectError::last("line 3 is off"))
        });
        assert_eq!(stream.next().await.unwrap().unwrap().len(), 1);
        assert!(stream.next().await.unwrap().is_err());
        assert!(stream.next().await.is_none());
    }

    #[tokio::test]
    async fn what_a_task_sends_comes_out_and_then_its_error() {
        let mut stream = RowStream::fed(|feed| async move {
            assert!(feed.send(vec![row(1), row(2)]).await);
            Err(ConnectError::last("the server went away"))
        });
        assert_eq!(stream.next().await.unwrap().unwrap().len(), 2);
        assert!(stream.next().await.unwrap().is_err());
        assert!(stream.next().await.is_none());
    }

    #[tokio::test]
    async fn a_panic_is_an_error_not_the_end() {
        let mut stream = RowStream::spawn(|_| panic!("boom"));
        assert!(stream.next().await.unwrap().is_err());
        assert!(stream.next().await.is_none());
    }

    #[tokio::test]
    async fn dropping_the_stream_stops_the_reader() {
        let stopped = Arc::new(AtomicBool::new(false));
        let seen = stopped.clone();
        let mut stream = RowStream::spawn(move |sink| {
            while sink.push(row(0)) {}
            seen.store(true, Ordering::SeqCst);
            Ok(())
        });
        stream.next().await.unwrap().unwrap();
        let reader = stream.reader.take().unwrap();
        drop(stream);
        reader.await.unwrap();
        assert!(stopped.load(Ordering::SeqCst));
    }
}
