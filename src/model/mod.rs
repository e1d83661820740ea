//! Chat models: provider-neutral messages, one file per wire format, and around any model the
//! same retry, cost, recording and replay.
//!
//! [`ChatModel`] is the one trait; everything else either implements it or is data.

pub mod anthropic;
mod assembly;
mod chain;
pub mod config;
pub mod discover;
mod error;
mod exchange;
mod fake;
#[cfg(test)]
mod fixture;
mod http;
mod incoming;
mod message;
pub mod openai;
mod price;
mod probe;
mod protocol;
pub mod pursuit;
mod record;
mod refusal;
mod retry;
mod secret;
#[cfg(test)]
mod server;
mod sse;
pub mod structured;
mod throttle;

use std::sync::Arc;

use async_trait::async_trait;

pub use anthropic::Anthropic;
pub use chain::{Answered, Chain, Used, Work};
pub use config::{ModelConfig, Provider, StandIn};
pub use discover::{Candidate, Places, discover};
pub use error::{ModelError, ModelErrorKind};
pub use fake::ScriptedModel;
pub use incoming::Patience;
pub use message::{
    Delta, Message, Reply, Request, Stop, SystemPart, ToolCall, ToolChoice, ToolResult, ToolSpec,
    Usage,
};
pub use openai::OpenAi;
pub use price::{Price, price_of};
pub use probe::{ProbeReport, ToolProbe, probe};
pub use protocol::check_protocol;
pub use record::{Recorder, Replay};
pub use retry::{RetryPolicy, Retrying};
pub use secret::Secret;
pub use throttle::ModelLimits;

/// A model that carries on a conversation and calls tools.
#[async_trait]
pub trait ChatModel: Send + Sync {
    /// Returns its name as shown to people, such as `anthropic/claude-sonnet-4-5`.
    fn name(&self) -> &str;

    /// Returns its prices; `None` where it is free or its price is not known.
    fn pricing(&self) -> Option<Price>;

    /// Answers the request, and tells `on_delta` each piece of the answer as it comes in.
    ///
    /// # Errors
    /// A [`ModelError`] whose kind says whether asking again later can help. Dropping the future
    /// ends the call.
    async fn complete(
        &self,
        request: &Request,
        on_delta: &mut (dyn FnMut(Delta) + Send),
    ) -> Result<Reply, ModelError>;
}

/// Makes a pointer to a model a model.
macro_rules! forward {
    ($pointer:ident) => {
        #[async_trait]
        impl<M: ChatModel + ?Sized> ChatModel for $pointer<M> {
            fn name(&self) -> &str {
                (**self).name()
            }

            fn pricing(&self) -> Option<Price> {
                (**self).pricing()
            }

            async fn complete(
                &self,
                request: &Request,
                on_delta: &mut (dyn FnMut(Delta) + Send),
            ) -> Result<Reply, ModelError> {
                (**self).complete(request, on_delta).await
            }
        }
    };
}

forward!(Box);
forward!(Arc);
