//! An authority's keys under a data key that AWS KMS wraps: version, length, wrapped data key, small wrap.

use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use boundary_runtime::KeyError;
use zeroize::Zeroizing;

use super::KmsCustody;
use super::calls::unexpected;
use crate::custody::small_wrap;
use crate::envelope::{Backend, WrappingRoot};
use crate::keys::{Authority, AuthorityClass};

const VERSION: u8 = 1;

impl KmsCustody {
    pub(super) async fn wrap_under(
        &self,
        key: &str,
        authority: &Authority,
        keys: &[u8],
    ) -> Result<Vec<u8>, KeyError> {
        let request = self
            .client
            .generate_data_key()
            .key_id(key)
            .key_spec(DataKeySpec::Aes256)
            .set_encryption_context(Some(context(authority).collect()));
        let answer = match self.ask(request.send()).await {
            Ok(answer) => answer,
            Err(refusal) => return Err(self.why_not(key, authority, refusal).await),
        };
        let root = root(answer.plaintext)?;
        let data_key = answer
            .ciphertext_blob
            .ok_or_else(|| unexpected("a wrapped data key"))?;
        let length = u16::try_from(data_key.as_ref().len())
            .map_err(|_| unexpected("a wrapped data key of its length"))?;
        let wrapped = small_wrap::wrap(&root, authority, keys)?;
        Ok([&[VERSION][..], &length.to_be_bytes(), data_key.as_ref(), &wrapped].concat())
    }

    pub(super) async fn unwrap_under(
        &self,
        key: &str,
        authority: &Authority,
        wrapped: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let (data_key, wrapped) = split(wrapped).ok_or_else(|| {
            KeyError::Damaged("the authority's keys were not wrapped by AWS KMS, or are cut".to_owned())
        })?;
        let request = self
            .client
            .decrypt()
            .key_id(key)
            .ciphertext_blob(Blob::new(data_key))
            .set_encryption_context(Some(context(authority).collect()));
        let answer = match self.ask(request.send()).await {
            Ok(answer) => answer,
            Err(refusal) => return Err(self.why_not(key, authority, refusal).await),
        };
        small_wrap::unwrap(&root(answer.plaintext)?, authority, wrapped)
    }
}

/// What a data key is for. KMS gives it back to nobody who says anything else, and writes it to its own log in the clear.
fn context(authority: &Authority) -> impl Iterator<Item = (String, String)> {
    let is_of_tenant = authority.class() != AuthorityClass::Region;
    let tenant = is_of_tenant.then(|| ("boundary:tenant", authority.tenant().as_str()));
    let rest = [
        ("boundary:region", authority.region()),
        ("boundary:class", authority.class().name()),
    ];
    tenant
        .into_iter()
        .chain(rest)
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
}

/// The data key that KMS gave. It is wiped; the copies that the SDK made of the response are not in reach.
fn root(plaintext: Option<Blob>) -> Result<WrappingRoot, KeyError> {
    let plaintext = Zeroizing::new(plaintext.map(Blob::into_inner).unwrap_or_default());
    let key: &[u8; 32] = plaintext
        .as_slice()
        .try_into()
        .map_err(|_| unexpected("a data key of 256 bits"))?;
    Ok(WrappingRoot::new(Backend::default(), key))
}

/// The wrapped data key, and what it wraps.
fn split(wrapped: &[u8]) -> Option<(&[u8], &[u8])> {
    let (header, rest) = wrapped.split_first_chunk::<3>()?;
    let length = usize::from(u16::from_be_bytes([header[1], header[2]]));
    (header[0] == VERSION && length > 0).then(|| rest.split_at_checked(length))?
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_wrap_that_is_cut_or_of_another_version_is_none() {
        let wrapped = [&[VERSION, 0, 3][..], b"abc", b"rest"].concat();
        assert_eq!(split(&wrapped), Some((&b"abc"[..], &b"rest"[..])));
        for length in 0..6 {
            assert_eq!(split(&wrapped[..length]), None, "cut at {length}");
        }
        assert_eq!(split(&[2, 0, 1, 7, 7]), None);
        assert_eq!(split(&[VERSION, 0, 0, 7, 7]), None);
    }

    #[test]
    fn the_encryption_context_is_the_authority() {
        let of = |authority: &Authority| context(authority).collect::<BTreeMap<_, _>>();
        let tenant = of(&Authority::new("acme", "eu"));
        assert_eq!(tenant.len(), 3);
        assert_eq!(tenant["boundary:tenant"], "acme");
        assert_eq!(tenant["boundary:region"], "eu");
        assert_eq!(tenant["boundary:class"], "tenant");
        for other in [
            Authority::new("other", "eu"),
            Authority::new("acme", "in"),
            Authority::retention("acme", "eu"),
            Authority::of_region("eu"),
        ] {
            assert_ne!(of(&other), tenant, "{other}");
        }
    }
}
