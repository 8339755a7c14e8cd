//! Every kind of derived dataset, and an event made from a table.

#![deny(warnings)]

use boundary_runtime::{Boundary, DataKey, Resident, Sealed, SubjectId, TenantId};

boundary_runtime::policy!();

#[derive(Boundary)]
#[boundary(table = "people", tenancy = tenant)]
/// A person.
pub struct Person {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(tenant)]
    pub tenant: TenantId,
    #[boundary(subject)]
    pub subject: SubjectId,
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(category = "user.name", residency = in_country, purpose(Billing))]
    name: Sealed<String>,
    #[boundary(category = "user.contact.address.city", residency = in_country, purpose(Analytics), release(cohort))]
    city: Resident<String>,
    #[boundary(category = "user.demographic.age", residency = pinned(In), purpose(Analytics))]
    #[boundary(release(deidentify = bucket(10)))]
    age: Resident<u8>,
}

#[derive(Boundary)]
#[boundary(dataset = "features", kind = features, derived_from(Person))]
pub struct Features {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(tenant)]
    pub tenant: TenantId,
    #[boundary(subject)]
    pub subject: SubjectId,
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(from(Person::name), category = "user.name", residency = in_country, purpose(Billing))]
    name: Sealed<String>,
}

#[derive(Boundary)]
#[boundary(dataset = "index", kind = index, derived_from(Person))]
pub struct Index {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(tenant)]
    pub tenant: TenantId,
    #[boundary(subject)]
    pub subject: SubjectId,
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(from(Person::name), category = "user.name", residency = in_country, purpose(Billing))]
    name: Sealed<String>,
}

#[derive(Boundary)]
#[boundary(dataset = "embedding", kind = embedding, derived_from(Person))]
pub struct Embedding {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(tenant)]
    pub tenant: TenantId,
    #[boundary(subject)]
    pub subject: SubjectId,
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(from(Person::name), category = "user.name", residency = in_country, purpose(Billing))]
    name: Sealed<String>,
}

#[derive(Boundary)]
#[boundary(dataset = "log", kind = log, derived_from(Person))]
pub struct Log {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(tenant)]
    pub tenant: TenantId,
    #[boundary(subject)]
    pub subject: SubjectId,
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(from(Person::name), category = "user.name", residency = in_country, purpose(Billing))]
    name: Sealed<String>,
}

/// Figures about cities, made from an event which was made from a table.
#[derive(Boundary)]
#[boundary(dataset = "cities", kind = aggregate, derived_from(Moved))]
pub struct Cities {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(from(Moved::city), transform = cohort, category = "user.contact.address.city", residency = global)]
    pub city: String,
}

#[derive(Boundary)]
#[boundary(event = "person.moved")]
pub struct Moved {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(tenant)]
    pub tenant: TenantId,
    #[boundary(subject)]
    pub subject: SubjectId,
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(from(Person::city), category = "user.contact.address.city", residency = pinned(In))]
    #[boundary(purpose(Analytics), release(cohort))]
    city: Resident<String>,
}

fn main() {
    assert_eq!(Cities::DECLARATION.fields[1].from[0].declaration.fields[4].from[0].declaration.name, "people");
}
