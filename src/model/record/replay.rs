//! Answers from a folder of recorded exchanges.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use super::{Exchange, at, difference, files, key};
use crate::model::assembly::{OnDelta, tell};
use crate::model::{ChatModel, ModelError, ModelErrorKind, Price, Reply, Request};

/// A model that gives the recorded reply to each recorded request and knows no other.
#[derive(Debug)]
pub struct Replay {
    name: String,
    folder: PathBuf,
    exchanges: Vec<Exchange>,
    /// How often each key was asked, so that a request asked twice gets its replies in turn.
    asked: Mutex<HashMap<String, usize>>,
}

impl Replay {
    /// Reads the exchanges of a folder.
    ///
    /// # Errors
    /// A folder that cannot be read or holds no exchange, and a file that is not one.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, ModelError> {
        let folder = folder.as_ref();
        let exchanges = files(folder)?
            .iter()
            .map(|path| read(path))
            .collect::<Result<Vec<_>, _>>()?;
        let Some(first) = exchanges.first() else {
            return Err(ModelError::new(
                ModelErrorKind::BadAnswer,
                format!("the recording {} holds no exchange", folder.display()),
            ));
        };
        Ok(Replay {
            name: first.model.clone(),
            folder: folder.to_owned(),
            asked: Mutex::default(),
            exchanges,
        })
    }

    fn answer(&self, request: &Request) -> Option<&Reply> {
        let key = key(request);
        let replies: Vec<&Reply> = self
            .exchanges
            .iter()
            .filter(|exchange| exchange.key == key)
            .map(|exchange| &exchange.reply)
            .collect();
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let times = asked.entry(key).or_default();
        let reply = replies.get(*times).or_else(|| replies.last());
        *times += 1;
        reply.copied()
    }

    fn unknown(&self, request: &Request) -> ModelError {
        let requests = self.exchanges.iter().map(|exchange| &exchange.request);
        let what = difference::from_nearest(request, requests);
        let folder = self.folder.display();
        ModelError::new(
            ModelErrorKind::BadAnswer,
            format!("the recording {folder} holds no such request; {what}"),
        )
        .help("Record the exchanges again: the prompts, the tools or the input have changed.")
    }
}

fn read(path: &Path) -> Result<Exchange, ModelError> {
    let text = std::fs::read_to_string(path).map_err(|error| at(path, "cannot be read", &error))?;
    let mut exchange: Exchange =
        serde_json::from_str(&text).map_err(|error| at(path, "is not an exchange", &error))?;
    // A recording that was edited by hand answers what it now says.
    exchange.key = key(&exchange.request);
    Ok(exchange)
}

#[async_trait]
impl ChatModel for Replay {
    fn name(&self) -> &str {
        &self.name
    }

    /// Replaying is free.
    fn pricing(&self) -> Option<Price> {
        None
    }

    async fn complete(
        &self,
        request: &Request,
        on_delta: OnDelta<'_>,
    ) -> Result<Reply, ModelError> {
        let reply = self.answer(request).ok_or_else(|| self.unknown(request))?;
        tell(reply, on_delta);
        Ok(reply.clone())
    }
}
