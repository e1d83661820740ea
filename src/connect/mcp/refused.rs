//! Why a server at an address could not be spoken to, in words.

use reqwest::Url;
use rmcp::service::ClientInitializeError;
use rmcp::transport::streamable_http_client::StreamableHttpError;

use crate::connect::{ConnectError, net};
use crate::diag::one_line;

/// Returns why no session with a server could be begun.
pub(super) fn not_reached(url: &Url, error: &ClientInitializeError) -> ConnectError {
    type Broken = StreamableHttpError<reqwest::Error>;
    let broken = match error {
        ClientInitializeError::TransportError { error, .. } => error.error.downcast_ref::<Broken>(),
        _ => None,
    };
    let reason = match broken {
        Some(Broken::AuthRequired(_) | Broken::InsufficientScope(_)) => {
            return ConnectError::last(format!("The server at {url} does not let us in."))
                .help("Give its key in sopwright.toml: auth = { bearer = \"env:NAME\" }.");
        }
        Some(Broken::Client(error)) => net::reason(error),
        Some(Broken::HttpStatus(answered)) => format!("it answered with {}", answered.status),
        Some(other) => one_line(&other.to_string(), 300),
        None => one_line(&error.to_string(), 300),
    };
    ConnectError::transient(format!(
        "The server at {url} could not be reached: {reason}."
    ))
    .help("Check the `url` of the connection in sopwright.toml.")
}
