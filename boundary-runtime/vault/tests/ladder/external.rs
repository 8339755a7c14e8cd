//! Keys behind an endpoint of the customer's: the same errors as on every rung, and nothing believed that was not proven.

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use boundary_runtime::KeyError;
use boundary_vault::{
    Authority, Custody, CustodyKey, ExternalConfig, ExternalCredentials, ExternalCustody, ExternalIdentity,
    KeyReference, KeyRequest, KeyState, Origin, Rung,
};
use zeroize::Zeroizing;

use crate::certificates::CertificateAuthority;
use crate::drill;
use crate::endpoint::{ACCESS_KEY_ID, Behaviour, Key, PREFIX, SECRET, TestEndpoint};

/// Long enough for a busy machine. Tests of slowness have a clock that they move.
const PATIENT: Duration = Duration::from_secs(60);

fn config(endpoint: &TestEndpoint, folder: &Path) -> ExternalConfig {
    let identity = endpoint.clients.client_of(&endpoint.servers);
    config_of(&endpoint.address, identity, folder)
}

fn config_of(address: &str, identity: ExternalIdentity, folder: &Path) -> ExternalConfig {
    ExternalConfig {
        endpoint: address.to_owned(),
        region: "in".to_owned(),
        principal: "arn:boundary:vault:in::service/payments".to_owned(),
        identity,
        credentials: ExternalCredentials {
            access_key_id: ACCESS_KEY_ID.to_owned(),
            secret_access_key: Zeroizing::new(SECRET.to_owned()),
        },
        folder: folder.join("external"),
        signing_key: Some(KeyReference::new("region-1").unwrap()),
        budget: PATIENT,
    }
}

struct Place {
    endpoint: TestEndpoint,
    custody: ExternalCustody,
    folder: tempfile::TempDir,
}

fn place() -> Place {
    let endpoint = TestEndpoint::start();
    let folder = tempfile::tempdir().unwrap();
    let custody = ExternalCustody::open(config(&endpoint, folder.path())).unwrap();
    Place {
        endpoint,
        custody,
        folder,
    }
}

fn acme() -> Authority {
    Authority::new("acme", "in")
}

fn named(name: &str) -> KeyReference {
    KeyReference::new(name).unwrap()
}

fn key<'a>(authority: &'a Authority, reference: &'a KeyReference) -> CustodyKey<'a> {
    CustodyKey {
        authority,
        reference,
        origin: Origin::Designated,
    }
}

/// Provisions and wraps, and gives what was wrapped.
async fn wrapped(custody: &ExternalCustody) -> Vec<u8> {
    let reference = custody
        .provision(&acme(), &KeyRequest::Use(named("acme-1")))
        .await
        .unwrap();
    custody.wrap(key(&acme(), &reference), b"the keys").await.unwrap()
}

async fn unwrap(custody: &ExternalCustody, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    custody.unwrap(key(&acme(), &named("acme-1")), wrapped).await
}

#[tokio::test]
async fn an_external_endpoint_has_a_kill_switch() {
    let Place {
        endpoint,
        custody,
        folder,
    } = place();
    let request = KeyRequest::Use(named("acme-1"));
    let disable = async |key: &KeyReference| endpoint.set_enabled(key.as_str(), false);
    let enable = async |key: &KeyReference| endpoint.set_enabled(key.as_str(), true);
    let is_expected = |error: &KeyError| *error == KeyError::Disabled;
    drill::kill_switch(Arc::new(custody), &request, disable, enable, is_expected).await;

    // Taken away altogether, the key is unknown; taken out of reach, it is denied. Both are the holder's to do.
    let custody = ExternalCustody::open(config(&endpoint, folder.path())).unwrap();
    let remove = async |key: &KeyReference| endpoint.remove(key.as_str());
    let restore = async |key: &KeyReference| endpoint.add(key.as_str(), Key::of(1));
    let is_expected = |error: &KeyError| matches!(error, KeyError::Unknown { .. });
    drill::kill_switch(Arc::new(custody), &request, remove, restore, is_expected).await;

    let custody = ExternalCustody::open(config(&endpoint, folder.path())).unwrap();
    let deny = async |_: &KeyReference| endpoint.behave(Behaviour::Error(403, "AccessDeniedException"));
    let allow = async |_: &KeyReference| endpoint.behave(Behaviour::Right);
    let is_expected = |error: &KeyError| matches!(error, KeyError::Denied(_));
    drill::kill_switch(Arc::new(custody), &request, deny, allow, is_expected).await;
}

#[tokio::test]
async fn what_was_wrapped_unwraps_for_the_same_authority_and_key_only() {
    let Place {
        endpoint, custody, ..
    } = place();
    for metadata in [None, Some(&b"key_version=1"[..])] {
        endpoint.state().metadata = metadata;
        let wrapped = wrapped(&custody).await;
        assert_eq!(**unwrap(&custody, &wrapped).await.unwrap(), *b"the keys");

        for (authority, reference) in [
            (Authority::new("globex", "in"), "acme-1"),
            (Authority::retention("acme", "in"), "acme-1"),
            (acme(), "globex-1"),
        ] {
            let other = custody.unwrap(key(&authority, &named(reference)), &wrapped).await;
            assert!(
                matches!(other, Err(KeyError::Damaged(_))),
                "{authority} {reference}: {other:?}"
            );
        }
        let abroad = Authority::new("acme", "eu");
        let other = custody.unwrap(key(&abroad, &named("acme-1")), &wrapped).await;
        assert!(matches!(other, Err(KeyError::WrongRegion { .. })), "{other:?}");
    }
}

#[tokio::test]
async fn a_wrap_that_was_cut_or_altered_anywhere_does_not_unwrap() {
    let Place {
        endpoint, custody, ..
    } = place();
    endpoint.state().metadata = Some(b"v1");
    let wrapped = wrapped(&custody).await;
    for length in 0..wrapped.len() {
        assert!(
            unwrap(&custody, &wrapped[..length]).await.is_err(),
            "cut at {length}"
        );
    }
    for position in 0..wrapped.len() {
        let mut altered = wrapped.clone();
        altered[position] ^= 1 << (position % 8);
        let refused = unwrap(&custody, &altered).await;
        assert!(refused.is_err(), "byte {position}");
    }
}

#[tokio::test]
async fn only_a_key_of_the_holders_that_can_be_used_is_adopted() {
    let Place {
        endpoint, custody, ..
    } = place();
    let adopt = async |name: &str| custody.provision(&acme(), &KeyRequest::Use(named(name))).await;
    assert_eq!(adopt("acme-1").await, Ok(named("acme-1")));
    assert_eq!(custody.rung(Origin::Designated), Rung::CustomerHeld);

    for request in [KeyRequest::Make, KeyRequest::Import(Zeroizing::new([7; 32]))] {
        let refused = custody.provision(&acme(), &request).await;
        assert!(matches!(refused, Err(KeyError::Denied(_))), "{refused:?}");
    }
    assert_eq!(adopt("nobodys").await, Err(acme().unknown()));
    endpoint.set_enabled("acme-1", false);
    assert_eq!(adopt("acme-1").await, Err(KeyError::Disabled));
    let unfit = [
        (
            "rsa",
            Key {
                spec: "RSA_2048",
                ..Key::of(9)
            },
        ),
        (
            "one-way",
            Key {
                usage: &["ENCRYPT"],
                ..Key::of(9)
            },
        ),
    ];
    for (name, unfit) in unfit {
        endpoint.add(name, unfit);
        let refused = adopt(name).await;
        assert!(matches!(refused, Err(KeyError::Denied(_))), "{name}: {refused:?}");
    }
    // None of these names another path, and none was sent.
    let before = endpoint.state().requests;
    for name in ["..", ".", "a/b", "a?b", "a%2Fb", "a#b", &"a".repeat(129)] {
        let refused = adopt(name).await;
        assert!(matches!(refused, Err(KeyError::Denied(_))), "{name}: {refused:?}");
    }
    assert_eq!(endpoint.state().requests, before);
}

#[tokio::test]
async fn the_holder_alone_rules_a_keys_life() {
    let Place {
        endpoint, custody, ..
    } = place();
    let wrapped = wrapped(&custody).await;
    let (authority, reference) = (acme(), named("acme-1"));
    let acme = key(&authority, &reference);
    for refused in [
        custody.disable(acme).await,
        custody.enable(acme).await,
        custody.schedule_deletion(acme, Duration::ZERO).await.map(drop),
        custody.destroy(acme).await.map(drop),
    ] {
        assert!(matches!(refused, Err(KeyError::Denied(_))), "{refused:?}");
    }
    assert_eq!(custody.state(acme).await, Ok(KeyState::Enabled));
    assert!(unwrap(&custody, &wrapped).await.is_ok());

    endpoint.set_enabled("acme-1", false);
    assert_eq!(custody.state(acme).await, Ok(KeyState::Disabled));
    assert_eq!(unwrap(&custody, &wrapped).await, Err(KeyError::Disabled));
    assert_eq!(custody.wrap(acme, b"keys").await, Err(KeyError::Disabled));
    // The neighbour's key is another one.
    let globex = Authority::new("globex", "in");
    assert!(
        custody
            .wrap(key(&globex, &named("globex-1")), b"keys")
            .await
            .is_ok()
    );

    endpoint.set_enabled("acme-1", true);
    assert!(unwrap(&custody, &wrapped).await.is_ok());
    endpoint.remove("acme-1");
    assert_eq!(unwrap(&custody, &wrapped).await, Err(authority.unknown()));
    assert_eq!(custody.state(acme).await, Err(authority.unknown()));
}

#[tokio::test]
async fn each_wrong_answer_is_an_error_that_repeats_nothing_of_it() {
    let Place {
        endpoint, custody, ..
    } = place();
    let wrapped = wrapped(&custody).await;
    let (authority, reference) = (acme(), named("acme-1"));
    let kind = |error: &KeyError| match error {
        KeyError::Damaged(_) => "damaged",
        KeyError::Denied(_) => "denied",
        KeyError::Unreachable(_) => "unreachable",
        KeyError::TooSlow { .. } => "too slow",
        KeyError::Disabled => "disabled",
        KeyError::Unknown { .. } => "unknown",
        _ => "another",
    };
    for (behaviour, wrapping, unwrapping) in [
        (Behaviour::CutOff, "unreachable", "unreachable"),
        (Behaviour::Garbage, "damaged", "damaged"),
        (Behaviour::OtherForm, "damaged", "damaged"),
        (Behaviour::TooLong, "damaged", "damaged"),
        (Behaviour::Redirect, "denied", "denied"),
        (Behaviour::AlteredCiphertext, "damaged", ""),
        (Behaviour::SelfConsistentGarbage, "damaged", ""),
        (Behaviour::ShortKey, "damaged", "damaged"),
        (Behaviour::OtherKey, "", "damaged"),
        (Behaviour::Error(403, "AccessDeniedException"), "denied", "denied"),
        (
            Behaviour::Error(401, "AuthenticationFailedException"),
            "denied",
            "denied",
        ),
        (
            Behaviour::Error(400, "InvalidKeyUsageException"),
            "denied",
            "denied",
        ),
        (
            Behaviour::Error(400, "InvalidStateException"),
            "disabled",
            "disabled",
        ),
        (
            Behaviour::Error(404, "KeyNotFoundException"),
            "unknown",
            "unknown",
        ),
        (
            Behaviour::Error(404, "InvalidUriPathException"),
            "unreachable",
            "unreachable",
        ),
        (
            Behaviour::Error(400, "InvalidCiphertextException"),
            "damaged",
            "damaged",
        ),
        (
            Behaviour::Error(429, "ThrottlingException"),
            "unreachable",
            "unreachable",
        ),
        (
            Behaviour::Error(503, "DependencyTimeoutException"),
            "too slow",
            "too slow",
        ),
        (
            Behaviour::Error(500, "InternalException"),
            "unreachable",
            "unreachable",
        ),
        (
            Behaviour::Error(418, "NewException"),
            "unreachable",
            "unreachable",
        ),
    ] {
        endpoint.behave(behaviour);
        let wrap = custody.wrap(key(&authority, &reference), b"keys").await;
        let opened = unwrap(&custody, &wrapped).await;
        for (expected, error) in [(wrapping, wrap.err()), (unwrapping, opened.err())] {
            assert_eq!(
                error.as_ref().map_or("", kind),
                expected,
                "{behaviour:?}: {error:?}"
            );
            let said = error.map_or(String::new(), |error| format!("{error} {error:?}"));
            for secret in [
                "requestMetadata",
                "plaintext\"",
                "ciphertext\"",
                SECRET,
                ACCESS_KEY_ID,
                "NewException",
            ] {
                assert!(!said.contains(secret), "{behaviour:?} repeats {secret}: {said}");
            }
        }
    }
    endpoint.behave(Behaviour::Right);
    assert!(unwrap(&custody, &wrapped).await.is_ok());
}

#[tokio::test]
async fn nothing_is_sent_twice_and_an_opened_lease_costs_one_request() {
    let Place {
        endpoint, custody, ..
    } = place();
    let wrapped = wrapped(&custody).await;
    let (authority, reference) = (acme(), named("acme-1"));
    let requests = |endpoint: &TestEndpoint| std::mem::take(&mut endpoint.state().requests);
    requests(&endpoint);
    unwrap(&custody, &wrapped).await.unwrap();
    assert_eq!(requests(&endpoint), 1);
    custody.wrap(key(&authority, &reference), b"keys").await.unwrap();
    assert_eq!(requests(&endpoint), 2);
    for behaviour in [Behaviour::CutOff, Behaviour::Error(429, "ThrottlingException")] {
        endpoint.behave(behaviour);
        unwrap(&custody, &wrapped).await.unwrap_err();
        assert_eq!(requests(&endpoint), 1, "{behaviour:?}");
    }
}

#[tokio::test]
async fn an_endpoint_is_told_who_asks_and_about_what_without_a_tenants_name() {
    let Place {
        endpoint, custody, ..
    } = place();
    custody.check_health().await.unwrap();
    wrapped(&custody).await;
    let state = endpoint.state();
    let mut ids = std::collections::BTreeSet::new();
    let paths: Vec<_> = state.seen.iter().map(|seen| seen.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "health",
            "keys/acme-1/metadata",
            "keys/acme-1/encrypt",
            "keys/acme-1/decrypt",
            "keys/acme-1/encrypt",
            "keys/acme-1/decrypt"
        ]
    );
    for seen in &state.seen {
        assert!(
            ids.insert(seen.metadata["kmsRequestId"].to_string()),
            "each request has a name of its own"
        );
        assert!(!seen.metadata.to_string().contains("acme"), "{}", seen.metadata);
        if seen.path != "health" {
            assert_eq!(
                seen.metadata["awsPrincipalArn"],
                "arn:boundary:vault:in::service/payments"
            );
            let arn = seen.metadata["kmsKeyArn"].as_str().unwrap();
            assert!(
                arn.starts_with("arn:boundary:vault:in::authority/tenant/"),
                "{arn}"
            );
        }
    }
}

#[tokio::test]
async fn a_client_whose_certificate_the_endpoint_does_not_know_is_let_in_nowhere() {
    let Place {
        endpoint,
        custody,
        folder,
    } = place();
    let wrapped = wrapped(&custody).await;
    let before = endpoint.state().requests;
    let stranger = CertificateAuthority::new().client_of(&endpoint.servers);
    let custody = ExternalCustody::open(config_of(&endpoint.address, stranger, folder.path())).unwrap();
    let refused = unwrap(&custody, &wrapped).await;
    // Where the endpoint's last word is lost with its connection, all that is known is that it is closed.
    assert!(
        matches!(refused, Err(KeyError::Denied(_) | KeyError::Unreachable(_))),
        "{refused:?}"
    );
    assert_eq!(endpoint.state().requests, before);

    // There is no client without a certificate.
    for (chain, key) in [(vec![], vec![]), (b"no PEM".to_vec(), b"no PEM".to_vec())] {
        let identity = ExternalIdentity {
            certificate_chain: chain,
            private_key: Zeroizing::new(key),
            ..endpoint.clients.client_of(&endpoint.servers)
        };
        let refused = ExternalCustody::open(config_of(&endpoint.address, identity, folder.path()));
        assert!(matches!(refused.err(), Some(KeyError::Denied(_))));
    }
}

#[tokio::test]
async fn an_endpoint_with_a_certificate_of_another_authority_or_name_is_told_nothing() {
    let named_otherwise = TestEndpoint::start_as("keys.example");
    let endpoint = TestEndpoint::start();
    let folder = tempfile::tempdir().unwrap();
    let other_authority = endpoint.clients.client_of(&CertificateAuthority::new());
    for (endpoint, identity) in [
        (&endpoint, other_authority),
        (
            &named_otherwise,
            named_otherwise.clients.client_of(&named_otherwise.servers),
        ),
    ] {
        let custody = ExternalCustody::open(config_of(&endpoint.address, identity, folder.path())).unwrap();
        let refused = custody.check_health().await;
        let Err(KeyError::Unreachable(said)) = refused else {
            panic!("{refused:?}")
        };
        assert!(
            said.contains("certificate") && said.contains("not trusted"),
            "{said}"
        );
        assert_eq!(endpoint.state().requests, 0);
    }
}

#[tokio::test]
async fn a_request_of_another_secret_or_another_time_is_refused() {
    let Place {
        endpoint, custody, ..
    } = place();
    let wrapped = wrapped(&custody).await;
    let denied = async || {
        let refused = unwrap(&custody, &wrapped).await;
        assert!(matches!(refused, Err(KeyError::Denied(_))), "{refused:?}");
    };
    endpoint.state().secret = "another";
    denied().await;
    endpoint.state().secret = SECRET;
    endpoint.state().ahead = Duration::from_secs(600);
    denied().await;
    endpoint.state().ahead = Duration::ZERO;
    assert!(unwrap(&custody, &wrapped).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_does_not_answer_in_time_is_too_slow() {
    let folder = tempfile::tempdir().unwrap();
    let endpoint = TestEndpoint::start();
    let hung = TcpListener::bind("127.0.0.1:0").unwrap();
    let hung_address = format!("https://{}", hung.local_addr().unwrap());
    endpoint.behave(Behaviour::Silent);
    for address in [&hung_address, &endpoint.address] {
        let identity = endpoint.clients.client_of(&endpoint.servers);
        let custody = ExternalCustody::open(ExternalConfig {
            budget: ExternalConfig::BUDGET,
            ..config_of(address, identity, folder.path())
        });
        let before = tokio::time::Instant::now();
        let budget = Duration::from_millis(250);
        assert_eq!(
            custody.unwrap().check_health().await,
            Err(KeyError::TooSlow { budget })
        );
        // On the clock of the test, which moves when everybody waits.
        assert!(before.elapsed() < 2 * budget, "{:?}", before.elapsed());
    }
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_unreachable() {
    let Place {
        endpoint,
        custody,
        folder,
    } = place();
    let wrapped = wrapped(&custody).await;
    let identity = || endpoint.clients.client_of(&endpoint.servers);
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("https://{}", listener.local_addr().unwrap())
    };
    let elsewhere = endpoint.address.trim_end_matches(PREFIX).to_owned() + "/other";
    for address in [closed, elsewhere] {
        let custody = ExternalCustody::open(config_of(&address, identity(), folder.path())).unwrap();
        let refused = unwrap(&custody, &wrapped).await;
        assert!(
            matches!(refused, Err(KeyError::Unreachable(_))),
            "{address}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn addresses_that_are_not_https_or_carry_more_than_a_path_are_refused() {
    let endpoint = TestEndpoint::start();
    let folder = tempfile::tempdir().unwrap();
    for address in [
        "http://keys.example",
        "keys.example",
        "https://user:password@keys.example",
        "https://keys.example/a?b=c",
        "https://keys.example/a%2F..",
        "https://keys.example/../a",
        "https://",
        "",
    ] {
        let identity = endpoint.clients.client_of(&endpoint.servers);
        let refused = ExternalCustody::open(config_of(address, identity, folder.path()));
        assert!(matches!(refused.err(), Some(KeyError::Denied(_))), "{address}");
    }
}

#[tokio::test]
async fn a_regions_signing_key_is_the_same_at_every_call_and_ends_with_the_holders_key() {
    let Place {
        endpoint,
        custody,
        folder,
    } = place();
    let seed = custody.signing_key().await.unwrap();
    assert_eq!(custody.signing_key().await.unwrap(), seed);
    let again = ExternalCustody::open(config(&endpoint, folder.path())).unwrap();
    assert_eq!(again.signing_key().await.unwrap(), seed);
    endpoint.set_enabled("region-1", false);
    assert_eq!(again.signing_key().await, Err(KeyError::Disabled));

    let homeless = ExternalCustody::open(ExternalConfig {
        signing_key: None,
        ..config(&endpoint, folder.path())
    });
    let refused = homeless.unwrap().signing_key().await;
    assert!(matches!(refused, Err(KeyError::Denied(_))), "{refused:?}");
}
