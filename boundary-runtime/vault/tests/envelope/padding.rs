//! Attack 60: what the length of a ciphertext tells.

use std::sync::Arc;

use boundary_runtime::{AccessError, RawSession, Sealed};
use boundary_vault::LocalCustody;

use crate::support::*;

/// A place in a folder whose policy asks for padding.
async fn padded(folder: Arc<tempfile::TempDir>, padding: &str) -> Place<In> {
    let custody = LocalCustody::open(folder.path().join("in-custody"), "in").unwrap();
    let policy = policy_of(&format!("{POLICY}\n[envelope.padding]\n{padding}\n"));
    Place::with(folder, Arc::new(custody), policy).await
}

async fn length_of(place: &Place<In>, email: &str) -> usize {
    let session = place.session(&["acme"]).await.unwrap();
    let residence = place.residence("acme", "s-1");
    let mut record = session.start(&CUSTOMERS, &residence, &1_u64).unwrap();
    let email: Result<Sealed<String>, AccessError> = record.close(EMAIL, email.to_owned());
    email.unwrap().as_ciphertext().len()
}

#[tokio::test]
async fn attack_60_padded_values_of_different_length_are_equally_long() {
    let (short, long) = ("a@b.in", "asha.narayanan.of.the.third.floor@example.com");
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let place = padded(Arc::clone(&folder), "\"user.contact\" = 64").await;
    place.provision("acme").await;

    assert_eq!(length_of(&place, short).await, 64 + 30);
    assert_eq!(length_of(&place, long).await, 64 + 30);
    assert_eq!(length_of(&place, "").await, 64 + 30);
    // What does not fit goes to the next multiple, and nowhere between.
    assert_eq!(length_of(&place, &"x".repeat(63)).await, 64 + 30);
    assert_eq!(length_of(&place, &"x".repeat(64)).await, 128 + 30);
    assert_eq!(length_of(&place, &"x".repeat(127)).await, 128 + 30);

    // Where the policy does not ask for it, or not for this category, the length shows.
    let plain = Place::<In>::in_folder(Arc::clone(&folder)).await;
    assert_ne!(length_of(&plain, short).await, length_of(&plain, long).await);
    let elsewhere = padded(folder, "\"user.demographic\" = 64\n\"user.contact.url\" = 64").await;
    assert_eq!(length_of(&elsewhere, short).await, short.len() + 30);
}

#[tokio::test]
async fn values_sealed_under_another_padding_stay_readable() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let policies = [
        "user = 16",
        "\"user.contact\" = 64",
        "\"user.contact.email\" = 1000",
    ];
    let mut places = vec![Place::<In>::in_folder(Arc::clone(&folder)).await];
    for padding in policies {
        places.push(padded(Arc::clone(&folder), padding).await);
    }
    places[0].provision("acme").await;
    let mut lengths = Vec::new();
    for (sealing, opening) in [(0, 3), (1, 0), (2, 1), (3, 2)] {
        let session = places[sealing].session(&["acme"]).await.unwrap();
        let residence = places[sealing].residence("acme", "s-7");
        let customer = Customer::seal(&session, &residence, 7).unwrap();
        lengths.push(customer.email.as_ciphertext().len());

        let session = places[opening].session(&["acme"]).await.unwrap();
        let grant = places[opening].grant(&customer).await;
        assert_eq!(text(customer.email(&session, &grant)).unwrap(), email_of(7));
    }
    assert_eq!(lengths, [13 + 30, 16 + 30, 64 + 30, 1000 + 30]);
}

#[tokio::test]
async fn padding_is_none_of_the_value_that_comes_back() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let place = padded(folder, "user = 8").await;
    place.provision("acme").await;
    let session = place.session(&["acme"]).await.unwrap();
    let residence = place.residence("acme", "s-7");
    for value in [
        "",
        "\0",
        "\0\0\0\0\0\0\0\0",
        "ends in zeros\0\0\0",
        "\u{80}",
        "12345678",
    ] {
        let customer = Customer::seal(&session, &residence, 7).unwrap();
        let email: Sealed<String> = session.reseal(&customer, EMAIL, value.to_owned()).unwrap();
        assert_eq!((email.as_ciphertext().len() - 30) % 8, 0);
        let customer = Customer { email, ..customer };
        let grant = place.grant(&customer).await;
        assert_eq!(text(customer.email(&session, &grant)).unwrap(), value);
    }
}
