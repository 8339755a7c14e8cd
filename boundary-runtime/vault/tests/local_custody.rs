//! The file-backed custody: what it refuses to read, and the states of an authority.
#![allow(clippy::expect_used, clippy::unwrap_used)]
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use boundary_runtime::KeyError;
use boundary_vault::{Authority, Custody, LocalCustody};

fn acme() -> Authority {
    Authority::new("acme", "in")
}

fn custody_in(folder: &Path) -> LocalCustody {
    LocalCustody::open(folder.join("custody"), "in").unwrap()
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
        Some(KeyError::WrongAuthority)
    );
    assert_eq!(custody.provision(&abroad).await, Err(KeyError::WrongAuthority));
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

    custody.suspend(&acme()).await.unwrap();
    assert_eq!(
        custody.unwrap(&acme(), &wrapped).await.err(),
        Some(KeyError::Disabled)
    );
    assert_eq!(custody.provision(&acme()).await, Err(KeyError::Disabled));
    custody.resume(&acme()).await.unwrap();
    assert!(custody.unwrap(&acme(), &wrapped).await.is_ok());

    custody.schedule_deletion(&acme()).await.unwrap();
    assert_eq!(
        custody.unwrap(&acme(), &wrapped).await.err(),
        Some(KeyError::PendingDeletion)
    );
    assert_eq!(custody.suspend(&acme()).await, Err(KeyError::PendingDeletion));
    custody.resume(&acme()).await.unwrap();
    assert!(custody.unwrap(&acme(), &wrapped).await.is_ok());

    custody.destroy(&acme()).await.unwrap();
    assert!(matches!(
        custody.unwrap(&acme(), &wrapped).await,
        Err(KeyError::Unknown { .. })
    ));
    custody.destroy(&acme()).await.unwrap();
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
        assert!(custody.suspend(&acme()).await.is_err());
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
    assert_eq!(opened.err(), Some(KeyError::WrongAuthority));
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
    let seed = custody_in(folder.path()).signing_key().await.unwrap();
    assert_eq!(custody_in(folder.path()).signing_key().await.unwrap(), seed);
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
    custody.destroy(&acme()).await.unwrap();
    assert!(!file.exists() && !left_over.exists());
}
