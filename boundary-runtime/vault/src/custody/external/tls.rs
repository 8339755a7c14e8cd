//! TLS with an endpoint: both sides show certificates, and nobody is trusted but who was named.

use std::sync::Arc;

use boundary_runtime::KeyError;
use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use zeroize::Zeroizing;

/// Who this service is to an endpoint, and whom it trusts: three texts in PEM. It has no `Debug`, because the private key has
/// none.
pub struct ExternalIdentity {
    /// The certificates of the authorities that may vouch for the endpoint. The system's own list is not used.
    pub trusted_authorities: Vec<u8>,
    /// The certificate that this service shows, then those that lead to its authority.
    pub certificate_chain: Vec<u8>,
    /// The private key of the first certificate.
    pub private_key: Zeroizing<Vec<u8>>,
}

impl ExternalIdentity {
    pub(super) fn config(&self) -> Result<Arc<ClientConfig>, KeyError> {
        let unusable = |what: &str, error: &dyn std::fmt::Display| {
            KeyError::Denied(format!("{what} cannot be used: {error}; it is text in PEM"))
        };
        let mut roots = RootCertStore::empty();
        for authority in certificates(&self.trusted_authorities, "the list of trusted authorities")? {
            roots
                .add(authority)
                .map_err(|error| unusable("a trusted authority's certificate", &error))?;
        }
        let chain = certificates(&self.certificate_chain, "the client certificate")?;
        let key = PrivateKeyDer::from_pem_slice(&self.private_key);
        // What is wrong in a private key's text is not repeated.
        let key = key.map_err(|_| unusable("the client's private key", &"no private key was found"))?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable("the versions of TLS", &error))?
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key)
            .map_err(|error| unusable("the client certificate", &error))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // A resumed session shows no certificate, and one that was revoked would still be let in.
        config.resumption = Resumption::disabled();
        Ok(Arc::new(config))
    }
}

fn certificates(pem: &[u8], what: &str) -> Result<Vec<CertificateDer<'static>>, KeyError> {
    let found = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(KeyError::Denied(format!("{what} holds no certificate in PEM"))),
        Err(error) => Err(KeyError::Denied(format!("{what} cannot be read: {error}"))),
    }
}
