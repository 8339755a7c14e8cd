//! Keys in a token of PKCS#11: the same errors as on every rung, and a key that never leaves the token.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use boundary_runtime::{Clock, KeyError, SystemClock};
use boundary_vault::{
    Authority, Custody, CustodyKey, Destruction, KeyReference, KeyRequest, KeyState, Origin, Pkcs11Config,
    Pkcs11Custody, Rung,
};
use cryptoki::object::{Attribute, AttributeType};
use zeroize::Zeroizing;

use crate::drill;
use crate::token::{PIN, TestToken, customers_program, with_token};

fn acme() -> Authority {
    Authority::new("acme", "in")
}

/// An authority with the key that a custody gave it.
struct Kept {
    authority: Authority,
    reference: KeyReference,
    origin: Origin,
}

impl Kept {
    async fn provisioned(custody: &Pkcs11Custody, authority: Authority, request: KeyRequest) -> Self {
        Self {
            reference: custody
                .provision(&authority, &request)
                .await
                .expect("provisioned"),
            origin: request.origin(),
            authority,
        }
    }

    async fn made(custody: &Pkcs11Custody, tenant: &str) -> Self {
        Self::provisioned(custody, Authority::new(tenant, "in"), KeyRequest::Make).await
    }

    fn key(&self) -> CustodyKey<'_> {
        CustodyKey {
            authority: &self.authority,
            reference: &self.reference,
            origin: self.origin,
        }
    }

    fn label(&self) -> &str {
        self.reference.as_str()
    }
}

#[test]
fn the_customers_program_does_only_what_it_is_asked_to() {
    customers_program();
}

/// The customer disables the key with a program of their own, in another process.
async fn goes_through_the_drill(token: &TestToken, request: KeyRequest) {
    let disable = async |key: &KeyReference| token.customers_program("disable", key.as_str());
    let enable = async |key: &KeyReference| token.customers_program("enable", key.as_str());
    let is_expected = |error: &KeyError| *error == KeyError::Disabled;
    let custody = Arc::new(token.custody().await);
    drill::kill_switch(custody, &request, disable, enable, is_expected).await;
}

#[test]
fn a_token_has_a_kill_switch() {
    with_token(async |token| goes_through_the_drill(&token, KeyRequest::Make).await);
}

#[test]
fn a_designated_key_in_a_token_has_a_kill_switch() {
    with_token(async |token| {
        token.customer().make("acme-2026", 32, false);
        let request = KeyRequest::Use(KeyReference::new("acme-2026").unwrap());
        goes_through_the_drill(&token, request).await;
    });
}

#[test]
fn what_was_wrapped_unwraps_for_the_same_authority_and_key_only() {
    with_token(async |token| {
        let custody = token.custody().await;
        let acme = Kept::made(&custody, "acme").await;
        let globex = Kept::made(&custody, "globex").await;
        let wrapped = custody.wrap(acme.key(), b"the keys").await.unwrap();
        assert_eq!(
            **custody.unwrap(acme.key(), &wrapped).await.unwrap(),
            *b"the keys"
        );
        assert_ne!(custody.wrap(acme.key(), b"the keys").await.unwrap(), wrapped);

        let other = custody.unwrap(globex.key(), &wrapped).await;
        assert!(matches!(other, Err(KeyError::Damaged(_))), "{other:?}");
        let borrowed = CustodyKey {
            reference: &acme.reference,
            ..globex.key()
        };
        assert_eq!(
            custody.unwrap(borrowed, &wrapped).await,
            Err(KeyError::WrongAuthority)
        );
        let disguised = CustodyKey {
            origin: Origin::Designated,
            ..acme.key()
        };
        assert_eq!(
            custody.unwrap(disguised, &wrapped).await,
            Err(KeyError::WrongAuthority)
        );
        let abroad = Authority::new("acme", "eu");
        let borrowed = CustodyKey {
            authority: &abroad,
            ..acme.key()
        };
        let refused = custody.unwrap(borrowed, &wrapped).await;
        assert!(
            matches!(refused, Err(KeyError::WrongRegion { .. })),
            "{refused:?}"
        );

        for length in 0..wrapped.len() {
            let cut = custody.unwrap(acme.key(), &wrapped[..length]).await;
            assert!(
                matches!(cut, Err(KeyError::Damaged(_))),
                "cut at {length}: {cut:?}"
            );
        }
        for position in 0..wrapped.len() {
            let mut altered = wrapped.clone();
            altered[position] ^= 1 << (position % 8);
            let refused = custody.unwrap(acme.key(), &altered).await;
            assert!(
                matches!(refused, Err(KeyError::Damaged(_))),
                "byte {position}: {refused:?}"
            );
        }
        // A custody that is opened again has the same keys.
        let again = token.custody().await;
        assert_eq!(**again.unwrap(acme.key(), &wrapped).await.unwrap(), *b"the keys");
    });
}

#[test]
fn a_key_that_the_token_makes_cannot_be_taken_out_and_says_no_tenants_name() {
    with_token(async |token| {
        let custody = token.custody().await;
        let made = Kept::made(&custody, "acme").await;
        assert_eq!(custody.rung(made.origin), Rung::CustomerHeld);
        assert!(!made.label().contains("acme"), "{}", made.label());
        let customer = token.customer();
        let attributes = customer.keys(&[
            AttributeType::Sensitive,
            AttributeType::Extractable,
            AttributeType::NeverExtractable,
            AttributeType::Value,
            AttributeType::Label,
            AttributeType::Id,
        ]);
        let [key] = &*attributes else {
            panic!("{} keys", attributes.len())
        };
        for expected in [
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::NeverExtractable(true),
            Attribute::Label(made.label().into()),
        ] {
            assert!(key.contains(&expected), "{expected:?}");
        }
        assert!(
            !key.iter()
                .any(|attribute| matches!(attribute, Attribute::Value(_)))
        );
    });
}

#[test]
fn provisioning_again_and_at_once_ends_with_one_key() {
    with_token(async |token| {
        let (one, other) = (token.custody().await, token.custody().await);
        let authority = acme();
        let (first, second) = tokio::join!(
            one.provision(&authority, &KeyRequest::Make),
            other.provision(&authority, &KeyRequest::Make)
        );
        // Two that meet: one makes the key, and the other finds it or is told to try again.
        for answer in [&first, &second] {
            assert!(matches!(answer, Ok(_) | Err(KeyError::Denied(_))), "{answer:?}");
        }
        assert!(first.is_ok() || second.is_ok());
        let again = one.provision(&authority, &KeyRequest::Make).await;
        assert_eq!(again, first.or(second));
        assert_eq!(token.customer().keys(&[]).len(), 1);

        // The same tenant's other authorities have keys of their own.
        one.provision(&Authority::retention("acme", "in"), &KeyRequest::Make)
            .await
            .unwrap();
        assert_eq!(token.customer().keys(&[]).len(), 2);
    });
}

#[test]
fn imported_material_is_the_key_and_another_is_not_taken_for_it() {
    with_token(async |token| {
        let custody = token.custody().await;
        let import = |byte: u8| KeyRequest::Import(Zeroizing::new([byte; 32]));
        let imported = Kept::provisioned(&custody, acme(), import(7)).await;
        let wrapped = custody.wrap(imported.key(), b"keys").await.unwrap();
        // Where the process died after the import, it is found again.
        assert_eq!(
            custody.provision(&acme(), &import(7)).await.as_ref(),
            Ok(&imported.reference)
        );
        let other = custody.provision(&acme(), &import(8)).await;
        assert!(matches!(other, Err(KeyError::Denied(_))), "{other:?}");
        assert!(custody.unwrap(imported.key(), &wrapped).await.is_ok());
        let kept = token
            .customer()
            .keys(&[AttributeType::Sensitive, AttributeType::Extractable]);
        assert_eq!(
            kept,
            [[Attribute::Sensitive(true), Attribute::Extractable(false)]]
        );

        // Lost with the token, the customer's copy brings the data back.
        token.customer().destroy(imported.label());
        assert_eq!(
            custody.unwrap(imported.key(), &wrapped).await,
            Err(acme().unknown())
        );
        custody.provision(&acme(), &import(7)).await.unwrap();
        assert_eq!(
            **custody.unwrap(imported.key(), &wrapped).await.unwrap(),
            *b"keys"
        );
    });
}

#[test]
fn only_a_designated_key_that_stays_in_the_token_is_adopted() {
    with_token(async |token| {
        let custody = token.custody().await;
        let customer = token.customer();
        customer.make("acme-2026", 32, false);
        customer.make("short", 16, false);
        customer.make("loose", 32, true);
        customer.make("twice", 32, false);
        customer.make("twice", 32, false);
        let adopt = async |label: &str| {
            custody
                .provision(&acme(), &KeyRequest::Use(KeyReference::new(label).unwrap()))
                .await
        };
        assert_eq!(adopt("acme-2026").await.unwrap().as_str(), "acme-2026");
        for unfit in ["short", "loose", "twice"] {
            let refused = adopt(unfit).await;
            assert!(
                matches!(refused, Err(KeyError::Denied(_))),
                "{unfit}: {refused:?}"
            );
        }
        assert_eq!(adopt("nobodys").await, Err(acme().unknown()));
        customer.set_enabled("acme-2026", false);
        assert_eq!(adopt("acme-2026").await, Err(KeyError::Disabled));
        // Another authority's key of ours is none of the customer's.
        let globex = Kept::made(&custody, "globex").await;
        assert_eq!(adopt(globex.label()).await, Err(KeyError::WrongAuthority));
    });
}

#[test]
fn a_designated_key_is_its_holders_and_nothing_of_ours_changes_it() {
    with_token(async |token| {
        let custody = token.custody().await;
        let customer = token.customer();
        customer.make("acme-2026", 32, false);
        let request = KeyRequest::Use(KeyReference::new("acme-2026").unwrap());
        let designated = Kept::provisioned(&custody, acme(), request).await;
        for refused in [
            custody.disable(designated.key()).await,
            custody.enable(designated.key()).await,
            custody
                .schedule_deletion(designated.key(), Duration::ZERO)
                .await
                .map(drop),
            custody.destroy(designated.key()).await.map(drop),
        ] {
            assert!(matches!(refused, Err(KeyError::Denied(_))), "{refused:?}");
        }
        assert_eq!(custody.state(designated.key()).await, Ok(KeyState::Enabled));
        customer.set_enabled("acme-2026", false);
        assert_eq!(custody.state(designated.key()).await, Ok(KeyState::Disabled));
    });
}

#[test]
fn a_key_has_states_and_each_says_so() {
    with_token(async |token| {
        let custody = token.custody().await;
        let acme = Kept::made(&custody, "acme").await;
        let globex = Kept::made(&custody, "globex").await;
        let wrapped = custody.wrap(acme.key(), b"keys").await.unwrap();
        let unwrap = async || custody.unwrap(acme.key(), &wrapped).await.map(drop);

        custody.disable(acme.key()).await.unwrap();
        assert_eq!(unwrap().await, Err(KeyError::Disabled));
        assert_eq!(custody.wrap(acme.key(), b"keys").await, Err(KeyError::Disabled));
        assert_eq!(
            custody.provision(&acme.authority, &KeyRequest::Make).await,
            Err(KeyError::Disabled)
        );
        assert_eq!(custody.state(acme.key()).await, Ok(KeyState::Disabled));
        assert!(custody.wrap(globex.key(), b"keys").await.is_ok());
        custody.enable(acme.key()).await.unwrap();
        assert_eq!(unwrap().await, Ok(()));

        let day = Duration::from_secs(86_400);
        let asked = SystemClock.now();
        let due = custody.schedule_deletion(acme.key(), 7 * day).await.unwrap();
        assert!(
            due >= asked.plus(7 * day) && due <= SystemClock.now().plus(7 * day),
            "{due}"
        );
        assert_eq!(unwrap().await, Err(KeyError::PendingDeletion));
        assert_eq!(custody.disable(acme.key()).await, Err(KeyError::PendingDeletion));
        assert_eq!(
            custody.provision(&acme.authority, &KeyRequest::Make).await,
            Err(KeyError::PendingDeletion)
        );
        // Asked again, and by a custody that was opened in the meantime, it is the moment that was said.
        assert_eq!(custody.schedule_deletion(acme.key(), 30 * day).await, Ok(due));
        let pending = Ok(KeyState::PendingDeletion(Some(due)));
        assert_eq!(token.custody().await.state(acme.key()).await, pending);

        custody.enable(acme.key()).await.unwrap();
        assert_eq!(custody.state(acme.key()).await, Ok(KeyState::Enabled));
        assert_eq!(unwrap().await, Ok(()));
        custody.disable(acme.key()).await.unwrap();
        assert_eq!(custody.state(acme.key()).await, Ok(KeyState::Disabled));

        for _ in 0..2 {
            assert_eq!(custody.destroy(acme.key()).await, Ok(Destruction::Done));
        }
        assert_eq!(unwrap().await, Err(acme.authority.unknown()));
        assert_eq!(custody.enable(acme.key()).await, Err(acme.authority.unknown()));
        assert!(custody.wrap(globex.key(), b"keys").await.is_ok());
    });
}

#[test]
fn what_another_program_of_the_customers_does_to_a_key_holds_at_the_next_call() {
    with_token(async |token| {
        let custody = token.custody().await;
        let acme = Kept::made(&custody, "acme").await;
        let globex = Kept::made(&custody, "globex").await;
        let wrapped = custody.wrap(acme.key(), b"keys").await.unwrap();
        let unwrap = async || custody.unwrap(acme.key(), &wrapped).await.map(drop);
        assert_eq!(unwrap().await, Ok(()));
        token.customers_program("disable", acme.label());
        assert_eq!(unwrap().await, Err(KeyError::Disabled));
        assert!(custody.wrap(globex.key(), b"keys").await.is_ok());
        token.customers_program("enable", acme.label());
        assert_eq!(unwrap().await, Ok(()));
        token.customers_program("destroy", acme.label());
        assert_eq!(unwrap().await, Err(acme.authority.unknown()));
        assert!(custody.wrap(globex.key(), b"keys").await.is_ok());
    });
}

#[test]
fn a_session_that_was_lost_is_opened_anew_once() {
    with_token(async |token| {
        let custody = token.custody().await;
        let acme = Kept::made(&custody, "acme").await;
        let wrapped = custody.wrap(acme.key(), b"keys").await.unwrap();
        // As when a device is unplugged and plugged in again: no session, no login.
        token.unplug();
        assert!(custody.unwrap(acme.key(), &wrapped).await.is_ok());
        // Somebody else in the process is done with the library.
        token.library.clone().finalize().unwrap();
        assert!(custody.unwrap(acme.key(), &wrapped).await.is_ok());
        // Logged out by somebody else, private keys cannot be seen. They count as there all the same.
        token.customer().0.logout().unwrap();
        assert!(custody.unwrap(acme.key(), &wrapped).await.is_ok());
    });
}

#[test]
fn a_token_that_is_gone_is_unreachable_and_not_unknown() {
    with_token(async |token| {
        let custody = token.custody().await;
        let acme = Kept::made(&custody, "acme").await;
        let wrapped = custody.wrap(acme.key(), b"keys").await.unwrap();
        token.library.clone().finalize().unwrap();
        fs::rename(token.folder.join("tokens"), token.folder.join("unplugged")).unwrap();
        fs::create_dir(token.folder.join("tokens")).unwrap();
        let refused = custody.unwrap(acme.key(), &wrapped).await;
        assert!(matches!(refused, Err(KeyError::Unreachable(_))), "{refused:?}");
        assert!(matches!(
            custody.state(acme.key()).await,
            Err(KeyError::Unreachable(_))
        ));
    });
}

#[test]
fn a_pin_that_was_refused_is_not_tried_again() {
    with_token(async |token| {
        let custody = token.custody().await;
        let acme = Kept::made(&custody, "acme").await;
        let wrapped = custody.wrap(acme.key(), b"keys").await.unwrap();
        let denied = async |custody: &Pkcs11Custody| {
            let refused = custody.unwrap(acme.key(), &wrapped).await;
            let Err(KeyError::Denied(said)) = refused else {
                panic!("{refused:?}")
            };
            assert!(!said.contains(PIN), "{said}");
        };
        let change = |from: &str, to: &str| {
            let session = token.library.open_rw_session(token.slot()).unwrap();
            session.set_pin(&from.into(), &to.into()).unwrap();
            token.unplug();
        };
        change(PIN, "another PIN");
        denied(&custody).await;
        // Now it would be right again, and nobody finds out by trying.
        change("another PIN", PIN);
        denied(&custody).await;
        assert!(token.custody().await.unwrap(acme.key(), &wrapped).await.is_ok());
    });
}

#[test]
fn what_is_not_there_or_does_not_let_us_in_is_said_when_a_custody_is_opened() {
    with_token(async |token| {
        let open = async |config| Pkcs11Custody::open(config).await.err().expect("refused");
        let elsewhere = Pkcs11Config {
            token: "another".to_owned(),
            ..token.config()
        };
        assert!(matches!(open(elsewhere).await, KeyError::Unreachable(_)));
        let no_library = Pkcs11Config {
            library: "/nowhere.so".into(),
            ..token.config()
        };
        assert!(matches!(open(no_library).await, KeyError::Unreachable(_)));
        let wrong = Pkcs11Config {
            pin: Zeroizing::new("wrong".to_owned()),
            ..token.config()
        };
        assert!(matches!(open(wrong).await, KeyError::Denied(_)));
        let nowhere = Pkcs11Config {
            region: "No Region".to_owned(),
            ..token.config()
        };
        assert!(matches!(open(nowhere).await, KeyError::Denied(_)));
    });
}

#[test]
fn a_regions_signing_key_is_the_same_at_every_call() {
    with_token(async |token| {
        let custody = token.custody().await;
        let seed = custody.signing_key().await.unwrap();
        assert_eq!(custody.signing_key().await.unwrap(), seed);
        assert_eq!(token.custody().await.signing_key().await.unwrap(), seed);
        assert_eq!(token.customer().keys(&[]).len(), 1);
    });
}

#[test]
fn a_pin_is_read_from_a_file_that_nobody_else_can_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
    let file = folder.path().join("pin");
    assert!(matches!(
        Pkcs11Config::read_pin(&file),
        Err(KeyError::Unreachable(_))
    ));
    fs::write(&file, "1234 5678\n").unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(Pkcs11Config::read_pin(&file), Err(KeyError::Denied(_))));
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    assert_eq!(*Pkcs11Config::read_pin(&file).unwrap(), "1234 5678");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    assert!(matches!(Pkcs11Config::read_pin(&file), Err(KeyError::Denied(_))));
}
