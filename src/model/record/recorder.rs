//! Writes each exchange with a model to a folder.

use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;

use super::{Exchange, at, files, key, number};
use crate::model::assembly::OnDelta;
use crate::model::{ChatModel, ModelError, Price, Reply, Request};

/// A model whose exchanges are written to `0001.json`, `0002.json` and so on.
pub struct Recorder<M> {
    inner: M,
    folder: PathBuf,
    last: AtomicU32,
}

impl<M: ChatModel> Recorder<M> {
    /// Wraps a model; recording goes on after what the folder already holds.
    ///
    /// # Errors
    /// A folder that cannot be made or read.
    pub fn new(inner: M, folder: impl Into<PathBuf>) -> Result<Self, ModelError> {
        let folder = folder.into();
        std::fs::create_dir_all(&folder).map_err(|error| at(&folder, "cannot be made", &error))?;
        let last = files(&folder)?.last().and_then(|path| number(path));
        Ok(Recorder {
            inner,
            folder,
            last: AtomicU32::new(last.unwrap_or(0)),
        })
    }

    fn write(&self, request: &Request, reply: &Reply) -> Result<(), ModelError> {
        let number = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let path = self.folder.join(format!("{number:04}.json"));
        let exchange = Exchange {
            key: key(request),
            model: self.inner.name().to_owned(),
            request: request.clone(),
            reply: reply.clone(),
        };
        let write = || -> std::io::Result<()> {
            // Only whole files appear in the folder, whenever the program ends.
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            serde_json::to_writer_pretty(&mut file, &exchange)?;
            file.write_all(b"\n")?;
            file.persist(&path)?;
            Ok(())
        };
        write().map_err(|error| at(&path, "cannot be written", &error))
    }
}

#[async_trait]
impl<M: ChatModel> ChatModel for Recorder<M> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn pricing(&self) -> Option<Price> {
        self.inner.pricing()
    }

    async fn complete(
        &self,
        request: &Request,
        on_delta: OnDelta<'_>,
    ) -> Result<Reply, ModelError> {
        let reply = self.inner.complete(request, on_delta).await?;
        self.write(request, &reply)?;
        Ok(reply)
    }
}
