//! The same server over HTTP, as a part of `serve`.

use std::sync::Arc;

use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};

use super::{Desk, Server};
use crate::builder::Resources;
use crate::serve::{Annex, Launcher};

/// Returns what answers assistants over HTTP, each session with a desk of its own. Who may speak is
/// decided before it is asked, by a token.
pub fn over_http(resources: Resources, launcher: Arc<Launcher>) -> Annex {
    let stop = launcher.stop.child_token();
    let desk = move || {
        let desk = Desk::new(resources.clone(), launcher.clone());
        Ok(Server::new(desk))
    };
    let config = StreamableHttpServerConfig::default()
        .with_cancellation_token(stop)
        // Whoever has the token may reach it by any name, but not by a page in a browser.
        .disable_allowed_hosts()
        .enforce_origin_validation();
    let sessions = Arc::new(LocalSessionManager::default());
    let service = StreamableHttpService::new(desk, sessions, config);
    Arc::new(move |request| {
        let service = service.clone();
        Box::pin(async move { service.handle(request).await })
    })
}
