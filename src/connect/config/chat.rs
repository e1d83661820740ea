//! Connections to the channels of a chat service, each by an address of its own.

use indexmap::IndexMap;
use serde::Deserialize;

use crate::connect::ConnectionLimits;

/// The keys of [`ChatConfig`].
pub(super) const KEYS: &[&str] = &[
    "service", "channels", "timeout", "limits", "sandbox", "about",
];

/// A connection to channels.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ChatConfig {
    /// Whose channels they are.
    pub service: ChatService,
    /// The address that takes messages for each channel. It is a secret, written `env:NAME`.
    pub channels: IndexMap<String, String>,
    /// How long a message may take, such as `30s`, which is also the default.
    #[serde(default)]
    pub timeout: Option<String>,
    /// How much may be sent at once, and how fast: one message a second unless said, which is
    /// what these services take.
    #[serde(default = "polite")]
    pub limits: ConnectionLimits,
    /// Is it for trying out, so that a dry run may write to it? False unless said.
    #[serde(default)]
    pub sandbox: bool,
    /// What it is for, in words.
    #[serde(default)]
    pub about: Option<String>,
}

/// A chat service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatService {
    /// Slack, by incoming webhooks.
    Slack,
    /// Microsoft Teams, by webhooks of workflows.
    Teams,
}

fn polite() -> ConnectionLimits {
    ConnectionLimits {
        per_second: Some(1.0),
        at_once: Some(1),
    }
}
