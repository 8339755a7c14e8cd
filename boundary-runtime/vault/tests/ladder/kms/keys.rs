//! Which key an authority gets, and that it is its own and of its region.

use aws_sdk_kms::types::{KeyState as State, KeyUsageType};
use boundary_vault::KeyState;

use super::meter::Meter;
use super::*;

impl Provider {
    /// The keys of the account that can be used, and those that wait for their end.
    async fn keys(&self) -> (usize, usize) {
        let listed = self.client.list_keys().send().await.unwrap();
        let (mut usable, mut pending) = (0, 0);
        for key in listed.keys() {
            let described = self
                .client
                .describe_key()
                .key_id(key.key_id().unwrap())
                .send()
                .await
                .unwrap();
            match described.key_metadata.unwrap().key_state {
                Some(State::Enabled) => usable += 1,
                Some(State::PendingDeletion) => pending += 1,
                other => panic!("{other:?}"),
            }
        }
        (usable, pending)
    }
}

#[tokio::test]
async fn provisioning_twice_or_twice_at_once_ends_with_one_key_that_names_no_tenant_and_rotates() {
    let provider = Provider::new();
    let acme = Authority::new("acme", "in");
    let other = provider.again(|sdk| sdk);
    let (a, b) = tokio::join!(
        provider.custody.provision(&acme, &KeyRequest::Make),
        other.provision(&acme, &KeyRequest::Make)
    );
    let (a, b) = (a.unwrap(), b.unwrap());
    assert_eq!(a, b);
    assert_eq!(
        provider.custody.provision(&acme, &KeyRequest::Make).await,
        Ok(a.clone())
    );
    assert_eq!(provider.keys().await.0, 1);

    let rotation = provider
        .client
        .get_key_rotation_status()
        .key_id(a.as_str())
        .send()
        .await
        .unwrap();
    assert!(rotation.key_rotation_enabled());
    let tags = provider
        .client
        .list_resource_tags()
        .key_id(a.as_str())
        .send()
        .await
        .unwrap();
    let described = provider
        .client
        .describe_key()
        .key_id(a.as_str())
        .send()
        .await
        .unwrap();
    let aliases = provider.client.list_aliases().send().await.unwrap();
    let shown = format!(
        "{:?} {:?} {:?}",
        tags.tags(),
        described.key_metadata,
        aliases.aliases()
    );
    assert!(
        shown.contains("boundary:authority") && shown.contains("alias/boundary/in/"),
        "{shown}"
    );
    assert!(!shown.contains("acme"), "{shown}");
}

#[tokio::test]
async fn a_provisioning_that_is_cut_off_after_any_request_is_completed_by_the_next() {
    for request in [KeyRequest::Make, import(7)] {
        let acme = Authority::new("acme", "in");
        for requests in 0.. {
            let provider = Provider::new();
            let cut = provider.again(|sdk| sdk.interceptor(Meter::of(requests)));
            let first = cut.provision(&acme, &request).await;
            let second = provider.custody.provision(&acme, &request).await.unwrap();
            let key = key_of(&acme, &second, request.origin());
            assert_eq!(provider.custody.state(key).await, Ok(KeyState::Enabled));
            let wrapped = provider.custody.wrap(key, b"keys").await.unwrap();
            assert_eq!(
                provider.custody.unwrap(key, &wrapped).await.unwrap().as_slice(),
                b"keys"
            );
            if let Ok(first) = first {
                assert_eq!(first, second);
                assert!(requests >= 4, "{requests} were enough");
                break;
            }
        }
    }
}

#[tokio::test]
async fn material_is_imported_once_and_no_other_takes_its_place() {
    let provider = Provider::new();
    let acme = Authority::new("acme", "in");
    let first = provider.custody.provision(&acme, &import(7)).await.unwrap();
    let key = key_of(&acme, &first, Origin::Imported);
    let wrapped = provider.custody.wrap(key, b"keys").await.unwrap();
    assert_eq!(
        provider.custody.provision(&acme, &import(7)).await,
        Ok(first.clone())
    );
    let other = provider.custody.provision(&acme, &import(8)).await;
    assert!(matches!(other, Err(KeyError::Denied(_))), "{other:?}");
    assert_eq!(
        provider.custody.unwrap(key, &wrapped).await.unwrap().as_slice(),
        b"keys"
    );
    // A key that KMS makes for the same authority is another one: an authority can move from one to the other.
    let made = provider
        .custody
        .provision(&acme, &KeyRequest::Make)
        .await
        .unwrap();
    assert_ne!(made, first);

    // Where the customer takes the material away, nothing opens, and the same material opens it again.
    provider
        .client
        .delete_imported_key_material()
        .key_id(first.as_str())
        .send()
        .await
        .unwrap();
    assert_eq!(
        provider.custody.unwrap(key, &wrapped).await,
        Err(KeyError::Disabled)
    );
    assert_eq!(provider.custody.state(key).await, Ok(KeyState::Disabled));
    assert!(matches!(
        provider.custody.enable(key).await,
        Err(KeyError::Denied(_))
    ));
    let other = provider.custody.provision(&acme, &import(8)).await;
    assert!(matches!(other, Err(KeyError::Denied(_))), "{other:?}");
    assert_eq!(
        provider.custody.provision(&acme, &import(7)).await,
        Ok(first.clone())
    );
    assert_eq!(
        provider.custody.unwrap(key, &wrapped).await.unwrap().as_slice(),
        b"keys"
    );
}

#[tokio::test]
async fn what_is_wrapped_for_one_authority_unwraps_for_no_other() {
    let provider = Provider::new();
    let (acme, other) = (Authority::new("acme", "in"), Authority::new("other", "in"));
    let acmes = provider
        .custody
        .provision(&acme, &KeyRequest::Make)
        .await
        .unwrap();
    let others = provider
        .custody
        .provision(&other, &KeyRequest::Make)
        .await
        .unwrap();
    let wrapped = provider
        .custody
        .wrap(key_of(&acme, &acmes, Origin::Made), b"keys")
        .await
        .unwrap();
    let unwrap = async |authority: &Authority, key: &KeyReference| {
        let unwrapped = provider
            .custody
            .unwrap(key_of(authority, key, Origin::Made), &wrapped)
            .await;
        unwrapped.map(drop)
    };
    assert_eq!(unwrap(&acme, &acmes).await, Ok(()));
    assert_eq!(unwrap(&other, &others).await, Err(KeyError::WrongAuthority));
    // Under the same key it is the encryption context that KMS compares.
    for stranger in [&other, &Authority::retention("acme", "in")] {
        let refused = unwrap(stranger, &acmes).await;
        assert!(matches!(refused, Err(KeyError::Damaged(_))), "{refused:?}");
    }
    let elsewhere = unwrap(&Authority::new("acme", "eu"), &acmes).await;
    assert!(
        matches!(elsewhere, Err(KeyError::WrongRegion { .. })),
        "{elsewhere:?}"
    );
    for length in [0, 1, 3, 40, wrapped.len() - 1] {
        let cut = provider
            .custody
            .unwrap(key_of(&acme, &acmes, Origin::Made), &wrapped[..length])
            .await;
        assert!(
            matches!(cut, Err(KeyError::Damaged(_))),
            "cut at {length}: {cut:?}"
        );
    }
    // A record that was altered to name another tenant's key changes nothing of that one.
    let altered = key_of(&acme, &others, Origin::Made);
    assert_eq!(
        provider.custody.disable(altered).await,
        Err(KeyError::WrongAuthority)
    );
    assert_eq!(
        provider.custody.destroy(altered).await,
        Err(KeyError::WrongAuthority)
    );
    let own = key_of(&other, &others, Origin::Made);
    assert_eq!(provider.custody.state(own).await, Ok(KeyState::Enabled));
}

#[tokio::test]
async fn a_key_of_another_aws_region_or_one_that_reaches_out_of_it_is_refused() {
    let provider = Provider::new();
    let acme = Authority::new("acme", "in");
    let adopt = async |name: &str| {
        let request = KeyRequest::Use(KeyReference::new(name).unwrap());
        provider.custody.provision(&acme, &request).await.map(drop)
    };
    let abroad = Client::from_conf(sdk_in("us-east-1", localstack::endpoint(), &new_account()));
    let made = abroad.create_key().send().await.unwrap().key_metadata.unwrap();
    let wrong = KeyError::WrongRegion {
        expected: AWS_REGION.to_owned(),
        found: "us-east-1".to_owned(),
    };
    assert_eq!(adopt(made.arn().unwrap()).await, Err(wrong.clone()));
    // Nor is it used where a record names it.
    let reference = KeyReference::new(made.arn().unwrap()).unwrap();
    let wrapped = provider
        .custody
        .wrap(key_of(&acme, &reference, Origin::Designated), b"keys")
        .await;
    assert_eq!(wrapped, Err(wrong));

    let (customer, usable) = customers_key().await;
    let everywhere = customer.create_key().multi_region(true).send().await.unwrap();
    let signs = customer
        .create_key()
        .key_usage(KeyUsageType::GenerateVerifyMac)
        .key_spec(aws_sdk_kms::types::KeySpec::Hmac256)
        .send()
        .await
        .unwrap();
    for refused in [everywhere, signs] {
        let refused = adopt(refused.key_metadata.unwrap().arn().unwrap()).await;
        assert!(matches!(refused, Err(KeyError::Denied(_))), "{refused:?}");
    }
    customer
        .disable_key()
        .key_id(usable.as_str())
        .send()
        .await
        .unwrap();
    assert_eq!(adopt(usable.as_str()).await, Err(KeyError::Disabled));
    customer
        .enable_key()
        .key_id(usable.as_str())
        .send()
        .await
        .unwrap();
    assert_eq!(adopt(usable.as_str()).await, Ok(()));
    let nowhere = usable
        .as_str()
        .replace("key/", "key/00000000-0000-4000-8000-")
        .split_at(70)
        .0
        .to_owned();
    assert!(adopt(&nowhere).await.is_err());
    assert_eq!(adopt("alias/nobodys").await, Err(acme.unknown()));
}
