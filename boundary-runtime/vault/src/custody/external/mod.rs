//! A rung of hold-your-own-key: an endpoint of the customer's, with the shape of AWS's XKS proxy API.
//!
//! The customer keeps the key wherever they like and answers two questions about 32 bytes: encrypt, and decrypt. This service
//! knows itself to the endpoint by a certificate and a signature, and takes nothing for an answer but what came from the
//! endpoint's own certificate in time. What must never enter here is a retry that hides an outage, or another endpoint.

mod api;
mod day;
mod endpoint;
mod sign;
mod tls;

use std::path::PathBuf;
use std::time::Duration;

use boundary_runtime::KeyError;
use boundary_schema::Name;
use data_encoding::{BASE64, HEXLOWER};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use self::api::{ALGORITHM, INTEGRITY, KeyMetadata, Operation, Request, RequestMetadata, SealedKey};
use self::endpoint::Endpoint;
pub use self::sign::ExternalCredentials;
pub use self::tls::ExternalIdentity;
use super::custodies::check_region;
use super::key_file::KeyFile;
use super::{
    Custody, CustodyKey, Folder, KeyReference, KeyRequest, KeyState, Origin, Pending, Rung, signing,
    small_wrap,
};
use crate::envelope::{Backend, WrappingRoot};
use crate::keys::Authority;
use crate::random;

const VERSION: u8 = 1;

/// Where an endpoint is, and how it and this service know each other.
pub struct ExternalConfig {
    /// `https://host[:port][/prefix]`, without the API's own path.
    pub endpoint: String,
    /// The region whose authorities have their keys there. Signatures name it as theirs.
    pub region: String,
    /// Who asks, in the form of an ARN: endpoints log it, and may decide by it.
    pub principal: String,
    /// The certificates of TLS.
    pub identity: ExternalIdentity,
    /// The secret for signatures.
    pub credentials: ExternalCredentials,
    /// A folder of the region's, where the wrapped seed of its signing key lies if the endpoint has a key for it.
    pub folder: PathBuf,
    /// The endpoint's key for the region's own signing key; needed only of a custody that a vault calls its home.
    pub signing_key: Option<KeyReference>,
    /// How long one request may take: connection, handshakes and answer.
    pub budget: Duration,
}

impl ExternalConfig {
    /// The budget that AWS gives an XKS proxy: 250 milliseconds.
    pub const BUDGET: Duration = Duration::from_millis(250);
}

/// A custody of one region whose keys are behind an endpoint of the shape of AWS's XKS proxy API.
///
/// It adopts keys that the customer made ([`KeyRequest::Use`]) and neither makes nor imports any; their life is their holder's
/// alone. Each request has [`ExternalConfig::budget`], and none is sent twice: there is no time for it, and whoever asks
/// knows better whether to. To wrap takes two requests, because a key that was encrypted has to decrypt before anything is
/// kept under it; to unwrap takes one.
///
/// It needs a tokio runtime with timers and sockets.
pub struct ExternalCustody {
    region: Name,
    folder: Folder,
    principal: String,
    signing_key: Option<KeyReference>,
    endpoint: Endpoint,
}

impl ExternalCustody {
    /// A custody on this endpoint. Nothing is asked of it yet; [`ExternalCustody::check_health`] does.
    ///
    /// # Errors
    /// [`KeyError::Denied`] if the configuration cannot be used, or the folder is open to others.
    pub fn open(config: ExternalConfig) -> Result<Self, KeyError> {
        let region = Name::new(&config.region)
            .map_err(|error| KeyError::Denied(format!("no region's name: {error}")))?;
        if config.principal.is_empty() || config.principal.len() > 2048 {
            return Err(KeyError::Denied(
                "the principal has 1 to 2,048 bytes; endpoints log it and may decide by it".to_owned(),
            ));
        }
        Ok(Self {
            endpoint: Endpoint::new(
                &config.endpoint,
                config.identity.config()?,
                config.credentials,
                region.as_str(),
                config.budget,
            )?,
            folder: Folder::open(&config.folder)?,
            principal: config.principal,
            signing_key: config.signing_key,
            region,
        })
    }

    /// Asks whether the endpoint is there and accepts this service.
    ///
    /// # Errors
    /// [`KeyError::Unreachable`], [`KeyError::TooSlow`] or [`KeyError::Denied`].
    pub async fn check_health(&self) -> Result<(), KeyError> {
        let metadata = RequestMetadata {
            aws_principal_arn: None,
            kms_key_arn: None,
            kms_operation: "KmsHealthCheck",
            kms_request_id: &request_id()?,
        };
        self.post("health", metadata, Operation::Ask {}, None)
            .await
            .map(drop)
    }

    async fn post(
        &self,
        path: &str,
        request_metadata: RequestMetadata<'_>,
        operation: Operation<'_>,
        authority: Option<&Authority>,
    ) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let request = Request {
            request_metadata,
            operation,
        };
        // Large enough from the start, so that no part of a key stays behind in a smaller buffer.
        let mut body = Zeroizing::new(Vec::with_capacity(16 * 1024));
        serde_json::to_writer(&mut *body, &request)
            .map_err(|_| KeyError::Denied("the request has no form in JSON".to_owned()))?;
        let answer = self.endpoint.post(path, body).await?;
        if answer.status == 200 {
            return Ok(answer.body);
        }
        Err(api::refusal(
            answer.status,
            &answer.body,
            authority,
            self.endpoint.budget(),
        ))
    }

    /// Asks something about a key.
    async fn ask(
        &self,
        key: &Checked<'_>,
        call: &str,
        kms_operation: &'static str,
        operation: Operation<'_>,
    ) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let digest = KeyFile::stem(key.authority);
        let class = key.authority.class().name();
        let arn = format!("arn:boundary:vault:{}::authority/{class}/{digest}", self.region);
        let metadata = RequestMetadata {
            aws_principal_arn: Some(&self.principal),
            kms_key_arn: Some(&arn),
            kms_operation,
            kms_request_id: &request_id()?,
        };
        let path = format!("keys/{}/{call}", key.id);
        self.post(&path, metadata, operation, Some(key.authority)).await
    }

    async fn metadata(&self, key: &Checked<'_>) -> Result<KeyMetadata, KeyError> {
        let answer = self
            .ask(key, "metadata", "DescribeKey", Operation::Ask {})
            .await?;
        KeyMetadata::from_answer(&answer)
    }

    async fn seal(&self, key: &Checked<'_>, secret: &[u8; 32]) -> Result<SealedKey, KeyError> {
        let bound = small_wrap::bound(key.authority)?;
        let plaintext = Zeroizing::new(BASE64.encode(secret));
        let operation = Operation::Encrypt {
            plaintext: &plaintext,
            encryption_algorithm: ALGORITHM,
            additional_authenticated_data: &BASE64.encode(bound.as_bytes()),
            ciphertext_data_integrity_value_algorithm: INTEGRITY,
        };
        let answer = self.ask(key, "encrypt", "Encrypt", operation).await?;
        let sealed = SealedKey::from_answer(&answer, bound.as_bytes())?;
        // An endpoint that cannot give back what it took would take a tenant's data with it.
        let opened = self.unseal(key, &sealed).await?;
        if bool::from(opened[..].ct_eq(&secret[..])) {
            Ok(sealed)
        } else {
            Err(KeyError::Damaged(
                "the endpoint does not decrypt what it encrypted; nothing was kept under it".to_owned(),
            ))
        }
    }

    async fn unseal(&self, key: &Checked<'_>, sealed: &SealedKey) -> Result<Zeroizing<[u8; 32]>, KeyError> {
        let bound = small_wrap::bound(key.authority)?;
        let encoded = sealed.encoded();
        let operation = Operation::Decrypt {
            ciphertext: &encoded.ciphertext,
            ciphertext_metadata: encoded.metadata.as_deref(),
            encryption_algorithm: ALGORITHM,
            additional_authenticated_data: &BASE64.encode(bound.as_bytes()),
            initialization_vector: &encoded.iv,
            authentication_tag: &encoded.tag,
        };
        api::opened(&self.ask(key, "decrypt", "Decrypt", operation).await?)
    }

    fn checked<'a>(&self, key: CustodyKey<'a>) -> Result<Checked<'a>, KeyError> {
        if key.origin == Origin::Designated {
            self.key(key.authority, key.reference)
        } else {
            Err(none_of_our_own())
        }
    }

    /// A key whose name can be part of an address.
    fn key<'a>(
        &self,
        authority: &'a Authority,
        reference: &'a KeyReference,
    ) -> Result<Checked<'a>, KeyError> {
        check_region(self.region.as_str(), authority.region())?;
        let id = reference.as_str();
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        let is_name = id.len() <= 128 && id.bytes().all(is_plain) && id.bytes().any(|byte| byte != b'.');
        if is_name {
            return Ok(Checked { authority, id });
        }
        Err(KeyError::Denied(format!(
            "`{id}` names no key of an endpoint: 1 to 128 letters, digits, `-`, `.` and `_`"
        )))
    }
}

/// A key of this region that an address can name.
struct Checked<'a> {
    authority: &'a Authority,
    id: &'a str,
}

impl Custody for ExternalCustody {
    fn region(&self) -> &str {
        self.region.as_str()
    }

    fn rung(&self, _: Origin) -> Rung {
        Rung::CustomerHeld
    }

    fn provision<'a>(
        &'a self,
        authority: &'a Authority,
        request: &'a KeyRequest,
    ) -> Pending<'a, KeyReference> {
        Box::pin(async move {
            let KeyRequest::Use(reference) = request else {
                return Err(none_of_our_own());
            };
            let key = self.key(authority, reference)?;
            let metadata = self.metadata(&key).await?;
            metadata.check()?;
            if !metadata.is_enabled() {
                return Err(KeyError::Disabled);
            }
            self.seal(&key, &*random::key()?).await?;
            Ok(reference.clone())
        })
    }

    fn wrap<'a>(&'a self, key: CustodyKey<'a>, keys: &'a [u8]) -> Pending<'a, Vec<u8>> {
        Box::pin(async move {
            let key = self.checked(key)?;
            let root = random::key()?;
            let small = small_wrap::wrap(&WrappingRoot::new(Backend::default(), &root), key.authority, keys)?;
            let mut wrapped = vec![VERSION];
            self.seal(&key, &root).await?.write(&mut wrapped);
            wrapped.extend_from_slice(&small);
            Ok(wrapped)
        })
    }

    fn unwrap<'a>(&'a self, key: CustodyKey<'a>, wrapped: &'a [u8]) -> Pending<'a, Zeroizing<Vec<u8>>> {
        Box::pin(async move {
            let key = self.checked(key)?;
            let damaged =
                || KeyError::Damaged("the authority's wrapped keys are not of an endpoint's form".to_owned());
            let body = wrapped.strip_prefix(&[VERSION]).ok_or_else(damaged)?;
            let (sealed, small) = SealedKey::read(body).ok_or_else(damaged)?;
            let root = self.unseal(&key, &sealed).await?;
            small_wrap::unwrap(
                &WrappingRoot::new(Backend::default(), &root),
                key.authority,
                small,
            )
        })
    }

    fn state<'a>(&'a self, key: CustodyKey<'a>) -> Pending<'a, KeyState> {
        Box::pin(async move {
            let metadata = self.metadata(&self.checked(key)?).await;
            match metadata {
                Ok(metadata) if metadata.is_enabled() => Ok(KeyState::Enabled),
                Ok(_) | Err(KeyError::Disabled) => Ok(KeyState::Disabled),
                Err(error) => Err(error),
            }
        })
    }

    fn signing_key(&self) -> Pending<'_, Zeroizing<[u8; 32]>> {
        Box::pin(async {
            let Some(reference) = &self.signing_key else {
                return Err(KeyError::Denied(
                    "this endpoint has no key for the region's signing key: name one in `signing_key`, or make another \
                     custody the region's home"
                        .to_owned(),
                ));
            };
            signing::seed(self, &self.folder, &KeyRequest::Use(reference.clone())).await
        })
    }
}

fn none_of_our_own() -> KeyError {
    KeyError::Denied(
        "an external endpoint has its holder's keys only: make the key there, and designate it by its name"
            .to_owned(),
    )
}

/// A name for a request, for both sides' logs: random, in the form of a UUID (RFC 9562, version 4).
fn request_id() -> Result<String, KeyError> {
    let mut bytes = random::bytes::<16>()?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = HEXLOWER.encode(&bytes);
    Ok(format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    ))
}
