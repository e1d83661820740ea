//! Connections to mailboxes.

use std::path::PathBuf;

use serde::Deserialize;

use super::{ServiceConfig, TokenConfig};

/// The keys of [`MailConfig`].
pub(super) const KEYS: &[&str] = &[
    "from", "user", "password", "token", "imap", "smtp", "drafts", "ca", "timeout", "limits",
    "about",
];

/// A connection to a mailbox, and to the server that sends for it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct MailConfig {
    /// Who emails are from, such as `Ann <ann@acme.example>`.
    pub from: Option<String>,
    /// Who signs in; also `env:NAME`.
    pub user: Option<String>,
    /// The password, written `env:NAME`.
    pub password: Option<String>,
    /// A token that is fetched, in the place of a password.
    pub token: Option<TokenConfig>,
    /// Where drafts are placed: a host, or an address such as `imap://host:143`.
    pub imap: Option<String>,
    /// Where email is sent: a host, or an address such as `smtp://host:587`.
    pub smtp: Option<String>,
    /// The folder of drafts; the one that the server calls so unless said.
    pub drafts: Option<String>,
    /// A file with the certificate of an authority of one's own; a relative path starts at the
    /// workspace.
    pub ca: Option<PathBuf>,
    /// What can be said of every service.
    #[serde(flatten)]
    pub service: ServiceConfig,
}
