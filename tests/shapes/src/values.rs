//! Values: newtypes, enums, lists, nested structs, options, raw identifiers, fields under `cfg`.

use rt::{Boundary, Column, DataKey, Plaintext, Resident, Sealed, SubjectId, TenantId};
use serde::{Deserialize, Serialize};

/// A newtype, sealed as its text.
#[derive(Plaintext)]
pub struct CardNumber(pub String);

/// An enum, sealed or resident as the name of its variant.
#[derive(Plaintext, Column, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gender {
    /// `woman`
    Woman,
    /// `man`
    Man,
    /// `not_said`
    NotSaid,
}

/// A struct in a struct, sealed as JSON.
#[derive(Serialize, Deserialize, Plaintext)]
#[plaintext(json)]
pub struct Address {
    /// Street and number.
    pub street: String,
    /// Where on the map.
    pub place: Place,
}

/// A part of an address.
#[derive(Serialize, Deserialize, Plaintext)]
#[plaintext(json)]
pub struct Place {
    /// Degrees north, in millionths.
    pub latitude: i64,
    /// Degrees east, in millionths.
    pub longitude: i64,
}

impl Address {
    /// An address in Pune.
    #[must_use]
    pub fn example() -> Self {
        Self {
            street: "12 M.G. Road".to_owned(),
            place: Place {
                latitude: 18_516_726,
                longitude: 73_856_255,
            },
        }
    }
}

/// An enum that lies in a column of its own.
#[derive(Column, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// `basic`
    Basic,
    /// `pro_plus`
    ProPlus,
}

/// A person with a value of each shape.
#[derive(Boundary)]
#[boundary(table = "people", tenancy = tenant)]
pub struct Person {
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
    #[boundary(category = "user.financial", residency = in_country, purpose(Billing))]
    card: Sealed<CardNumber>,
    #[boundary(category = "user.demographic.gender", residency = in_country, purpose(Billing))]
    gender: Sealed<Gender>,
    #[boundary(category = "user.contact.address.street", residency = in_country, purpose(Billing))]
    address: Sealed<Address>,
    #[boundary(category = "user.contact.phone_number", residency = in_country, purpose(Billing))]
    phones: Sealed<Vec<String>>,
    #[boundary(category = "user.biometric", residency = pinned(In), purpose(Billing))]
    r#type: Option<Sealed<Vec<u8>>>,
    #[boundary(category = "user.demographic.age", residency = in_country, purpose(Billing))]
    age: Option<Resident<u8>>,
    /// Plain.
    #[boundary(category = "system.operations", residency = global)]
    pub tier: Tier,
    /// Never in a build.
    #[cfg(all(feature = "absent", not(feature = "absent")))]
    #[boundary(category = "user.name", residency = in_country, purpose(Billing))]
    absent: Sealed<String>,
    #[cfg(any(feature = "absent", not(feature = "absent")))]
    #[cfg_attr(any(feature = "absent", not(feature = "absent")), boundary(category = "user.name", residency = in_country, purpose(Billing)))]
    present: Sealed<String>,
}
