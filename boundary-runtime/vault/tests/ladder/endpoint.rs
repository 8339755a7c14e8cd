//! A key endpoint of a customer's, as AWS's specification of XKS proxies describes one: TLS with client certificates, signed
//! requests, four calls; with switches for whatever an endpoint may do wrong.
//!
//! It runs on a thread of its own, so that no clock of a test touches it, and ends with its owner.
#![allow(unreachable_pub)]

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use data_encoding::{BASE64, HEXLOWER};
use hmac::{Hmac, Mac};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio_rustls::TlsAcceptor;

use super::certificates::CertificateAuthority;

pub const ACCESS_KEY_ID: &str = "BOUNDARY234567TESTKEY";
pub const SECRET: &str = "VGhpcyBpcyBhIHNlY3JldCBvZiB0ZXN0cyBvbmx5Lg==";
pub const PREFIX: &str = "/acme/in";

/// What the endpoint does with a request that it has let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    Right,
    /// Takes requests and never answers.
    Silent,
    /// Cuts the connection where an answer would begin.
    CutOff,
    /// Answers with bytes that are no JSON.
    Garbage,
    /// Answers with well-formed JSON of another form.
    OtherForm,
    /// Answers with a megabyte.
    TooLong,
    /// Sends whoever asks to another address.
    Redirect,
    /// Computes everything under another key.
    OtherKey,
    /// Encrypts, and flips a bit of the ciphertext on the way out.
    AlteredCiphertext,
    /// Encrypts, flips a bit, and says that it was so from the start: its integrity value matches.
    SelfConsistentGarbage,
    /// Decrypts and answers with 31 bytes.
    ShortKey,
    /// Answers with a status and an error's name, and repeats the request in the message.
    Error(u16, &'static str),
}

/// A request that came through TLS and whose signature was right.
pub struct Seen {
    pub path: String,
    pub metadata: Value,
}

pub struct State {
    pub behaviour: Behaviour,
    pub keys: BTreeMap<String, Key>,
    pub seen: Vec<Seen>,
    /// Requests that came through TLS, whatever became of them.
    pub requests: usize,
    /// Bytes that the endpoint wants back with a ciphertext.
    pub metadata: Option<&'static [u8]>,
    /// What the endpoint takes as the secret of signatures.
    pub secret: &'static str,
    /// How far its clock is ahead.
    pub ahead: Duration,
}

#[derive(Clone)]
pub struct Key {
    pub material: [u8; 32],
    pub is_enabled: bool,
    pub spec: &'static str,
    pub usage: &'static [&'static str],
}

impl Key {
    pub fn of(byte: u8) -> Self {
        Self {
            material: [byte; 32],
            is_enabled: true,
            spec: "AES_256",
            usage: &["ENCRYPT", "DECRYPT"],
        }
    }
}

/// An endpoint with the keys `acme-1`, `globex-1` and `region-1`.
pub struct TestEndpoint {
    pub address: String,
    pub servers: CertificateAuthority,
    pub clients: CertificateAuthority,
    state: Arc<Mutex<State>>,
    end: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl TestEndpoint {
    pub fn start() -> Self {
        Self::start_as("127.0.0.1")
    }

    /// With a certificate for this name.
    pub fn start_as(name: &str) -> Self {
        let (servers, clients) = (CertificateAuthority::new(), CertificateAuthority::new());
        let keys = [("acme-1", 1), ("globex-1", 2), ("region-1", 3)];
        let keys = keys.map(|(name, byte)| (name.to_owned(), Key::of(byte)));
        let state = Arc::new(Mutex::new(State {
            behaviour: Behaviour::Right,
            keys: keys.into(),
            seen: vec![],
            requests: 0,
            metadata: None,
            secret: SECRET,
            ahead: Duration::ZERO,
        }));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        let address = format!(
            "https://127.0.0.1:{}",
            listener.local_addr().expect("a port").port()
        );
        let acceptor = acceptor(&servers, &clients, name);
        let (end, ended) = tokio::sync::oneshot::channel();
        let served = Arc::clone(&state);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                tokio::select! {
                    () = serve(listener, acceptor, served) => {}
                    _ = ended => {}
                }
            });
        });
        Self {
            address: format!("{address}{PREFIX}"),
            servers,
            clients,
            state,
            end: Some(end),
            thread: Some(thread),
        }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panicked in it")
    }

    pub fn behave(&self, behaviour: Behaviour) {
        self.state().behaviour = behaviour;
    }

    pub fn remove(&self, key: &str) {
        self.state().keys.remove(key);
    }

    pub fn add(&self, name: &str, key: Key) {
        self.state().keys.insert(name.to_owned(), key);
    }

    /// What the customer does at their own side.
    pub fn set_enabled(&self, key: &str, is_enabled: bool) {
        self.state().keys.get_mut(key).expect("a key").is_enabled = is_enabled;
    }
}

impl Drop for TestEndpoint {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            let _ = end.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn acceptor(servers: &CertificateAuthority, clients: &CertificateAuthority, name: &str) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_slice(clients.pem().as_bytes()).expect("a certificate");
    roots.add(authority).expect("an authority");
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let ours = servers.of_server(name);
    let chain = vec![CertificateDer::from_pem_slice(ours.certificate.as_bytes()).expect("a certificate")];
    let key = PrivateKeyDer::from_pem_slice(ours.key.as_bytes()).expect("a key");
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_client_cert_verifier(verifier.build().expect("a verifier"))
        .with_single_cert(chain, key)
        .expect("a configuration");
    TlsAcceptor::from(Arc::new(config))
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, state: Arc<Mutex<State>>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, state) = (acceptor.clone(), Arc::clone(&state));
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(stream).await else {
                return;
            };
            let service = service_fn(|request| answer(request, Arc::clone(&state)));
            let connection = hyper::server::conn::http1::Builder::new();
            let _ = connection.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

type Response = hyper::Response<Full<Bytes>>;

/// An error of this type cuts the connection.
#[derive(Debug, thiserror::Error)]
#[error("cut off")]
struct CutOff;

async fn answer(request: hyper::Request<Incoming>, state: Arc<Mutex<State>>) -> Result<Response, CutOff> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| CutOff)?.to_bytes();
    let behaviour = {
        let mut state = state.lock().expect("no test panicked in it");
        state.requests += 1;
        state.behaviour
    };
    let plain = |status: u16, body: Vec<u8>| {
        let response = hyper::Response::builder().status(status);
        Ok(response.body(Full::new(body.into())).expect("a response"))
    };
    match behaviour {
        Behaviour::Silent => std::future::pending().await,
        Behaviour::CutOff => Err(CutOff),
        Behaviour::Garbage => plain(200, b"<html>\x00\xff plaintext".to_vec()),
        Behaviour::OtherForm => plain(200, br#"{"ciphertext":7,"plaintext":[1]}"#.to_vec()),
        Behaviour::TooLong => plain(200, vec![b' '; 1024 * 1024]),
        Behaviour::Redirect => {
            let response = hyper::Response::builder()
                .status(307)
                .header("location", "https://127.0.0.1:1/");
            Ok(response.body(Full::default()).expect("a response"))
        }
        Behaviour::Error(status, name) => {
            let echo = String::from_utf8_lossy(&body).into_owned();
            plain(
                status,
                json!({ "errorName": name, "errorMessage": echo })
                    .to_string()
                    .into_bytes(),
            )
        }
        _ => {
            let mut state = state.lock().expect("no test panicked in it");
            match handle(&mut state, &parts, &body) {
                Ok(answer) => plain(200, answer.to_string().into_bytes()),
                Err((status, name)) => plain(status, json!({ "errorName": name }).to_string().into_bytes()),
            }
        }
    }
}

type Refusal = (u16, &'static str);

const INVALID: Refusal = (400, "ValidationException");

fn handle(state: &mut State, parts: &hyper::http::request::Parts, body: &[u8]) -> Result<Value, Refusal> {
    check_signature(state, parts, body)?;
    let path = parts
        .uri
        .path()
        .strip_prefix(PREFIX)
        .and_then(|path| path.strip_prefix("/kms/xks/v1/"));
    let path = path.ok_or((404, "InvalidUriPathException"))?;
    let request: Value = serde_json::from_slice(body).map_err(|_| INVALID)?;
    let metadata = request["requestMetadata"].clone();
    for required in ["kmsOperation", "kmsRequestId"] {
        metadata[required].as_str().ok_or(INVALID)?;
    }
    state.seen.push(Seen {
        path: path.to_owned(),
        metadata: metadata.clone(),
    });
    if path == "health" {
        return Ok(json!({
            "xksProxyFleetSize": 1, "xksProxyVendor": "Boundary", "xksProxyModel": "test", "ekmVendor": "Boundary",
            "ekmFleetDetails": [{ "id": "1", "model": "test", "healthStatus": "ACTIVE" }],
        }));
    }
    let (id, call) = path
        .strip_prefix("keys/")
        .and_then(|path| path.split_once('/'))
        .ok_or((404, "InvalidUriPathException"))?;
    metadata["awsPrincipalArn"].as_str().ok_or(INVALID)?;
    let key = state.keys.get(id).cloned().ok_or((404, "KeyNotFoundException"))?;
    if call == "metadata" {
        let status = if key.is_enabled { "ENABLED" } else { "DISABLED" };
        return Ok(json!({ "keySpec": key.spec, "keyUsage": key.usage, "keyStatus": status }));
    }
    if !key.is_enabled {
        return Err((400, "InvalidStateException"));
    }
    metadata["kmsKeyArn"].as_str().ok_or(INVALID)?;
    if request["encryptionAlgorithm"] != "AES_GCM" {
        return Err(INVALID);
    }
    let mut material = key.material;
    if state.behaviour == Behaviour::OtherKey {
        material[0] ^= 1;
    }
    match call {
        "encrypt" => encrypt(state, &material, &request),
        "decrypt" => decrypt(state, &material, &request),
        _ => Err((404, "InvalidUriPathException")),
    }
}

fn bytes_of(request: &Value, field: &str) -> Result<Vec<u8>, Refusal> {
    let text = request[field].as_str().unwrap_or_default();
    BASE64.decode(text.as_bytes()).map_err(|_| INVALID)
}

/// The additional data of the cipher: both parts with their lengths, if the endpoint adds anything.
fn bound(request: &Value, metadata: &[u8]) -> Result<Vec<u8>, Refusal> {
    let given = bytes_of(request, "additionalAuthenticatedData")?;
    if metadata.is_empty() {
        return Ok(given);
    }
    let length = u16::try_from(given.len()).map_err(|_| INVALID)?;
    let short = u8::try_from(metadata.len()).map_err(|_| INVALID)?;
    Ok([&length.to_be_bytes()[..], &given, &[short], metadata].concat())
}

fn encrypt(state: &State, material: &[u8; 32], request: &Value) -> Result<Value, Refusal> {
    let plaintext = bytes_of(request, "plaintext")?;
    let metadata = state.metadata.unwrap_or_default();
    // A nonce for each request: no other one was counted so far.
    let mut iv = [0; 12];
    iv[..8].copy_from_slice(&(state.requests as u64).to_be_bytes());
    let payload = Payload {
        msg: &plaintext,
        aad: &bound(request, metadata)?,
    };
    let cipher = Aes256Gcm::new(material.into());
    let mut sealed = cipher.encrypt(&iv.into(), payload).expect("sealed");
    if state.behaviour == Behaviour::SelfConsistentGarbage {
        sealed[0] ^= 1;
    }
    let (ciphertext, tag) = sealed.split_last_chunk::<16>().expect("a tag");
    let mut digest = Sha256::new();
    for part in [
        &bytes_of(request, "additionalAuthenticatedData")?[..],
        metadata,
        &iv,
        ciphertext,
        tag,
    ] {
        digest.update(part);
    }
    let mut ciphertext = ciphertext.to_vec();
    if state.behaviour == Behaviour::AlteredCiphertext {
        ciphertext[0] ^= 1;
    }
    let mut answer = json!({
        "ciphertext": BASE64.encode(&ciphertext),
        "initializationVector": BASE64.encode(&iv),
        "authenticationTag": BASE64.encode(tag),
        "ciphertextDataIntegrityValue": BASE64.encode(&digest.finalize()),
    });
    if !metadata.is_empty() {
        answer["ciphertextMetadata"] = BASE64.encode(metadata).into();
    }
    Ok(answer)
}

fn decrypt(state: &State, material: &[u8; 32], request: &Value) -> Result<Value, Refusal> {
    let metadata = bytes_of(request, "ciphertextMetadata")?;
    let iv: [u8; 12] = bytes_of(request, "initializationVector")?
        .try_into()
        .map_err(|_| INVALID)?;
    let sealed = [
        bytes_of(request, "ciphertext")?,
        bytes_of(request, "authenticationTag")?,
    ]
    .concat();
    let payload = Payload {
        msg: &sealed,
        aad: &bound(request, &metadata)?,
    };
    let opened = Aes256Gcm::new(material.into()).decrypt(&iv.into(), payload);
    let mut opened = opened.map_err(|_| (400, "InvalidCiphertextException"))?;
    if state.behaviour == Behaviour::ShortKey {
        opened.pop();
    }
    Ok(json!({ "plaintext": BASE64.encode(&opened) }))
}

/// Version 4 of AWS's signatures, read from its description and not from the code under test.
fn check_signature(state: &State, parts: &hyper::http::request::Parts, body: &[u8]) -> Result<(), Refusal> {
    let refused = (401, "AuthenticationFailedException");
    let header = |name: &str| parts.headers.get(name)?.to_str().ok();
    let read = || {
        let authorization = header("authorization")?.strip_prefix("AWS4-HMAC-SHA256 ")?;
        let mut fields = authorization.split(", ");
        let credential = fields.next()?.strip_prefix("Credential=")?;
        let names = fields.next()?.strip_prefix("SignedHeaders=")?;
        let signature = fields.next()?.strip_prefix("Signature=")?;
        Some((credential, names, signature, header("x-amz-date")?))
    };
    let (credential, names, signature, date) = read().ok_or(refused)?;
    let scope: Vec<&str> = credential.split('/').collect();
    let [id, day, region, service, "aws4_request"] = *scope else {
        return Err(refused);
    };
    let is_ours = id == ACCESS_KEY_ID && service == "kms-xks-proxy" && date.starts_with(day);
    if !is_ours || !names.split(';').any(|name| name == "host") {
        return Err(refused);
    }
    let mut canonical = format!("{}\n{}\n\n", parts.method, parts.uri.path());
    for name in names.split(';') {
        canonical += &format!("{name}:{}\n", header(name).ok_or(refused)?);
    }
    canonical += &format!("\n{names}\n{}", HEXLOWER.encode(&Sha256::digest(body)));
    let hashed = HEXLOWER.encode(&Sha256::digest(canonical.as_bytes()));
    let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{day}/{region}/{service}/aws4_request\n{hashed}");
    let mut key = format!("AWS4{}", state.secret).into_bytes();
    for part in [day, region, service, "aws4_request", &to_sign] {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&key).expect("a key");
        mac.update(part.as_bytes());
        key = mac.finalize().into_bytes().to_vec();
    }
    let age = SystemTime::now() + state.ahead;
    let age = age
        .duration_since(SystemTime::UNIX_EPOCH)
        .expect("a time")
        .as_secs()
        .abs_diff(seconds_of(date));
    if HEXLOWER.encode(&key) == signature && age < 300 {
        Ok(())
    } else {
        Err(refused)
    }
}

/// Seconds since 1970 of `YYYYMMDDTHHMMSSZ`, by counting days.
fn seconds_of(date: &str) -> u64 {
    let number = |from: usize, to: usize| date[from..to].parse::<u64>().expect("digits");
    let is_leap =
        |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (year, month) = (number(0, 4), number(4, 6));
    let mut days: u64 = (1970..year)
        .map(|year| if is_leap(year) { 366 } else { 365 })
        .sum();
    for passed in 1..month {
        days += match passed {
            2 => 28 + u64::from(is_leap(year)),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
    }
    days += number(6, 8) - 1;
    days * 86_400 + number(9, 11) * 3600 + number(11, 13) * 60 + number(13, 15)
}
