//! Where the key of an authority is kept, behind one trait with one set of errors.
//!
//! A custody wraps and unwraps the few keys of an authority; it never sees a record. [`LocalCustody`] is the embedded
//! rung of the ladder; key services and the customer's own devices are further implementations. Nothing falls back:
//! a custody that cannot answer says so, and the vault stays closed.

#[cfg(feature = "aws-kms")]
mod aws_kms;
mod custodies;
#[cfg(feature = "external-keys")]
mod external;
mod files;
mod key;
mod key_file;
mod local;
mod passphrase;
#[cfg(feature = "pkcs11")]
mod pkcs11;
mod sheet;
mod signing;
pub(crate) mod small_wrap;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use boundary_runtime::{KeyError, Timestamp};
use zeroize::Zeroizing;

#[cfg(feature = "aws-kms")]
pub use aws_kms::KmsCustody;
pub use custodies::Custodies;
#[cfg(feature = "external-keys")]
pub use external::{ExternalConfig, ExternalCredentials, ExternalCustody, ExternalIdentity};
pub(crate) use files::Folder;
pub use key::{CustodyKey, Destruction, KeyReference, KeyRequest, KeyState, Origin, Rung};
pub use local::LocalCustody;
#[cfg(feature = "pkcs11")]
pub use pkcs11::{Pkcs11Config, Pkcs11Custody};
pub(crate) use sheet::{Sheet, checksum};

use crate::keys::Authority;

/// An answer of a custody that may have to wait.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, KeyError>> + Send + 'a>>;

/// The keeper of a region's authority keys, on one rung of the ladder.
///
/// A custody bounds its own time: an answer that does not come is [`KeyError::Unreachable`], one that comes too late
/// [`KeyError::TooSlow`]. The age of a lease counts from before the custody was asked, so a slow answer lengthens nothing.
///
/// # Errors
/// All methods answer with the same errors on every rung: [`KeyError::Unknown`] without such a key,
/// [`KeyError::Disabled`] and [`KeyError::PendingDeletion`] by its state, [`KeyError::Unreachable`] and
/// [`KeyError::TooSlow`] without an answer, [`KeyError::Denied`] when the keeper refuses, [`KeyError::Damaged`] when what
/// is kept was altered, [`KeyError::WrongRegion`] for an authority or a key of another region,
/// [`KeyError::WrongAuthority`] for a key of another authority.
pub trait Custody: Send + Sync {
    /// The region whose authorities it keeps.
    fn region(&self) -> &str;

    /// The rung that a key of this origin is on here.
    fn rung(&self, origin: Origin) -> Rung;

    /// Makes, imports or adopts the key of an authority, and gives its name. Asked again after an interruption, it gives the
    /// key that it made before, as long as that one is enabled; it never makes a second one.
    ///
    /// Adopting a key proves that it can be used: something is wrapped and unwrapped with it.
    fn provision<'a>(
        &'a self,
        authority: &'a Authority,
        request: &'a KeyRequest,
    ) -> Pending<'a, KeyReference>;

    /// Wraps up to 4,096 bytes of keys under the authority's key, bound to the authority.
    fn wrap<'a>(&'a self, key: CustodyKey<'a>, keys: &'a [u8]) -> Pending<'a, Vec<u8>>;

    /// Unwraps what [`Custody::wrap`] gave for the same authority and key.
    fn unwrap<'a>(&'a self, key: CustodyKey<'a>, wrapped: &'a [u8]) -> Pending<'a, Zeroizing<Vec<u8>>>;

    /// The state of the key, asked of its keeper afresh.
    fn state<'a>(&'a self, key: CustodyKey<'a>) -> Pending<'a, KeyState>;

    /// Disables the key until it is enabled again. A designated key is its holder's: the vault does not ask for this.
    fn disable<'a>(&'a self, key: CustodyKey<'a>) -> Pending<'a, ()> {
        not_ours(key)
    }

    /// Enables the key again; takes back a scheduled deletion.
    fn enable<'a>(&'a self, key: CustodyKey<'a>) -> Pending<'a, ()> {
        not_ours(key)
    }

    /// Disables the key, to be destroyed once `waiting` has passed, and says when that is. A custody may wait longer than it
    /// is asked to. Asked again, it keeps the moment that it said before.
    fn schedule_deletion<'a>(&'a self, key: CustodyKey<'a>, _waiting: Duration) -> Pending<'a, Timestamp> {
        not_ours(key)
    }

    /// Destroys the key for ever, or makes sure that it will be. Without such a key there is nothing left to do, and that is
    /// no error.
    fn destroy<'a>(&'a self, key: CustodyKey<'a>) -> Pending<'a, Destruction> {
        not_ours(key)
    }

    /// The seed of the region's Ed25519 signing key (RFC 8032), the same at every call. Asked only of the custody that a
    /// vault calls its home.
    fn signing_key(&self) -> Pending<'_, Zeroizing<[u8; 32]>>;
}

fn not_ours<'a, T: Send + 'a>(key: CustodyKey<'a>) -> Pending<'a, T> {
    let refused = KeyError::Denied(format!(
        "the key `{}` is its holder's, who alone can disable, enable or destroy it",
        key.reference
    ));
    Box::pin(async { Err(refused) })
}
