//! Who may end the life of a key, and when it is over.

use boundary_vault::{Destruction, KeyState, Rung};

use super::*;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn a_designated_key_is_known_by_its_arn_and_its_end_is_the_customers() {
    let provider = Provider::new();
    let acme = Authority::new("acme", "in");
    // In the same account, by an alias that may name another key tomorrow.
    let made = provider
        .client
        .create_key()
        .send()
        .await
        .unwrap()
        .key_metadata
        .unwrap();
    let alias = provider
        .client
        .create_alias()
        .alias_name("alias/acme")
        .target_key_id(made.key_id());
    alias.send().await.unwrap();
    let request = KeyRequest::Use(KeyReference::new("alias/acme").unwrap());
    let key = provider.custody.provision(&acme, &request).await.unwrap();
    assert_eq!(Some(key.as_str()), made.arn());
    assert_eq!(provider.custody.rung(Origin::Designated), Rung::CustomerManaged);

    let key = key_of(&acme, &key, Origin::Designated);
    let wrapped = provider.custody.wrap(key, b"keys").await.unwrap();
    for refused in [
        provider.custody.disable(key).await,
        provider.custody.enable(key).await,
        provider.custody.schedule_deletion(key, DAY).await.map(drop),
        provider.custody.destroy(key).await.map(drop),
    ] {
        assert!(matches!(refused, Err(KeyError::Denied(_))), "{refused:?}");
    }
    assert_eq!(provider.custody.state(key).await, Ok(KeyState::Enabled));

    let end = provider
        .client
        .schedule_key_deletion()
        .key_id(made.key_id())
        .pending_window_in_days(7);
    end.send().await.unwrap();
    assert_eq!(
        provider.custody.unwrap(key, &wrapped).await,
        Err(KeyError::PendingDeletion)
    );
    let again = provider.custody.provision(&acme, &request).await;
    assert_eq!(again, Err(KeyError::PendingDeletion));
}

#[tokio::test]
async fn a_deletion_waits_seven_days_at_least_and_keeps_the_moment_it_said() {
    let provider = Provider::new();
    let acme = Authority::new("acme", "in");
    let reference = provider
        .custody
        .provision(&acme, &KeyRequest::Make)
        .await
        .unwrap();
    let key = key_of(&acme, &reference, Origin::Made);
    let wrapped = provider.custody.wrap(key, b"keys").await.unwrap();
    let too_long = provider.custody.schedule_deletion(key, DAY * 31).await;
    assert!(matches!(too_long, Err(KeyError::Denied(_))), "{too_long:?}");

    let due = provider.custody.schedule_deletion(key, DAY).await.unwrap();
    let described = provider
        .client
        .describe_key()
        .key_id(reference.as_str())
        .send()
        .await
        .unwrap();
    let metadata = described.key_metadata.unwrap();
    let (start, end) = (
        metadata.creation_date().unwrap(),
        metadata.deletion_date().unwrap(),
    );
    assert!(end.secs() - start.secs() >= 7 * 24 * 60 * 60 - 1);
    assert_eq!(provider.custody.schedule_deletion(key, DAY * 20).await, Ok(due));
    assert_eq!(
        provider.custody.state(key).await,
        Ok(KeyState::PendingDeletion(Some(due)))
    );
    assert_eq!(
        provider.custody.unwrap(key, &wrapped).await,
        Err(KeyError::PendingDeletion)
    );
    assert_eq!(
        provider.custody.disable(key).await,
        Err(KeyError::PendingDeletion)
    );
    assert_eq!(
        provider.custody.provision(&acme, &KeyRequest::Make).await,
        Err(KeyError::PendingDeletion)
    );
    provider.custody.enable(key).await.unwrap();
    assert_eq!(
        provider.custody.unwrap(key, &wrapped).await.unwrap().as_slice(),
        b"keys"
    );

    // Destroyed is what KMS has destroyed. It keeps a key for a week, and says so.
    let destroyed = provider.custody.destroy(key).await.unwrap();
    assert!(matches!(destroyed, Destruction::Due(_)));
    assert_eq!(provider.custody.destroy(key).await, Ok(destroyed));
    assert_eq!(
        provider.custody.unwrap(key, &wrapped).await,
        Err(KeyError::PendingDeletion)
    );
    let gone =
        reference.as_str().rsplit_once('/').unwrap().0.to_owned() + "/00000000-0000-4000-8000-000000000000";
    let gone = KeyReference::new(&gone).unwrap();
    let gone = provider.custody.destroy(key_of(&acme, &gone, Origin::Made)).await;
    assert_eq!(gone, Ok(Destruction::Done));
}

#[tokio::test]
async fn destroying_an_imported_key_takes_its_material_away_at_once() {
    let provider = Provider::new();
    let acme = Authority::new("acme", "in");
    let reference = provider.custody.provision(&acme, &import(7)).await.unwrap();
    let key = key_of(&acme, &reference, Origin::Imported);
    let wrapped = provider.custody.wrap(key, b"keys").await.unwrap();
    let destroyed = provider.custody.destroy(key).await.unwrap();
    assert!(matches!(destroyed, Destruction::Due(_)));
    assert_eq!(
        provider.custody.unwrap(key, &wrapped).await,
        Err(KeyError::PendingDeletion)
    );
    // Even where the deletion of the key is taken back, there is no material.
    provider
        .client
        .cancel_key_deletion()
        .key_id(reference.as_str())
        .send()
        .await
        .unwrap();
    let _ = provider
        .client
        .enable_key()
        .key_id(reference.as_str())
        .send()
        .await;
    assert!(provider.custody.unwrap(key, &wrapped).await.is_err());
}
