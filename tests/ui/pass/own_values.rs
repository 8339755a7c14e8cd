//! Value types of one's own, in edition 2024: newtypes, enums, what serde can read and write.

#![deny(warnings)]

use boundary_runtime::{Boundary, Column, DataKey, Plaintext, Resident, Sealed, SubjectId, TenantId};

boundary_runtime::policy!();

#[derive(Plaintext, Column)]
struct City(String);

#[derive(Plaintext, Column)]
enum Gender {
    #[allow(dead_code)]
    Woman,
    #[allow(dead_code)]
    NotSaid,
}

#[derive(serde::Serialize, serde::Deserialize, Plaintext)]
#[plaintext(json)]
struct Address {
    street: String,
    floor: Option<u8>,
}

/// A person.
#[derive(Boundary)]
#[boundary(table = "people", tenancy = tenant)]
struct Person {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(tenant)]
    pub tenant: TenantId,
    #[boundary(subject)]
    pub subject: SubjectId,
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(category = "user.contact.address.street", residency = in_country, purpose(Billing))]
    address: Sealed<Address>,
    #[boundary(category = "user.contact.address.city", residency = in_country, purpose(Billing))]
    city: Option<Resident<City>>,
    #[boundary(category = "user.demographic.gender", residency = in_country, purpose(Billing))]
    gender: Sealed<Gender>,
    #[boundary(category = "user.contact.phone_number", residency = in_country, purpose(Billing))]
    phones: Sealed<Vec<String>>,
}

fn main() {
    assert_eq!(Person::DECLARATION.fields.len(), 8);
}
