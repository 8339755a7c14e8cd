//! The embedded rung, whose keeper is whoever may write its folder.

use std::sync::Arc;

use boundary_runtime::KeyError;
use boundary_vault::{Authority, Custody, CustodyKey, KeyReference, KeyRequest, LocalCustody, Origin};
use zeroize::Zeroizing;

use crate::drill;

async fn goes_through_the_drill(request: KeyRequest) {
    let folder = tempfile::tempdir().unwrap();
    let open = || LocalCustody::open(folder.path().join("custody"), "in").unwrap();
    let origin: Origin = request.origin();
    let authority = Authority::new("acme", "in");
    let key = |reference: &KeyReference| (authority.clone(), reference.clone());
    // The keeper, with a custody of its own over the same files.
    let disable = async |reference: &KeyReference| {
        let (authority, reference) = key(reference);
        let key = CustodyKey {
            authority: &authority,
            reference: &reference,
            origin,
        };
        open().disable(key).await.unwrap();
    };
    let enable = async |reference: &KeyReference| {
        let (authority, reference) = key(reference);
        let key = CustodyKey {
            authority: &authority,
            reference: &reference,
            origin,
        };
        open().enable(key).await.unwrap();
    };
    let is_expected = |error: &KeyError| *error == KeyError::Disabled;
    drill::kill_switch(Arc::new(open()), &request, disable, enable, is_expected).await;
}

#[tokio::test]
async fn the_local_custody_has_a_kill_switch() {
    goes_through_the_drill(KeyRequest::Make).await;
    goes_through_the_drill(KeyRequest::Import(Zeroizing::new([7; 32]))).await;
}
