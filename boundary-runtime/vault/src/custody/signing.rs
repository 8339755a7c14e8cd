//! The seed of a region's signing key, for custodies that keep keys elsewhere than in files.
//!
//! The seed lies in a file of the region, wrapped by a key of the custody like an authority's keys. Ed25519 is not among the
//! algorithms that every key service and device has.

use boundary_runtime::KeyError;
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::custodies::check_region;
use super::{Custody, CustodyKey, Folder, KeyReference, KeyRequest, Sheet, checksum};
use crate::keys::Authority;
use crate::random;

const FILE: &str = "signing.wrapped";
const SHEET: Sheet<3> = Sheet {
    title: "boundary-wrapped-signing-key",
    names: ["region", "reference", "wrapped"],
};

/// The seed that `folder` keeps for the custody's region, or a new one under the key that is requested.
#[allow(dead_code, reason = "called by custodies behind features")]
pub(crate) async fn seed(
    custody: &dyn Custody,
    folder: &Folder,
    request: &KeyRequest,
) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let authority = Authority::of_region(custody.region());
    if let Some(text) = folder.read(FILE)? {
        return unwrapped(custody, &authority, request, &text).await;
    }
    let _lock = folder.lock()?;
    // Another process may have made it in the meantime.
    if let Some(text) = folder.read(FILE)? {
        return unwrapped(custody, &authority, request, &text).await;
    }
    let reference = custody.provision(&authority, request).await?;
    let seed = random::key()?;
    let wrapped = custody
        .wrap(named(&authority, &reference, request), &*seed)
        .await?;
    let values = [custody.region(), reference.as_str(), &HEXLOWER.encode(&wrapped)];
    folder.write(FILE, SHEET.render(values, checksum).as_bytes())?;
    Ok(seed)
}

async fn unwrapped(
    custody: &dyn Custody,
    authority: &Authority,
    request: &KeyRequest,
    text: &[u8],
) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let damaged =
        || KeyError::Damaged("the region's wrapped signing key is not as it was written".to_owned());
    let [region, reference, wrapped] = SHEET.read(text)?.checked(checksum)?;
    check_region(custody.region(), region)?;
    let reference = KeyReference::new(reference)?;
    let wrapped = HEXLOWER.decode(wrapped.as_bytes()).map_err(|_| damaged())?;
    let seed = custody
        .unwrap(named(authority, &reference, request), &wrapped)
        .await?;
    let seed: &[u8; 32] = seed.as_slice().try_into().map_err(|_| damaged())?;
    Ok(Zeroizing::new(*seed))
}

fn named<'a>(authority: &'a Authority, reference: &'a KeyReference, request: &KeyRequest) -> CustodyKey<'a> {
    CustodyKey {
        authority,
        reference,
        origin: request.origin(),
    }
}
