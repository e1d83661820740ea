//! Encrypted connections to mail servers, by the authorities that the machine trusts or one that
//! is named.

use std::fmt::Debug;
use std::path::Path;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;

use crate::connect::ConnectError;

/// A connection, encrypted or not.
pub(super) trait Line: AsyncRead + AsyncWrite + Unpin + Send + Debug {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + Debug> Line for T {}

/// How servers prove who they are.
#[derive(Clone)]
pub(super) struct Tls {
    config: Arc<ClientConfig>,
    /// The authority of one's own, as PEM.
    pub(super) authority: Option<Vec<u8>>,
}

impl Tls {
    /// Returns how servers prove who they are: by an authority that this machine trusts, or by the
    /// one whose certificate is in the file.
    ///
    /// # Errors
    /// For a file that holds no certificate.
    pub(super) fn open(authority: Option<&Path>) -> Result<Self, ConnectError> {
        let failed = |why: &dyn std::fmt::Display| {
            ConnectError::last(format!("TLS is not to be had on this machine: {why}."))
        };
        let mut pem = None;
        let mut roots = Vec::new();
        if let Some(path) = authority {
            let wrong = |why: &dyn std::fmt::Display| {
                ConnectError::last(format!(
                    "`ca` is no certificate: {}: {why}.",
                    path.display()
                ))
                .help("Name a PEM file: it begins with -----BEGIN CERTIFICATE-----.")
            };
            let text = std::fs::read(path).map_err(|e| wrong(&e))?;
            let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
            roots = read.map_err(|e| wrong(&e))?;
            if roots.is_empty() {
                return Err(wrong(&"it holds none"));
            }
            pem = Some(text);
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier =
            Verifier::new_with_extra_roots(roots, provider.clone()).map_err(|e| failed(&e))?;
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| failed(&e))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        Ok(Tls {
            config: Arc::new(config),
            authority: pem,
        })
    }

    /// Encrypts a connection to a host.
    ///
    /// # Errors
    /// If the host does not prove who it is, or the connection is lost.
    pub(super) async fn wrap(
        &self,
        host: &str,
        line: Box<dyn Line>,
    ) -> std::io::Result<Box<dyn Line>> {
        let name = ServerName::try_from(host.to_owned()).map_err(std::io::Error::other)?;
        let wrapped = TlsConnector::from(self.config.clone()).connect(name, line);
        Ok(Box::new(wrapped.await?))
    }
}
