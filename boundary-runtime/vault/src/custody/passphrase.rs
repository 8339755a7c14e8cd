//! What a passphrase gives: the key under which a local custody's files seal their keys.
//!
//! Argon2id (RFC 9106) with the first choice of OWASP's list that a small server can afford (46 MiB, one pass, one lane:
//! OWASP Password Storage Cheat Sheet). The parameters lie beside the keys, so that they can be raised later.

use argon2::{Algorithm, Argon2, Params, Version};
use boundary_runtime::KeyError;
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::Folder;
use super::key_file::mac;
use super::sheet::{Sheet, from_hex};
use crate::envelope::{Backend, WrappingRoot};
use crate::random;

pub(super) const FILE: &str = "passphrase";
const SHEET: Sheet<5> = Sheet {
    title: "boundary-custody-passphrase",
    names: ["region", "memory_kib", "passes", "lanes", "salt"],
};

const MEMORY_KIB: u32 = 47_104;
const PASSES: u32 = 1;
const LANES: u32 = 1;

/// No file asks for more than this: 1 GiB and 16 passes.
const MOST: (u32, u32) = (1024 * 1024, 16);

/// Sets the passphrase of a new custody.
pub(super) fn set(folder: &Folder, region: &str, passphrase: &str) -> Result<WrappingRoot, KeyError> {
    if passphrase.is_empty() {
        return Err(KeyError::Denied(
            "an empty passphrase protects nothing".to_owned(),
        ));
    }
    let salt = random::bytes::<32>()?;
    let key = derive(passphrase, &salt, MEMORY_KIB, PASSES, LANES)?;
    let numbers = [MEMORY_KIB, PASSES, LANES].map(|number| number.to_string());
    let values = [
        region,
        &numbers[0],
        &numbers[1],
        &numbers[2],
        &HEXLOWER.encode(&salt),
    ];
    folder.write(FILE, SHEET.render(values, |text| mac(&key, text)).as_bytes())?;
    Ok(WrappingRoot::new(Backend::default(), &key))
}

/// What this passphrase gives in a custody whose file of it holds `text`. A passphrase that is not the custody's is refused.
pub(super) fn check(text: &[u8], region: &str, passphrase: &str) -> Result<WrappingRoot, KeyError> {
    let damaged = || KeyError::Damaged("the custody's passphrase file is not as it was written".to_owned());
    let read = SHEET.read(text)?;
    let number = |index| read.unchecked(index).parse::<u32>().map_err(|_| damaged());
    let (memory, passes, lanes) = (number(1)?, number(2)?, number(3)?);
    if memory > MOST.0 || passes > MOST.1 || lanes > 16 {
        return Err(damaged());
    }
    let salt = from_hex::<32>(read.unchecked(4)).ok_or_else(damaged)?;
    let key = derive(passphrase, &salt, memory, passes, lanes)?;
    // The check of the file is made with the key: a wrong passphrase and an altered file look the same.
    let refused = |_| {
        KeyError::Denied(
            "the passphrase is not the one that this custody was made with, or its file was altered"
                .to_owned(),
        )
    };
    let [kept_region, ..] = read.checked(|text| mac(&key, text)).map_err(refused)?;
    super::custodies::check_region(region, kept_region)?;
    Ok(WrappingRoot::new(Backend::default(), &key))
}

fn derive(
    passphrase: &str,
    salt: &[u8; 32],
    memory: u32,
    passes: u32,
    lanes: u32,
) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let refused = |error: argon2::Error| KeyError::Denied(format!("the passphrase gives no key: {error}"));
    let parameters = Params::new(memory, passes, lanes, Some(32)).map_err(refused)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
        .hash_password_into(passphrase.as_bytes(), salt, &mut *key)
        .map_err(refused)?;
    Ok(key)
}
