//! Where the key of an authority is kept, behind one trait with one set of errors.
//!
//! A custody wraps and unwraps the few keys of an authority; it never sees a record. [`LocalCustody`] is the embedded
//! rung of the ladder; key services and the customer's own devices are further implementations. Nothing falls back:
//! a custody that cannot answer says so, and the vault stays closed.

mod files;
mod key_file;
mod local;
mod sheet;

use std::future::Future;
use std::pin::Pin;

use boundary_runtime::KeyError;
use zeroize::Zeroizing;

pub(crate) use files::Folder;
pub use local::LocalCustody;
pub(crate) use sheet::{Sheet, checksum};

use crate::keys::Authority;

/// An answer of a custody that may have to wait.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, KeyError>> + Send + 'a>>;

/// The keeper of a region's authority keys, on one rung of the ladder.
///
/// A custody bounds its own time: an answer that does not come is [`KeyError::Unreachable`]. The age of a lease
/// counts from before the custody was asked, so a slow answer lengthens nothing.
///
/// # Errors
/// All methods answer with the same errors on every rung: [`KeyError::Unknown`] without such an authority,
/// [`KeyError::Disabled`] and [`KeyError::PendingDeletion`] by its state, [`KeyError::Unreachable`] without an
/// answer, [`KeyError::Denied`] when the keeper refuses, [`KeyError::Damaged`] when what is kept was altered,
/// [`KeyError::WrongAuthority`] for an authority of another region.
pub trait Custody: Send + Sync {
    /// The region whose authorities it keeps.
    fn region(&self) -> &str;

    /// Makes the key of a new authority. If it exists and is enabled, it stays as it is.
    fn provision<'a>(&'a self, authority: &'a Authority) -> Pending<'a, ()>;

    /// Wraps up to 4,096 bytes of keys under the authority's key, bound to the authority.
    fn wrap<'a>(&'a self, authority: &'a Authority, keys: &'a [u8]) -> Pending<'a, Vec<u8>>;

    /// Unwraps what [`Custody::wrap`] gave for the same authority.
    fn unwrap<'a>(&'a self, authority: &'a Authority, wrapped: &'a [u8]) -> Pending<'a, Zeroizing<Vec<u8>>>;

    /// Disables the authority's key until it is resumed.
    fn suspend<'a>(&'a self, authority: &'a Authority) -> Pending<'a, ()>;

    /// Enables the authority's key again; takes back a scheduled deletion.
    fn resume<'a>(&'a self, authority: &'a Authority) -> Pending<'a, ()>;

    /// Disables the authority's key with a view to destroying it.
    fn schedule_deletion<'a>(&'a self, authority: &'a Authority) -> Pending<'a, ()>;

    /// Destroys the authority's key, for ever. Without such a key there is nothing left to do, and that is no error.
    fn destroy<'a>(&'a self, authority: &'a Authority) -> Pending<'a, ()>;

    /// The seed of the region's Ed25519 signing key (RFC 8032), the same at every call.
    fn signing_key(&self) -> Pending<'_, Zeroizing<[u8; 32]>>;
}
