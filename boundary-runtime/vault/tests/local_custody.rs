//! The file-backed custody: what it refuses to read, and the states of an authority.
#![allow(clippy::expect_used, clippy::unwrap_used)]
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use boundary_runtime::KeyError;
use boundary_runtime::zeroize::Zeroizing;
use boundary_vault::{
    Authority, Custody, CustodyKey, KeyReference, KeyRequest, KeyState, LocalCustody, Origin,
};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

fn acme() -> Authority {
    Authority::new("acme", "in")
}

fn custody_in(folder: &Path) -> Kept {
    Kept(LocalCustody::open(folder.join("custody"), "in").unwrap())
}

/// A custody whose keys are asked for by their authorities, as a vault's records have it.
struct Kept(LocalCustody);

impl Kept {
    async fn provision(&self, authority: &Authority) -> Result<(), KeyError> {
        self.0.provision(authority, &KeyRequest::Make).await.map(drop)
    }

    async fn wrap(&self, authority: &Authority, keys: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.0.wrap(key(authority, &reference(authority)), keys).await
    }

    async fn unwrap(&self, authority: &Authority, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        self.0
            .unwrap(key(authority, &reference(authority)), wrapped)
            .await
    }

    async fn disable(&self, authority: &Authority) -> Result<(), KeyError> {
        self.0.disable(key(authority, &reference(authority))).await
    }

    async fn enable(&self, authority: &Authority) -> Result<(), KeyError> {
        self.0.enable(key(authority, &reference(authority))).await
    }

    async fn destroy(&self, authority: &Authority) {
        self.0
            .destroy(key(authority, &reference(authority)))
            .await
            .unwrap();
    }
}

fn key<'a>(authority: &'a Authority, reference: &'a KeyReference) -> CustodyKey<'a> {
    CustodyKey {
        authority,
        reference,
        origin: Origin::Made,
    }
}

/// The name that a local custody gives the key of an authority over a tenant's data.
fn reference(authority: &Authority) -> KeyReference {
    let digest = Sha256::new()
        .chain_update(b"boundary/authority-file\0")
        .chain_update(authority.tenant().as_str());
    KeyReference::new(&HEXLOWER.encode(&digest.finalize())).unwrap()
}

fn wrong_region(expected: &str, found: &str) -> KeyError {
    KeyError::WrongRegion {
        expected: expected.to_owned(),
        found: found.to_owned(),
    }
}

/// The file of the one authority in the custody.
fn key_file(folder: &Path) -> PathBuf {
    let entries = fs::read_dir(folder.join("custody"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut keys =
        entries.filter(|path| path.extension().is_some_and(|e| e == "key") && !path.ends_with("signing.key"));
    let key = keys.next().unwrap();
    assert_eq!(keys.next(), None);
    key
}

#[tokio::test]
async fn what_was_wrapped_unwraps_for_the_same_authority_only() {
    let folder = tempfile::tempdir().unwrap();
    let custody = custody_in(folder.path());
    for authority in [acme(), Authority::new("globex", "in")] {
        custody.provision(&authority).await.unwrap();
    }
    let wrapped = custody.wrap(&acme(), b"keys").await.unwrap();
    assert_eq!(*custody.unwrap(&acme(), &wrapped).await.unwrap(), b"keys");
    let other = custody.unwrap(&Authority::new("globex", "in"), &wrapped).await;
    assert!(matches!(other, Err(KeyError::Damaged(_))), "{other:?}");
    for length in 0..wrapped.len() {
        assert!(
            custody.unwrap(&acme(), &wrapped[..length]).await.is_err(),
            "cut at {length}"
        );
    }
    let abroad = Authority::new("acme", "eu");
    assert_eq!(
        custody.unwrap(&abroad, &wrapped).await.err(),
        Some(wrong_region("in", "eu"))
    );
    assert_eq!(custody.provision(&abroad).await, Err(wrong_region("in", "eu")));
    let (ours, globex) = (acme(), Authority::new("globex", "in"));
    let crossed = custody.0.unwrap(key(&ours, &reference(&globex)), &wrapped).await;
    assert_eq!(
        crossed.err(),
        Some(KeyError::WrongAuthority),
        "a key named by another's name"
    );
    let unknown = custody.unwrap(&Authority::new("initech", "in"), &wrapped).await;
    assert!(matches!(unknown, Err(KeyError::Unknown { .. })), "{unknown:?}");
    // A custody that is opened again has the same keys.
    assert_eq!(
        *custody_in(folder.path()).unwrap(&acme(), &wrapped).await.unwrap(),
        b"keys"
    );
}

#[tokio::test]
async fn a_key_has_states_and_each_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let custody = custody_in(folder.path());
    custody.provision(&acme()).await.unwrap();
    let wrapped = custody.wrap(&acme(), b"keys").await.unwrap();

    custody.disable(&acme()).await.unwrap();
    assert_eq!(
        custody.unwrap(&acme(), &wrapped).await.err(),
        Some(KeyError::Disabled)
    );
    assert_eq!(custody.provision(&acme()).await, Err(KeyError::Disabled));
    custody.enable(&acme()).await.unwrap();
    assert!(custody.unwrap(&acme(), &wrapped).await.is_ok());

    let (acme_again, name) = (acme(), reference(&acme()));
    let named = key(&acme_again, &name);
    let due = custody
        .0
        .schedule_deletion(named, Duration::from_secs(3600))
        .await
        .unwrap();
    let later = custody
        .0
        .schedule_deletion(named, Duration::from_secs(7200))
        .await;
    assert_eq!(later, Ok(due), "the moment that was said stays");
    assert_eq!(
        custody.0.state(named).await,
        Ok(KeyState::PendingDeletion(Some(due)))
    );
    assert_eq!(
        custody.unwrap(&acme(), &wrapped).await.err(),
        Some(KeyError::PendingDeletion)
    );
    assert_eq!(custody.disable(&acme()).await, Err(KeyError::PendingDeletion));
    custody.enable(&acme()).await.unwrap();
    assert!(custody.unwrap(&acme(), &wrapped).await.is_ok());

    custody.destroy(&acme()).await;
    assert!(matches!(
        custody.unwrap(&acme(), &wrapped).await,
        Err(KeyError::Unknown { .. })
    ));
    custody.destroy(&acme()).await;
    // A new authority of the same name has a new key.
    custody.provision(&acme()).await.unwrap();
    assert!(matches!(
        custody.unwrap(&acme(), &wrapped).await,
        Err(KeyError::Damaged(_))
    ));
}

#[tokio::test]
async fn an_altered_or_cut_key_file_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let custody = custody_in(folder.path());
    custody.provision(&acme()).await.unwrap();
    let wrapped = custody.wrap(&acme(), b"keys").await.unwrap();
    let (file, whole) = (
        key_file(folder.path()),
        fs::read(key_file(folder.path())).unwrap(),
    );
    let mut alterations: Vec<Vec<u8>> = (0..whole.len()).map(|length| whole[..length].to_vec()).collect();
    for position in 0..whole.len() {
        let mut altered = whole.clone();
        altered[position] ^= 1;
        alterations.push(altered);
    }
    let disabled = String::from_utf8(whole.clone())
        .unwrap()
        .replace("state enabled", "state disabled");
    alterations.push(disabled.into_bytes());
    for altered in alterations {
        fs::write(&file, &altered).unwrap();
        assert!(custody.unwrap(&acme(), &wrapped).await.is_err());
        assert!(custody.provision(&acme()).await.is_err());
        assert!(custody.disable(&acme()).await.is_err());
        assert_eq!(fs::read(&file).unwrap(), altered, "nothing is repaired");
    }
    fs::write(&file, &whole).unwrap();
    assert!(custody.unwrap(&acme(), &wrapped).await.is_ok());
}

#[tokio::test]
async fn the_file_of_another_tenant_or_region_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let custody = custody_in(folder.path());
    custody.provision(&acme()).await.unwrap();
    let (file, of_acme) = (
        key_file(folder.path()),
        fs::read(key_file(folder.path())).unwrap(),
    );
    fs::remove_file(&file).unwrap();
    custody.provision(&Authority::new("globex", "in")).await.unwrap();
    fs::write(key_file(folder.path()), of_acme).unwrap();
    let wrapped = custody.wrap(&Authority::new("globex", "in"), b"keys").await;
    assert_eq!(wrapped.err(), Some(KeyError::WrongAuthority));

    let opened = LocalCustody::open(folder.path().join("custody"), "eu");
    assert_eq!(opened.err(), Some(wrong_region("eu", "in")));
}

#[tokio::test]
async fn files_and_folders_that_others_may_read_and_links_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let custody = custody_in(folder.path());
    custody.provision(&acme()).await.unwrap();
    let file = key_file(folder.path());
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(
        fs::metadata(folder.path().join("custody"))
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o700
    );
    for mode in [0o640, 0o604, 0o620, 0o660, 0o666] {
        fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
        assert!(
            matches!(custody.wrap(&acme(), b"").await, Err(KeyError::Denied(_))),
            "{mode:o}"
        );
    }
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    assert!(custody.wrap(&acme(), b"").await.is_ok());

    // The same content behind a link.
    let elsewhere = folder.path().join("elsewhere");
    fs::rename(&file, &elsewhere).unwrap();
    symlink(&elsewhere, &file).unwrap();
    assert!(matches!(
        custody.wrap(&acme(), b"").await,
        Err(KeyError::Denied(_))
    ));

    let denied = |path: PathBuf| matches!(LocalCustody::open(path, "in"), Err(KeyError::Denied(_)));
    let signing = folder.path().join("custody/signing.key");
    fs::set_permissions(&signing, Permissions::from_mode(0o644)).unwrap();
    assert!(denied(folder.path().join("custody")));
    fs::set_permissions(&signing, Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(folder.path().join("custody"), Permissions::from_mode(0o750)).unwrap();
    assert!(denied(folder.path().join("custody")));
    fs::set_permissions(folder.path().join("custody"), Permissions::from_mode(0o700)).unwrap();
    symlink(folder.path().join("custody"), folder.path().join("link")).unwrap();
    assert!(denied(folder.path().join("link")));
    assert!(denied(elsewhere));
}

#[tokio::test]
async fn a_tenants_name_is_no_path() {
    let folder = tempfile::tempdir().unwrap();
    let custody = custody_in(folder.path());
    for name in [
        "../../escape",
        "/etc/passwd",
        "a/b",
        "",
        ".",
        "..",
        "\0",
        "line\nbreak",
        "ümläut",
    ] {
        let authority = Authority::new(name, "in");
        custody.provision(&authority).await.unwrap();
        let wrapped = custody.wrap(&authority, b"keys").await.unwrap();
        assert_eq!(*custody.unwrap(&authority, &wrapped).await.unwrap(), b"keys");
    }
    let outside: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(outside, ["custody"]);
    assert!(LocalCustody::open(folder.path().join("other"), "../in").is_err());
}

#[tokio::test]
async fn the_signing_key_stays_and_its_loss_is_not_papered_over() {
    let folder = tempfile::tempdir().unwrap();
    let seed = custody_in(folder.path()).0.signing_key().await.unwrap();
    assert_eq!(custody_in(folder.path()).0.signing_key().await.unwrap(), seed);
    custody_in(folder.path()).provision(&acme()).await.unwrap();
    fs::remove_file(folder.path().join("custody/signing.key")).unwrap();
    let opened = LocalCustody::open(folder.path().join("custody"), "in");
    assert!(matches!(opened, Err(KeyError::Damaged(_))));
}

#[tokio::test]
async fn what_an_interrupted_write_left_is_destroyed_with_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let custody = custody_in(folder.path());
    custody.provision(&acme()).await.unwrap();
    let file = key_file(folder.path());
    let left_over = file.with_added_extension("0011223344556677.tmp");
    fs::copy(&file, &left_over).unwrap();
    custody.destroy(&acme()).await;
    assert!(!file.exists() && !left_over.exists());
}

#[tokio::test]
async fn the_customers_material_becomes_the_key_and_no_other_takes_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let custody = custody_in(folder.path()).0;
    let import = |byte| KeyRequest::Import(Zeroizing::new([byte; 32]));
    let reference = custody.provision(&acme(), &import(7)).await.unwrap();
    assert_eq!(
        custody.provision(&acme(), &import(7)).await.as_ref(),
        Ok(&reference)
    );
    let other = custody.provision(&acme(), &import(8)).await;
    assert!(matches!(other, Err(KeyError::Denied(_))), "{other:?}");
    let used = custody.provision(&acme(), &KeyRequest::Use(reference)).await;
    assert!(matches!(used, Err(KeyError::Denied(_))), "{used:?}");

    // The same material opens what was wrapped elsewhere: it is the customer's key and not one of ours.
    let (acme, name) = (acme(), reference_of(&custody).await);
    let wrapped = custody.wrap(key(&acme, &name), b"keys").await.unwrap();
    let elsewhere = LocalCustody::open(folder.path().join("elsewhere"), "in").unwrap();
    elsewhere.provision(&acme, &import(7)).await.unwrap();
    assert_eq!(
        *elsewhere.unwrap(key(&acme, &name), &wrapped).await.unwrap(),
        b"keys"
    );
}

async fn reference_of(custody: &LocalCustody) -> KeyReference {
    let import = KeyRequest::Import(Zeroizing::new([7; 32]));
    custody.provision(&acme(), &import).await.unwrap()
}

#[tokio::test]
async fn with_a_passphrase_a_copy_of_the_folder_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("custody");
    let open = |passphrase: &str| LocalCustody::open_with_passphrase(&path, "in", passphrase);
    assert!(matches!(open(""), Err(KeyError::Denied(_))));
    let custody = open("correct horse").unwrap();
    let material = KeyRequest::Import(Zeroizing::new([0xa7; 32]));
    let name = custody.provision(&acme(), &material).await.unwrap();
    let acme = acme();
    let wrapped = custody.wrap(key(&acme, &name), b"keys").await.unwrap();

    for other in ["correct horsf", "battery staple"] {
        assert!(matches!(open(other), Err(KeyError::Denied(_))), "{other}");
    }
    assert!(matches!(
        LocalCustody::open(&path, "in"),
        Err(KeyError::Denied(_))
    ));
    let again = open("correct horse").unwrap();
    assert_eq!(*again.unwrap(key(&acme, &name), &wrapped).await.unwrap(), b"keys");
    assert_eq!(
        again.signing_key().await.unwrap(),
        custody.signing_key().await.unwrap()
    );

    // Neither key is in a file in any form: the imported one is known to the test.
    let seed = HEXLOWER.encode(&*custody.signing_key().await.unwrap());
    for entry in fs::read_dir(&path).unwrap() {
        let content = fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(!content.contains(&"a7".repeat(16)) && !content.contains(&seed));
    }
    // Without the file of the passphrase the folder is no custody any more, and no new one either.
    fs::remove_file(path.join("passphrase")).unwrap();
    assert!(open("correct horse").is_err() && LocalCustody::open(&path, "in").is_err());
}

#[test]
fn a_custody_that_was_made_without_a_passphrase_takes_none_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("custody");
    LocalCustody::open(&path, "in").unwrap();
    let opened = LocalCustody::open_with_passphrase(&path, "in", "correct horse");
    assert!(matches!(opened, Err(KeyError::Denied(_))));
}
