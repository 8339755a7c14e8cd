//! Which library computes the envelope's primitives. The bytes are the same whichever it is.

use boundary_runtime::KeyError;

/// The library that computes AES-256-GCM and HKDF-SHA256, for keyrings that are leased, data keys and fields.
///
/// All write and read the same bytes, so a vault may be opened with another one at any time, and two processes with
/// two of them share a store. It is chosen at run time and by name: no feature of a dependency changes it, and a backend that
/// cannot be used is an error, never another backend.
///
/// Randomness, pseudonyms, signatures and the checks of files are computed by the same crates with all of them; see
/// `docs/backends.md` for what that means under FIPS 140-3.
///
/// ```
/// use boundary_vault::Backend;
///
/// assert_eq!(Backend::default(), Backend::RustCrypto);
/// assert_eq!(Backend::default().check(), Ok(()));
/// assert!(Backend::ALL.contains(&Backend::RustCrypto));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backend {
    /// `aes-gcm` and `hkdf`: Rust throughout, and no C compiler is needed.
    #[default]
    RustCrypto,
    /// `aws-lc-rs`, which is AWS-LC in C and assembly. Feature `aws-lc-rs`.
    #[cfg(feature = "aws-lc-rs")]
    AwsLc,
    /// `aws-lc-rs`, only if AWS-LC's FIPS module is what the program was linked with and its self-tests passed. Feature
    /// `aws-lc-rs` here, and feature `fips` of `aws-lc-rs` in the manifest of the program.
    #[cfg(feature = "aws-lc-rs")]
    AwsLcFips,
}

impl Backend {
    /// The backends of this build that compute on their own: what a test of the bytes goes through.
    /// [`Backend::AwsLcFips`] is [`Backend::AwsLc`] with a demand on how it was built, and is not listed.
    pub const ALL: &'static [Self] = &[
        Self::RustCrypto,
        #[cfg(feature = "aws-lc-rs")]
        Self::AwsLc,
    ];

    /// Whether this backend can be used in this process.
    ///
    /// # Errors
    /// [`KeyError::NoFipsModule`] if FIPS was asked for and the linked AWS-LC is not its FIPS module.
    pub fn check(self) -> Result<(), KeyError> {
        match self {
            Self::RustCrypto => Ok(()),
            #[cfg(feature = "aws-lc-rs")]
            Self::AwsLc => Ok(()),
            #[cfg(feature = "aws-lc-rs")]
            Self::AwsLcFips => aws_lc_rs::try_fips_mode().map_err(|_| KeyError::NoFipsModule),
        }
    }
}
