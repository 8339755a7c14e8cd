//! A model with blind indexes: of a required text, of an optional one, and of a number in a newtype.

use rt::{BlindIndex, Boundary, DataKey, Plaintext, Sealed, SubjectId, TenantId};

/// The number on a loyalty card, looked up as it is.
#[derive(Plaintext)]
pub struct CardId(pub u64);

/// Somebody who is looked up by e-mail, by phone or by the number of a card.
#[derive(Boundary)]
#[boundary(table = "contacts", tenancy = tenant)]
pub struct Contact {
    /// Role.
    #[boundary(record_id)]
    pub id: i64,
    /// Role.
    #[boundary(tenant)]
    pub tenant: TenantId,
    /// Role.
    #[boundary(subject)]
    pub subject: SubjectId,
    /// Role.
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(category = "user.contact.email", residency = in_country, purpose(Billing, Support))]
    email: Sealed<String>,
    #[boundary(index_of = email, cardinality = 65_536, normalise(trim, lowercase))]
    email_index: BlindIndex,
    #[boundary(category = "user.contact.phone_number", residency = in_country, purpose(Billing))]
    phone: Option<Sealed<String>>,
    #[boundary(index_of = phone, cardinality = 1_000_000, normalise(digits), column = "phone_found_by")]
    phone_index: Option<BlindIndex>,
    #[boundary(category = "user.unique_id", residency = pinned(In), purpose(Billing))]
    card: Sealed<CardId>,
    #[boundary(index_of = card, cardinality = 1_000_000, normalise(exact))]
    card_index: BlindIndex,
}

impl Contact {
    /// The bytes of the index of the e-mail address, as a store of one's own keeps them.
    pub fn email_index(&self) -> &[u8] {
        self.email_index.as_bytes()
    }

    /// The bytes of the index of the phone number.
    pub fn phone_index(&self) -> Option<&[u8]> {
        self.phone_index.as_ref().map(BlindIndex::as_bytes)
    }
}
