//! TLS to a PostgreSQL server, by rustls.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_postgres::{Client, Config, NoTls};
use tokio_rustls::TlsConnector;

use crate::connect::ConnectError;
use crate::connect::sql::Tls;

/// How what goes over the wire is protected.
#[derive(Clone)]
pub struct Encryption(Option<Arc<ClientConfig>>);

impl Encryption {
    /// Returns what is configured.
    ///
    /// # Errors
    /// For a file without certificates, and a machine that trusts none.
    pub fn of(tls: &Tls) -> Result<Self, ConnectError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = || {
            ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .map_err(|error| ConnectError::last(format!("TLS cannot be used: {error}.")))
        };
        let config = match tls {
            Tls::Off => return Ok(Encryption(None)),
            Tls::Verified => builder()?.with_platform_verifier().map_err(|error| {
                ConnectError::last(format!(
                    "The certificates of this machine cannot be used: {error}."
                ))
                .help("Install them (ca-certificates), or name a file in `tls_ca`.")
            })?,
            Tls::VerifiedBy(file) => {
                let unusable = |why: String| {
                    ConnectError::last(format!("`tls_ca`, {}: {why}.", file.display())).help(
                        "It is a file of certificates that begin with -----BEGIN CERTIFICATE-----.",
                    )
                };
                let mut roots = RootCertStore::empty();
                let certificates = CertificateDer::pem_file_iter(file)
                    .map_err(|error| unusable(error.to_string()))?;
                for certificate in certificates {
                    let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
                    roots
                        .add(certificate)
                        .map_err(|error| unusable(error.to_string()))?;
                }
                if roots.is_empty() {
                    return Err(unusable("it holds no certificate".to_owned()));
                }
                builder()?.with_root_certificates(roots)
            }
        };
        Ok(Encryption(Some(Arc::new(config.with_no_client_auth()))))
    }

    /// Connects, and keeps the connection going until the client is dropped.
    pub async fn connect(&self, config: &Config) -> Result<Client, tokio_postgres::Error> {
        let mut config = config.clone();
        let Some(tls) = &self.0 else {
            let (client, connection) = config.ssl_mode(SslMode::Disable).connect(NoTls).await?;
            tokio::spawn(connection);
            return Ok(client);
        };
        // Without it, a server that offers no encryption would be spoken to in the clear.
        config.ssl_mode(SslMode::Require);
        let (client, connection) = config.connect(Rustls(tls.clone())).await?;
        tokio::spawn(connection);
        Ok(client)
    }
}

/// Makes connections that are encrypted.
#[derive(Clone)]
struct Rustls(Arc<ClientConfig>);

impl<S> MakeTlsConnect<S> for Rustls
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = Encrypted<S>;
    type TlsConnect = RustlsTo;
    type Error = rustls::pki_types::InvalidDnsNameError;

    fn make_tls_connect(&mut self, host: &str) -> Result<RustlsTo, Self::Error> {
        Ok(RustlsTo {
            config: self.0.clone(),
            name: ServerName::try_from(host.to_owned())?,
        })
    }
}

/// Makes one connection to a server of that name.
struct RustlsTo {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl<S> TlsConnect<S> for RustlsTo
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = Encrypted<S>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Encrypted<S>>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        Box::pin(async move {
            let connector = TlsConnector::from(self.config);
            connector.connect(self.name, stream).await.map(Encrypted)
        })
    }
}

/// A stream that is encrypted.
struct Encrypted<S>(tokio_rustls::client::TlsStream<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Encrypted<S> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Encrypted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, into)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Encrypted<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
