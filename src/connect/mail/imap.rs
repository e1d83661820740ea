//! Drafts of a mailbox, by IMAP (RFC 3501, RFC 6154).

use std::sync::PoisonError;
use std::time::Duration;

use async_imap::error::Error;
use async_imap::types::NameAttribute;
use async_imap::{Authenticator, Client, Session};
use futures_util::TryStreamExt;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::account::{Account, Shown};
use super::folders;
use super::server::{Safety, Server};
use super::tls::{Line, Tls};
use crate::connect::ConnectError;
use crate::diag::one_line;

/// The drafts of a mailbox.
pub(super) struct Drafts {
    pub(super) server: Server,
    pub(super) tls: Tls,
    pub(super) account: Option<Account>,
    /// The folder, where it is named.
    pub(super) folder: Option<String>,
    /// How long an answer may take.
    pub(super) patience: Duration,
    /// Signing in takes longer than what is done then, and servers count it.
    pub(super) held: Mutex<Option<Open>>,
    /// When a password was refused, and with what words: a run must not try it for each of its
    /// cases, since providers lock out who does.
    pub(super) refused: std::sync::Mutex<Option<(Instant, ConnectError)>>,
}

/// How long a password that was refused is not tried again.
const REFUSED: Duration = Duration::from_secs(600);

/// A session that is signed in.
pub(super) struct Open {
    session: Session<Box<dyn Line>>,
    /// The folder as the server writes it.
    folder: String,
}

/// Why something did not work.
enum Trouble {
    /// The server said so.
    Server(Error),
    /// It did not answer in time.
    Slow,
    Told(ConnectError),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Trouble::Server(error)
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Trouble::Server(Error::Io(error))
    }
}

impl From<ConnectError> for Trouble {
    fn from(error: ConnectError) -> Self {
        Trouble::Told(error)
    }
}

impl Drafts {
    /// Places a draft unless one of that id is there, and returns the folder, with whether it was
    /// placed now.
    ///
    /// # Errors
    /// If the server cannot be reached or does not take it. One that may have been placed all the
    /// same is found by its id when it is placed again.
    pub(super) async fn place(
        &self,
        id: &str,
        source: &[u8],
    ) -> Result<(String, bool), ConnectError> {
        let mut held = self.held.lock().await;
        // One that was open for long may have been closed at the other end.
        if let Some(mut open) = held.take()
            && let Ok(placed) = self.in_time(place(&mut open, id, source)).await
        {
            let folder = folders::decoded(&open.folder);
            *held = Some(open);
            return Ok((folder, placed));
        }
        let opened = self.in_time(self.open()).await;
        let mut open = opened.map_err(|trouble| self.told(trouble, false))?;
        let placed = self.in_time(place(&mut open, id, source)).await;
        let placed = placed.map_err(|trouble| self.told(trouble, true))?;
        let folder = folders::decoded(&open.folder);
        *held = Some(open);
        Ok((folder, placed))
    }

    /// Signs in, and returns the folder of drafts.
    ///
    /// # Errors
    /// If that does not work.
    pub(super) async fn reach(&self) -> Result<String, ConnectError> {
        let opened = self.in_time(self.open()).await;
        let open = opened.map_err(|trouble| self.told(trouble, false))?;
        let folder = folders::decoded(&open.folder);
        *self.held.lock().await = Some(open);
        Ok(folder)
    }

    async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        timeout(self.patience, work)
            .await
            .unwrap_or(Err(Trouble::Slow))
    }

    async fn open(&self) -> Result<Open, Trouble> {
        let server = &self.server;
        let tcp = TcpStream::connect((server.host.as_str(), server.port)).await?;
        let mut line: Box<dyn Line> = Box::new(tcp);
        if server.safety == Safety::Tls {
            line = self.tls.wrap(&server.host, line).await?;
        }
        let mut client = Client::new(line);
        client.read_response().await?.ok_or(Error::ConnectionLost)?;
        if server.safety == Safety::StartTls {
            let begun = client.run_command_and_check_ok("STARTTLS", None).await;
            begun.map_err(|_| {
                ConnectError::last(format!("{server} offers no encryption (STARTTLS)."))
                    .help("Write `imaps://HOST` if it encrypts from the beginning.")
            })?;
            client = Client::new(self.tls.wrap(&server.host, client.into_inner()).await?);
        }
        let Some(account) = &self.account else {
            let untold = ConnectError::last("A mailbox needs somebody who signs in.")
                .help("Write `user` and `password = \"env:NAME\"` into the connection.");
            return Err(untold.into());
        };
        if let Some(refused) = self.was_refused() {
            return Err(refused.into());
        }
        let shown = account.shown().await?;
        let user = account.user();
        let came = match &shown {
            Shown::Password(password) => client.login(user, password.reveal()).await,
            Shown::Token(token) => {
                let proof = format!("user={user}\x01auth=Bearer {}\x01\x01", token.reveal());
                client.authenticate("XOAUTH2", Once(Some(proof))).await
            }
        };
        let mut session = came.map_err(|(error, _)| match error {
            Error::No(said) if said.to_uppercase().contains("UNAVAILABLE") => Trouble::Told(
                ConnectError::transient(format!("{server} lets nobody in for now.")),
            ),
            Error::No(said) | Error::Bad(said) => Trouble::Told(self.refuse(
                ConnectError::last(format!(
                    "{server} does not let `{user}` in: {}.",
                    shown.strike_from(&words(&said))
                ))
                .help("Check `user` and the secret; many providers want a password for programs (an app password)."),
            )),
            other => other.into(),
        })?;
        let folder = self.find(&mut session).await?;
        Ok(Open { session, folder })
    }

    fn refuse(&self, error: ConnectError) -> ConnectError {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        *refused = Some((Instant::now(), error.clone()));
        error
    }

    fn was_refused(&self) -> Option<ConnectError> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, error) = refused.as_ref()?;
        (at.elapsed() < REFUSED).then(|| error.clone())
    }

    /// Returns the folder of drafts as the server writes it.
    async fn find(&self, session: &mut Session<Box<dyn Line>>) -> Result<String, Trouble> {
        if let Some(named) = &self.folder {
            return Ok(folders::encoded(named));
        }
        let names: Vec<_> = session
            .list(Some(""), Some("*"))
            .await?
            .try_collect()
            .await?;
        let is_meant =
            |name: &&async_imap::types::Name| name.attributes().contains(&NameAttribute::Drafts);
        let is_called = |name: &&async_imap::types::Name| {
            let delimiter = name.delimiter().unwrap_or("/");
            let last = name.name().rsplit(delimiter).next();
            last.is_some_and(|last| last.eq_ignore_ascii_case("drafts"))
        };
        let found = names.iter().find(is_meant);
        let found = found.or_else(|| names.iter().find(is_called));
        let found = found.map(|name| name.name().to_owned());
        found.ok_or_else(|| {
            ConnectError::last(format!(
                "The mailbox at {} has no folder for drafts.",
                self.server
            ))
            .help("Name the folder: `drafts = \"…\"`.")
            .into()
        })
    }

    fn told(&self, trouble: Trouble, is_begun: bool) -> ConnectError {
        let server = &self.server;
        match trouble {
            Trouble::Told(error) => error,
            Trouble::Slow => {
                ConnectError::transient(format!("The mailbox at {server} did not answer in time."))
                    .unclear(is_begun)
            }
            Trouble::Server(Error::Io(error)) if is_distrust(&error) => {
                ConnectError::last(format!("{server} does not prove who it is: {error}."))
                    .help("Check the host; a server with a certificate of your own needs `ca = \"FILE.pem\"`.")
            }
            Trouble::Server(Error::Io(error)) => {
                ConnectError::transient(format!("The mailbox at {server} cannot be reached: {error}."))
                    .unclear(is_begun)
            }
            Trouble::Server(Error::No(said) | Error::Bad(said)) => ConnectError::last(format!(
                "The mailbox at {server} refused: {}.",
                words(&said)
            )),
            Trouble::Server(Error::Append) => {
                ConnectError::last(format!("The mailbox at {server} did not take the draft."))
                    .help("It may be full, or the draft too large for it.")
            }
            Trouble::Server(error) => {
                ConnectError::transient(format!("The mailbox at {server} broke off: {error}."))
                    .unclear(is_begun)
            }
        }
    }
}

async fn place(open: &mut Open, id: &str, source: &[u8]) -> Result<bool, Trouble> {
    // It is opened anew each time, so that what others did is seen.
    open.session.examine(&open.folder).await?;
    let wanted = format!("HEADER Message-ID \"{id}\"");
    if !open.session.uid_search(wanted).await?.is_empty() {
        return Ok(false);
    }
    let flags = Some("(\\Draft \\Seen)");
    let name = &open.folder;
    open.session.append(name, flags, None, source).await?;
    Ok(true)
}

/// Returns what a server said of what the library tells of it (`code: …, info: Some("…")`).
fn words(told: &str) -> String {
    let info = told.split_once("info: Some(\"");
    let info = info.and_then(|(_, info)| info.strip_suffix("\")"));
    let said = info.unwrap_or(told).replace("\\\"", "\"");
    one_line(said.trim_end_matches('.'), 200)
}

fn is_distrust(error: &std::io::Error) -> bool {
    error
        .get_ref()
        .is_some_and(|inner| inner.is::<rustls::Error>())
}

/// Shows what is to be shown once: a second challenge means that it was not enough.
struct Once(Option<String>);

impl Authenticator for Once {
    type Response = String;

    fn process(&mut self, _: &[u8]) -> String {
        self.0.take().unwrap_or_default()
    }
}
