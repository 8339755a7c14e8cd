//! Authorities and certificates for the two sides of a connection, made anew for each test.
#![allow(unreachable_pub)]

use boundary_vault::ExternalIdentity;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use zeroize::Zeroizing;

/// An authority that vouches for whom it is asked to.
pub struct CertificateAuthority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key, in PEM.
pub struct Certified {
    pub certificate: String,
    pub key: String,
}

impl CertificateAuthority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(vec![]).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("an authority"))
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    pub fn of_server(&self, host: &str) -> Certified {
        self.certify(host, ExtendedKeyUsagePurpose::ServerAuth)
    }

    fn certify(&self, name: &str, usage: ExtendedKeyUsagePurpose) -> Certified {
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        params.extended_key_usages = vec![usage];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let key = KeyPair::generate().expect("a key");
        Certified {
            certificate: params.signed_by(&key, &self.0).expect("a certificate").pem(),
            key: key.serialize_pem(),
        }
    }

    /// A client that this authority vouches for, and that trusts `server` to vouch for the endpoint.
    pub fn client_of(&self, server: &Self) -> ExternalIdentity {
        let client = self.certify("payments.in.example", ExtendedKeyUsagePurpose::ClientAuth);
        ExternalIdentity {
            trusted_authorities: server.pem().into_bytes(),
            certificate_chain: client.certificate.into_bytes(),
            private_key: Zeroizing::new(client.key.into_bytes()),
        }
    }
}
