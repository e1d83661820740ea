//! Sending, by SMTP (RFC 5321, RFC 6409).

use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use tokio::time::timeout;

use super::account::{Account, Shown};
use super::server::{Safety, Server};
use super::tls::Tls;
use crate::connect::ConnectError;
use crate::connect::net::innermost;
use crate::diag::one_line;

/// How long the end of a conversation may take: nothing hangs on it.
const GOODBYE: Duration = Duration::from_secs(1);

/// The server that sends.
pub(super) struct Sender {
    pub(super) server: Server,
    pub(super) tls: Tls,
    pub(super) account: Option<Account>,
    /// How long an answer may take.
    pub(super) patience: Duration,
}

impl Sender {
    /// Sends an email to all of its recipients, or to none.
    ///
    /// # Errors
    /// If the server cannot be reached or does not take it. Where the whole email was handed over
    /// and no answer came, it may have been sent all the same.
    pub(super) async fn send(
        &self,
        from: &Address,
        to: &[Address],
        source: &[u8],
    ) -> Result<(), ConnectError> {
        let opened = timeout(self.patience, self.open()).await;
        let mut line = opened.map_err(|_| self.slow())??;
        let prepared = timeout(self.patience, prepare(&mut line, from, to)).await;
        if let Err(error) = prepared.map_err(|_| self.slow())? {
            let told = self.told(&error, &|text| text.to_owned());
            // Not waited for: it knows by the end of the connection too.
            line.abort().await;
            return Err(told);
        }
        let sent = timeout(self.patience, line.message(source)).await;
        let Ok(sent) = sent else {
            return Err(self.slow().unclear(true));
        };
        match sent {
            Ok(_) => {
                let _ = timeout(GOODBYE, line.quit()).await;
                Ok(())
            }
            // An answer that says no means that it was not sent.
            Err(error) => {
                let is_unclear = error.status().is_none();
                Err(self
                    .told(&error, &|text| text.to_owned())
                    .unclear(is_unclear))
            }
        }
    }

    /// Signs in.
    ///
    /// # Errors
    /// If that does not work.
    pub(super) async fn reach(&self) -> Result<(), ConnectError> {
        let opened = timeout(self.patience, self.open()).await;
        let mut line = opened.map_err(|_| self.slow())??;
        let _ = timeout(GOODBYE, line.quit()).await;
        Ok(())
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, ConnectError> {
        let server = &self.server;
        let plain = |text: &str| text.to_owned();
        let hello = ClientId::default();
        let tls = self.parameters()?;
        let implicit = (server.safety == Safety::Tls).then(|| tls.clone());
        let place = (server.host.as_str(), server.port);
        let mut line =
            AsyncSmtpConnection::connect_tokio1(place, Some(self.patience), &hello, implicit, None)
                .await
                .map_err(|error| self.told(&error, &plain))?;
        if server.safety == Safety::StartTls {
            if !line.can_starttls() {
                return Err(ConnectError::last(format!(
                    "{server} offers no encryption (STARTTLS)."
                ))
                .help("Write `smtps://HOST` if it encrypts from the beginning."));
            }
            let begun = line.starttls(tls, &hello).await;
            begun.map_err(|error| self.told(&error, &plain))?;
        }
        if let Some(account) = &self.account {
            let shown = account.shown().await?;
            let user = account.user().to_owned();
            let (ways, secret) = match &shown {
                Shown::Password(secret) => (&[Mechanism::Plain, Mechanism::Login][..], secret),
                Shown::Token(secret) => (&[Mechanism::Xoauth2][..], secret),
            };
            let credentials = Credentials::new(user.clone(), secret.reveal().to_owned());
            let came = line.auth(ways, &credentials).await;
            came.map_err(|error| match error.is_permanent() || error.is_client() {
                true => ConnectError::last(format!(
                    "{server} does not let `{user}` in: {}.",
                    shown.strike_from(&reason(&error))
                ))
                .help("Check `user` and the secret; many providers want a password for programs (an app password)."),
                false => self.told(&error, &|text| shown.strike_from(text)),
            })?;
        }
        Ok(line)
    }

    fn parameters(&self) -> Result<TlsParameters, ConnectError> {
        let mut tls = TlsParameters::builder(self.server.host.clone());
        let wrong =
            |error: Error| ConnectError::last(format!("TLS is not to be had: {}.", reason(&error)));
        if let Some(authority) = &self.tls.authority {
            tls = tls.add_root_certificate(Certificate::from_pem(authority).map_err(wrong)?);
        }
        tls.build_rustls().map_err(wrong)
    }

    fn slow(&self) -> ConnectError {
        ConnectError::transient(format!("{} did not answer in time.", self.server))
    }

    fn told(&self, error: &Error, strike: &dyn Fn(&str) -> String) -> ConnectError {
        let (server, why) = (&self.server, strike(&reason(error)));
        match error.status() {
            Some(code) if error.is_permanent() => {
                ConnectError::refused(format!("smtp_{code}"), format!("{server} refused ({code}): {why}."))
            }
            Some(code) => {
                ConnectError::transient(format!("{server} does not take it now ({code}): {why}."))
            }
            None if error.is_tls() => ConnectError::last(format!("{server} does not prove who it is: {why}."))
                .help("Check the host; a server with a certificate of your own needs `ca = \"FILE.pem\"`."),
            None => ConnectError::transient(format!("{server} cannot be reached: {why}.")),
        }
    }
}

async fn prepare(
    line: &mut AsyncSmtpConnection,
    from: &Address,
    to: &[Address],
) -> Result<(), Error> {
    line.command(Mail::new(Some(from.clone()), Vec::new()))
        .await?;
    for recipient in to {
        line.command(Rcpt::new(recipient.clone(), Vec::new()))
            .await?;
    }
    line.command(Data).await?;
    Ok(())
}

/// Returns what the server said, or what went wrong, on one line.
fn reason(error: &Error) -> String {
    one_line(innermost(error).trim_end_matches('.'), 200)
}
