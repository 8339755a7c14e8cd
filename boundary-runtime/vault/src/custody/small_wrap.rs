//! A few keys, wrapped under a key that this process holds and bound to their authority: version, salt, keys, tag.
//!
//! The local custody wraps authorities' keys with it. Key services and devices wrap one key of 32 bytes, and that key wraps
//! the rest in this form.

use boundary_runtime::KeyError;
use zeroize::Zeroizing;

use crate::envelope::{AdditionalData, TAG_LEN, WrappingRoot};
use crate::keys::{Authority, AuthorityClass};
use crate::random;

const VERSION: u8 = 1;
const SALT_END: usize = 1 + 32;

/// Wraps keys for an authority.
pub(crate) fn wrap(root: &WrappingRoot, authority: &Authority, keys: &[u8]) -> Result<Vec<u8>, KeyError> {
    let salt = random::bytes::<32>()?;
    let mut secret = Zeroizing::new(keys.to_vec());
    let tag = root.wrap(&salt, bound(authority)?.as_bytes(), &mut secret);
    Ok([&[VERSION][..], &salt, &secret, &tag].concat())
}

/// Unwraps what [`wrap`] gave for the same authority.
pub(crate) fn unwrap(
    root: &WrappingRoot,
    authority: &Authority,
    wrapped: &[u8],
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let damaged = || KeyError::Damaged("the authority's wrapped keys do not unwrap".to_owned());
    let (header, rest) = wrapped.split_first_chunk::<SALT_END>().ok_or_else(damaged)?;
    let (secret, tag) = rest.split_last_chunk::<TAG_LEN>().ok_or_else(damaged)?;
    let salt = header[1..]
        .first_chunk::<32>()
        .filter(|_| header[0] == VERSION)
        .ok_or_else(damaged)?;
    let mut secret = Zeroizing::new(secret.to_vec());
    root.unwrap(salt, bound(authority)?.as_bytes(), &mut secret, tag)
        .map_err(|_| damaged())?;
    Ok(secret)
}

/// What such a wrap is bound to.
pub(super) fn bound(authority: &Authority) -> Result<AdditionalData, KeyError> {
    let too_long = |_| KeyError::Denied("the authority's name is too long".to_owned());
    let mut bound = AdditionalData::labelled("boundary/authority", 256).map_err(too_long)?;
    bound
        .texts(&[authority.tenant().as_str(), authority.region()])
        .map_err(too_long)?;
    if authority.class() != AuthorityClass::Tenant {
        bound.texts(&[authority.class().name()]).map_err(too_long)?;
    }
    Ok(bound)
}
