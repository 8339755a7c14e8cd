//! The bytes of a data key, as a store would give them altered.

use boundary_runtime::DataKey;

use crate::support::*;

#[tokio::test]
async fn attack_41_a_record_whose_data_key_has_any_bit_flipped_or_is_cut_does_not_open() {
    let place = Place::<In>::new().await;
    for tenant in ["acme", "acmd"] {
        place.provision(tenant).await;
    }
    // A tenant that a flipped bit would name is in the session too, so that it is not the session that refuses.
    let session = place.session(&["acme", "acmd"]).await.unwrap();
    let customer = Customer::seal(&session, &place.residence("acme", "s-7"), 7).unwrap();
    let grant = place.grant(&customer).await;
    let opens = |bytes: &[u8]| {
        let Ok(data_key) = DataKey::from_bytes(bytes) else {
            return false;
        };
        let altered = Customer {
            data_key,
            ..customer.copy()
        };
        altered.email(&session, &grant).is_ok()
    };
    let whole = customer.data_key.as_bytes();
    assert!(opens(whole));
    for length in 0..whole.len() {
        assert!(!opens(&whole[..length]), "cut at {length}");
    }
    let mut altered = whole.to_vec();
    for position in 0..whole.len() {
        for bit in 0..8 {
            altered[position] ^= 1 << bit;
            assert!(!opens(&altered), "bit {bit} of byte {position}");
            altered[position] ^= 1 << bit;
        }
    }
    assert!(opens(&altered));
}
