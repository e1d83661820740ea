//! The workspace on disk: settings, SOPs, workflows with their history, and bundles.

mod bundle;
mod dotenv;
mod files;
mod history;
pub mod journal;
mod last_known;
pub mod quotes;
mod secrets;
mod sections;
mod settings;
mod sight;
mod workflows;
mod workspace;

pub use bundle::{export, import};
pub use dotenv::set_variable;
pub use files::write_atomically;
pub use history::Version;
pub use journal::Journal;
pub use last_known::{LastKnown, MOST_ROWS};
pub use secrets::{SecretSource, SecretsConfig, keep_in_keyring};
pub use sections::{add_connection, name_in_keyring, try_connection};
pub use settings::{
    InboxConfig, LimitsConfig, OutputsConfig, RestateConfig, ServeConfig, Settings,
};
pub use sight::{LogConfig, LogFormat, LogLevel, Privacy, RetentionConfig};
pub use workflows::{
    Fingerprint, Stored, delete_draft, keep_draft, list, load, load_saved, read_draft, save,
    versions,
};
pub use workspace::Workspace;
