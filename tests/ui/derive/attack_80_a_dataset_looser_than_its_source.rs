//! Attack 80: what was made from a value, in more places, for more purposes, less closed, or from a field that is not there.

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
    #[boundary(from(Person::name), category = "user.name", residency = regional, purpose(Billing))]
    copied: Sealed<String>,
    #[boundary(from(Person::age), category = "user.demographic.age", residency = in_country, purpose(Analytics))]
    unpinned: Resident<u8>,
    #[boundary(from(Person::name), category = "user.name", residency = in_country, purpose(Billing, Marketing))]
    reused: Sealed<String>,
    #[boundary(from(Person::name), category = "user.name", residency = in_country, purpose(Billing))]
    opened: Resident<String>,
    #[boundary(from(Person::nickname), category = "user.name", residency = in_country, purpose(Billing))]
    misspelt: Sealed<String>,
}

fn main() {}
