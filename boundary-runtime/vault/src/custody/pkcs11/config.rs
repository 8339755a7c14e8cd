//! What a custody has to be told of a token.

use std::path::{Path, PathBuf};
use std::time::Duration;

use boundary_runtime::KeyError;
use zeroize::Zeroizing;

use super::super::Folder;

/// Where a token is, and how to use it.
///
/// It has no `Debug`, because the PIN has none.
pub struct Pkcs11Config {
    /// The library of PKCS#11 that comes with the device.
    pub library: PathBuf,
    /// The token's label. The slot is found by it, so it has to be one that no other token has.
    pub token: String,
    /// The PIN of the token's user. [`Pkcs11Config::read_pin`] takes it from a file; never take it from an argument, which every
    /// user of the machine can read.
    pub pin: Zeroizing<String>,
    /// The region whose authorities have their keys in the token.
    pub region: String,
    /// A folder of the region's for what does not lie in the token: the wrapped seed of its signing key, and a lock.
    pub folder: PathBuf,
    /// How long an answer may take, waiting for other calls included.
    pub budget: Duration,
}

impl Pkcs11Config {
    /// The budget where nothing speaks for another: two seconds.
    pub const BUDGET: Duration = Duration::from_secs(2);

    /// A PIN from a file that only this service's user can read. A line's end after it is no part of it.
    ///
    /// # Errors
    /// [`KeyError::Denied`] if the file, or its folder, is open to others or is a link, or holds no text;
    /// [`KeyError::Unreachable`] if it cannot be read.
    pub fn read_pin(file: impl AsRef<Path>) -> Result<Zeroizing<String>, KeyError> {
        let file = file.as_ref();
        let (Some(folder), Some(name)) = (file.parent(), file.file_name().and_then(|name| name.to_str()))
        else {
            return Err(KeyError::Denied(format!("{} names no file", file.display())));
        };
        let missing = || KeyError::Unreachable(format!("there is no file {} with the PIN", file.display()));
        let text = Folder::open(folder)?.read(name)?.ok_or_else(missing)?;
        let text = std::str::from_utf8(&text);
        let text = text.map_err(|_| KeyError::Denied(format!("{} holds no text", file.display())))?;
        Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
    }
}
