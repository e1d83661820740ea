//! A model server on this machine that answers from a script, for tests.
#![allow(clippy::unwrap_used)]

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// How an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// As it should.
    Whole,
    /// The connection closes in the middle.
    Cut,
    /// The connection stays open and nothing more comes.
    Stall,
}

/// An answer of the server.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    pub(crate) piece: usize,
    pub(crate) end: End,
}

impl Answer {
    /// Returns an answer with a status, a content type and a body.
    pub(crate) fn new(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Answer {
            head: format!("HTTP/1.1 {status} Scripted\r\ncontent-type: {kind}\r\n"),
            body: body.into(),
            piece: usize::MAX,
            end: End::Whole,
        }
    }

    /// Returns a stream of events.
    pub(crate) fn events(events: &[Value]) -> Self {
        let lines = events.iter().map(|event| format!("data: {event}\n\n"));
        Self::new(200, "text/event-stream", lines.collect::<String>())
    }

    /// Returns plain JSON.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    pub(crate) fn header(mut self, line: &str) -> Self {
        self.head.push_str(line);
        self.head.push_str("\r\n");
        self
    }

    pub(crate) fn in_pieces_of(mut self, size: usize) -> Self {
        self.piece = size;
        self
    }

    pub(crate) fn then(mut self, end: End) -> Self {
        self.end = end;
        self
    }

    async fn write(&self, stream: &mut TcpStream) -> std::io::Result<()> {
        let head = format!(
            "{}connection: close\r\ntransfer-encoding: chunked\r\n\r\n",
            self.head
        );
        stream.write_all(head.as_bytes()).await?;
        for piece in self.body.chunks(self.piece) {
            let size = format!("{:x}\r\n", piece.len());
            stream.write_all(size.as_bytes()).await?;
            stream.write_all(piece).await?;
            stream.write_all(b"\r\n").await?;
            stream.flush().await?;
        }
        if self.end == End::Whole {
            stream.write_all(b"0\r\n\r\n").await?;
        }
        Ok(())
    }
}

/// A running server; it ends with the test's runtime.
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) url: String,
    requests: mpsc::UnboundedReceiver<Seen>,
}

/// A request that the server saw.
#[derive(Debug)]
pub(crate) struct Seen {
    /// The request line and headers, in lower case.
    pub(crate) head: String,
    /// The body; null where there was none.
    pub(crate) body: Value,
}

impl Server {
    /// Starts a server that gives these answers, one per connection.
    pub(crate) async fn start(answers: Vec<Answer>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut stalled = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let seen = read(&mut stream).await;
                let _ = sender.send(seen);
                // A client that has seen enough may hang up.
                let _ = answer.write(&mut stream).await;
                if answer.end == End::Stall {
                    stalled.push(stream);
                }
            }
            std::future::pending::<()>().await;
        });
        Server { url, requests }
    }

    /// Returns the next request that the server saw.
    pub(crate) async fn seen(&mut self) -> Seen {
        self.requests.recv().await.unwrap()
    }
}

async fn read(stream: &mut TcpStream) -> Seen {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0);
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().unwrap());
    while bytes.len() < head_end + length {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0);
    }
    Seen {
        head,
        body: serde_json::from_slice(&bytes[head_end..]).unwrap_or_default(),
    }
}
