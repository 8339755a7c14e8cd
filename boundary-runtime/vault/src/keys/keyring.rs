//! The keys of one authority: its lease keys by generation, and the key of its pseudonyms.
//!
//! They travel as one secret, so that opening an authority asks the custody once, whatever its history. The secret
//! names the authority: a custody that answers with another's keys is found out.

use boundary_runtime::{KeyError, Pseudonym, SubjectId};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{Authority, AuthorityClass};
use crate::envelope::{Backend, WrappingRoot};
use crate::random;

const VERSION: u8 = 1;
const PSEUDONYM_LABEL: &str = "boundary/pseudonym";

/// As many generations as fit the 4,096 bytes that a key service encrypts at once, with names of 1,024 bytes.
const MAX_GENERATIONS: usize = 48;

/// The keys of an authority as the custody's key wraps them. Wiped when dropped.
pub(crate) struct Keyring {
    /// Generations, oldest first; the last one wraps new data keys.
    lease_keys: Vec<(u32, Zeroizing<[u8; 32]>)>,
    pseudonym_key: Zeroizing<[u8; 32]>,
}

impl Keyring {
    /// The keys of a new authority.
    pub(crate) fn generate() -> Result<Self, KeyError> {
        Ok(Self {
            lease_keys: vec![(1, random::key()?)],
            pseudonym_key: random::key()?,
        })
    }

    /// Adds a generation, which wraps new data keys from now on; the older ones still open.
    pub(crate) fn rotate(&mut self) -> Result<(), KeyError> {
        let newest = self
            .generation()
            .checked_add(1)
            .filter(|_| self.lease_keys.len() < MAX_GENERATIONS);
        let newest = newest.ok_or_else(|| {
            KeyError::Denied(format!(
                "{MAX_GENERATIONS} generations are kept; re-wrap the data keys of the oldest"
            ))
        })?;
        self.lease_keys.push((newest, random::key()?));
        Ok(())
    }

    /// Drops the generations before `oldest`, which no data key needs any more. The newest stays.
    pub(crate) fn retire_before(&mut self, oldest: u32) -> Result<(), KeyError> {
        if oldest > self.generation() {
            return Err(KeyError::Denied(format!(
                "there is no generation {oldest}; the newest is {}",
                self.generation()
            )));
        }
        self.lease_keys.retain(|(generation, _)| *generation >= oldest);
        Ok(())
    }

    /// The newest generation.
    pub(crate) fn generation(&self) -> u32 {
        self.lease_keys.last().map_or(0, |(generation, _)| *generation)
    }

    /// The keyring as bytes: version, tenant and region with their lengths, pseudonym key, count, generations.
    pub(crate) fn to_bytes(&self, authority: &Authority) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
        bytes.push(VERSION);
        for name in names(authority) {
            let length = u16::try_from(name.len()).ok().filter(|length| *length <= 1024);
            let length =
                length.ok_or_else(|| KeyError::Denied("a name is longer than 1,024 bytes".to_owned()))?;
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(name.as_bytes());
        }
        bytes.extend_from_slice(&*self.pseudonym_key);
        for (generation, key) in &self.lease_keys {
            bytes.extend_from_slice(&generation.to_be_bytes());
            bytes.extend_from_slice(&**key);
        }
        Ok(bytes)
    }

    /// Reads what [`Keyring::to_bytes`] wrote for the same authority.
    pub(crate) fn from_bytes(bytes: &[u8], authority: &Authority) -> Result<Self, KeyError> {
        let damaged = || KeyError::Damaged("the authority's keyring is not of a known form".to_owned());
        let (version, mut rest) = bytes.split_first().ok_or_else(damaged)?;
        if *version != VERSION {
            return Err(damaged());
        }
        for expected in names(authority) {
            let (length, after) = rest.split_first_chunk::<2>().ok_or_else(damaged)?;
            let (name, after) = after
                .split_at_checked(usize::from(u16::from_be_bytes(*length)))
                .ok_or_else(damaged)?;
            if name != expected.as_bytes() {
                return Err(KeyError::WrongAuthority);
            }
            rest = after;
        }
        let (pseudonym_key, rest) = rest.split_first_chunk::<32>().ok_or_else(damaged)?;
        let (entries, remainder) = rest.as_chunks::<36>();
        let mut lease_keys: Vec<(u32, Zeroizing<[u8; 32]>)> = Vec::with_capacity(entries.len());
        for entry in entries {
            let (generation, key) = entry.split_first_chunk::<4>().ok_or_else(damaged)?;
            let generation = u32::from_be_bytes(*generation);
            if lease_keys.last().is_some_and(|(last, _)| *last >= generation) {
                return Err(damaged());
            }
            let mut copied = Zeroizing::new([0; 32]);
            copied.copy_from_slice(key);
            lease_keys.push((generation, copied));
        }
        if !remainder.is_empty() || lease_keys.is_empty() || lease_keys.len() > MAX_GENERATIONS {
            return Err(damaged());
        }
        Ok(Self {
            lease_keys,
            pseudonym_key: Zeroizing::new(*pseudonym_key),
        })
    }

    /// The keys in the form in which they are used, by `backend`.
    pub(crate) fn open(&self, backend: Backend) -> OpenedKeys {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let pseudonyms = Hmac::new_from_slice(&*self.pseudonym_key).expect("any length will do");
        let roots = self
            .lease_keys
            .iter()
            .map(|(generation, key)| (*generation, WrappingRoot::new(backend, key)));
        OpenedKeys {
            roots: roots.collect(),
            pseudonyms,
        }
    }
}

/// What a keyring says of whose it is: tenant, region, and the class of any authority but that over a tenant's data.
fn names(authority: &Authority) -> impl Iterator<Item = &str> {
    let class = authority.class();
    [authority.tenant().as_str(), authority.region()]
        .into_iter()
        .chain((class != AuthorityClass::Tenant).then(|| class.name()))
}

/// An authority's keys, expanded for use. Wiped when dropped.
pub(crate) struct OpenedKeys {
    /// By generation, oldest first.
    roots: Vec<(u32, WrappingRoot)>,
    pseudonyms: Hmac<Sha256>,
}

impl OpenedKeys {
    /// The lease key that wraps new data keys, and its generation.
    pub(crate) fn newest(&self) -> Option<(u32, &WrappingRoot)> {
        self.roots.last().map(|(generation, root)| (*generation, root))
    }

    /// The lease keys with their generations, newest first.
    pub(crate) fn generations(&self) -> impl Iterator<Item = (u32, &WrappingRoot)> {
        self.roots
            .iter()
            .rev()
            .map(|(generation, root)| (*generation, root))
    }

    /// The lease key of a generation.
    pub(crate) fn generation(&self, generation: u32) -> Option<&WrappingRoot> {
        self.roots
            .iter()
            .rev()
            .find(|(known, _)| *known == generation)
            .map(|(_, root)| root)
    }

    /// The pseudonym of a subject: HMAC-SHA256 (RFC 2104) over label, tenant, region and subject with their lengths.
    pub(crate) fn pseudonym(&self, authority: &Authority, subject: &SubjectId) -> Pseudonym {
        let mut mac = self.pseudonyms.clone();
        for text in [
            PSEUDONYM_LABEL,
            authority.tenant().as_str(),
            authority.region(),
            subject.as_str(),
        ] {
            mac.update(&(text.len() as u64).to_be_bytes());
            mac.update(text.as_bytes());
        }
        Pseudonym::from_bytes(mac.finalize().into_bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acme() -> Authority {
        Authority::new("acme", "in")
    }

    #[test]
    fn a_keyring_reads_back_and_is_refused_when_cut_or_of_another_authority() {
        let mut keyring = Keyring::generate().unwrap();
        keyring.rotate().unwrap();
        let bytes = keyring.to_bytes(&acme()).unwrap();
        let back = Keyring::from_bytes(&bytes, &acme()).unwrap();
        assert_eq!(back.to_bytes(&acme()).unwrap(), bytes);
        assert_eq!(back.generation(), 2);
        for length in 0..bytes.len() {
            let cut = Keyring::from_bytes(&bytes[..length], &acme());
            // Cut after the first generation it is a well-formed older keyring: what keeps it whole is the wrap's tag.
            assert_eq!(cut.is_ok(), length == bytes.len() - 36, "cut at {length}");
        }
        for other in [
            Authority::new("acmf", "in"),
            Authority::new("acme", "eu"),
            Authority::new("acm", "ein"),
            Authority::retention("acme", "in"),
        ] {
            assert!(Keyring::from_bytes(&bytes, &other).is_err());
        }
    }

    #[test]
    fn a_keyring_of_the_most_generations_fits_a_key_service() {
        let mut keyring = Keyring::generate().unwrap();
        while keyring.rotate().is_ok() {}
        let longest = "x".repeat(1024);
        let bytes = keyring.to_bytes(&Authority::new(&*longest, &*longest)).unwrap();
        assert!(bytes.len() <= 4096, "{} bytes", bytes.len());
    }

    #[test]
    fn retired_generations_are_gone_and_the_newest_stays() {
        let mut keyring = Keyring::generate().unwrap();
        keyring.rotate().unwrap();
        keyring.rotate().unwrap();
        assert_eq!(keyring.retire_before(1), Ok(()));
        assert!(keyring.retire_before(4).is_err());
        assert_eq!(keyring.retire_before(3), Ok(()));
        let opened = keyring.open(Backend::default());
        assert!(opened.generation(2).is_none() && opened.generation(3).is_some());
        // Numbers are not given twice: what was sealed under a retired one must not meet another key of its number.
        keyring.rotate().unwrap();
        assert_eq!(keyring.generation(), 4);
    }

    #[test]
    fn attack_61_pseudonyms_differ_by_tenant_region_and_key() {
        let keys = Keyring::generate().unwrap();
        let subject = SubjectId::new("s-1");
        let first = keys.open(Backend::default()).pseudonym(&acme(), &subject);
        assert_eq!(first, keys.open(Backend::default()).pseudonym(&acme(), &subject));
        assert_ne!(
            first,
            keys.open(Backend::default())
                .pseudonym(&Authority::new("acme", "eu"), &subject)
        );
        assert_ne!(
            first,
            keys.open(Backend::default())
                .pseudonym(&Authority::new("acmei", "n"), &subject)
        );
        assert_ne!(
            first,
            Keyring::generate()
                .unwrap()
                .open(Backend::default())
                .pseudonym(&acme(), &subject)
        );
    }
}
