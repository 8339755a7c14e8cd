//! One request to an endpoint: a connection of its own, a client certificate, a signature, and a budget for all of it.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use boundary_runtime::{Clock, KeyError, SystemClock};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Method, Uri};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use zeroize::Zeroizing;

use super::sign::{ExternalCredentials, Unsigned};

/// No answer of the API is longer than a third of this.
const MAX_ANSWER: usize = 16 * 1024;

/// Where an endpoint is and how it is spoken to.
///
/// Each request has a connection of its own. There are few, one or two for each lease; none of them finds a connection that
/// died in the meantime, and each shows the certificate anew.
pub(super) struct Endpoint {
    host: String,
    port: u16,
    /// What the `Host` header says, and the signature covers.
    authority: String,
    /// What comes before the paths of the API, without a slash at its end.
    prefix: String,
    name: ServerName<'static>,
    tls: TlsConnector,
    credentials: ExternalCredentials,
    region: String,
    budget: Duration,
}

/// A status and the body that came with it.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Zeroizing<Vec<u8>>,
}

impl Endpoint {
    pub(super) fn new(
        address: &str,
        tls: Arc<rustls::ClientConfig>,
        credentials: ExternalCredentials,
        region: &str,
        budget: Duration,
    ) -> Result<Self, KeyError> {
        let wrong = |what: &str| {
            KeyError::Denied(format!(
                "`{address}` is no address of an endpoint: {what}; it has the form https://host[:port][/prefix]"
            ))
        };
        credentials.check()?;
        let uri: Uri = address.parse().map_err(|_| wrong("it is no URL"))?;
        if uri.scheme_str() != Some("https") {
            return Err(wrong("it is not https"));
        }
        let authority = uri.authority().ok_or_else(|| wrong("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("credentials do not belong into it"));
        }
        let prefix = uri.path().trim_end_matches('/');
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_');
        if uri.query().is_some() || prefix.len() > 117 || !prefix.bytes().all(is_plain) {
            return Err(wrong(
                "its path has letters, digits, `/`, `-` and `_` only, and no query",
            ));
        }
        let host = authority.host();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(bare.to_owned()).map_err(|_| wrong("it names no host"))?;
        let port = authority.port_u16().unwrap_or(443);
        Ok(Self {
            host: bare.to_owned(),
            port,
            authority: match port {
                443 => host.to_owned(),
                port => format!("{host}:{port}"),
            },
            prefix: prefix.to_owned(),
            name,
            tls: TlsConnector::from(tls),
            credentials,
            region: region.to_owned(),
            budget,
        })
    }

    pub(super) fn budget(&self) -> Duration {
        self.budget
    }

    /// Sends a request and gives whatever comes back within the budget. Nothing is sent twice.
    pub(super) async fn post(&self, path: &str, body: Zeroizing<Vec<u8>>) -> Result<Answer, KeyError> {
        let path = format!("{}/kms/xks/v1/{path}", self.prefix);
        let late = |_| Err(KeyError::TooSlow { budget: self.budget });
        tokio::time::timeout(self.budget, self.exchange(&path, body))
            .await
            .unwrap_or_else(late)
    }

    async fn exchange(&self, path: &str, body: Zeroizing<Vec<u8>>) -> Result<Answer, KeyError> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await;
        let stream = stream.map_err(|error| self.unreachable(&error))?;
        stream
            .set_nodelay(true)
            .map_err(|error| self.unreachable(&error))?;
        let stream = self.tls.connect(self.name.clone(), stream).await;
        let stream = stream.map_err(|error| self.failed(&error))?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.failed(&error))?;
        let connection = Connection(tokio::spawn(connection));

        let signed = Unsigned {
            host: &self.authority,
            path,
            body: &body,
            region: &self.region,
            now: SystemClock.now(),
        }
        .sign(&self.credentials);
        let request = hyper::Request::builder()
            .method(Method::POST)
            .uri(path)
            .header("host", &self.authority)
            .header("content-type", "application/json")
            .header("x-amz-date", signed.date)
            .header("authorization", signed.authorization)
            .body(Full::new(Bytes::from_owner(body)))
            .map_err(|_| KeyError::Denied("the key's name makes no address of the endpoint".to_owned()))?;
        match sender.send_request(request).await {
            Ok(response) => self.read(response).await,
            Err(error) if tls_error(&error).is_some() => Err(self.failed(&error)),
            // The connection knows better what broke it than the request that was waiting.
            Err(error) => match connection.ended().await {
                Some(cause) => Err(self.failed(&cause)),
                None => Err(self.failed(&error)),
            },
        }
    }

    async fn read(&self, response: hyper::Response<hyper::body::Incoming>) -> Result<Answer, KeyError> {
        let status = response.status().as_u16();
        let mut incoming = response.into_body();
        // Large enough from the start, so that no part of a key stays behind in a smaller buffer.
        let mut body = Zeroizing::new(Vec::with_capacity(MAX_ANSWER));
        while let Some(frame) = incoming.frame().await {
            let frame = frame.map_err(|error| self.failed(&error))?;
            let data = frame.data_ref().map_or(&[][..], |data| data);
            if body.len() + data.len() > MAX_ANSWER {
                return Err(KeyError::Damaged(format!(
                    "the endpoint's answer is longer than {MAX_ANSWER} bytes"
                )));
            }
            body.extend_from_slice(data);
        }
        Ok(Answer { status, body })
    }

    /// What an error of the connection means.
    fn failed(&self, error: &(dyn Error + 'static)) -> KeyError {
        use rustls::AlertDescription as Alert;
        match tls_error(error) {
            Some(rustls::Error::InvalidCertificate(problem)) => KeyError::Unreachable(format!(
                "the certificate of {} is not trusted ({problem}); it has to be of an authority that the custody was given",
                self.authority
            )),
            Some(rustls::Error::AlertReceived(
                alert @ (Alert::AccessDenied
                | Alert::BadCertificate
                | Alert::CertificateExpired
                | Alert::CertificateRequired
                | Alert::CertificateRevoked
                | Alert::CertificateUnknown
                | Alert::DecryptError
                | Alert::HandshakeFailure
                | Alert::UnknownCA
                | Alert::UnsupportedCertificate),
            )) => KeyError::Denied(format!(
                "{} refuses the client certificate ({alert:?}); it has to be one that the endpoint trusts",
                self.authority
            )),
            Some(other) => KeyError::Unreachable(format!("TLS with {} failed: {other}", self.authority)),
            None => self.unreachable(error),
        }
    }

    fn unreachable(&self, error: &dyn Error) -> KeyError {
        KeyError::Unreachable(format!("{}: {error}", self.authority))
    }
}

/// A connection that is driven beside its request, and ends with it.
struct Connection(JoinHandle<Result<(), hyper::Error>>);

impl Connection {
    /// Why it broke, if it did.
    async fn ended(mut self) -> Option<hyper::Error> {
        (&mut self.0).await.ok()?.err()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The error of TLS that is behind another one.
fn tls_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<rustls::Error>() {
            return Some(found);
        }
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}
