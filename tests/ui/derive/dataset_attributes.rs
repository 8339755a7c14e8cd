//! What a dataset says of itself.

use boundary_runtime::{Boundary, DataKey, Resident, Sealed, SubjectId, TenantId};

boundary_runtime::policy!();

#[derive(Boundary)]
#[boundary(table = "people", tenancy = tenant)]
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
#[boundary(dataset = "unkind", derived_from(Person))]
pub struct Unkind {
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
#[boundary(dataset = "odd", kind = summary, tenancy = tenant, derived_from(Person))]
pub struct Odd {
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
#[boundary(table = "stored", tenancy = tenant, kind = log, derived_from(Person))]
pub struct Stored {
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
}

#[derive(Boundary)]
#[boundary(dataset = "untold", kind = aggregate, derived_from(Person))]
pub struct Untold {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(transform = cohort, category = "user.demographic.age", residency = global)]
    pub of_nothing: String,
}

#[derive(Boundary)]
#[boundary(dataset = "totals", kind = aggregate, derived_from(Person))]
pub struct Totals {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(from(Person::name), category = "user.name", residency = in_country, purpose(Billing))]
    name: Sealed<String>,
}

fn main() {}
