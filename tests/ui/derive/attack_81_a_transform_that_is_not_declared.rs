//! Attack 81: a looser copy that calls itself transformed.

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
    #[boundary(from(Person::name), transform = cohort, category = "user.name", residency = global)]
    pub name: String,
    #[boundary(from(Person::age), transform = bucket(5), category = "user.demographic.age", residency = global)]
    pub age: String,
}

fn main() {}
