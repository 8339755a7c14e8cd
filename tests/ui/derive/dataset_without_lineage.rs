//! A dataset that does not say what it was made from.

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
#[boundary(dataset = "features", kind = features)]
pub struct Features {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(tenant)]
    pub tenant: TenantId,
    #[boundary(subject)]
    pub subject: SubjectId,
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(category = "user.behavior", residency = in_country, purpose(Billing))]
    score: Sealed<i64>,
}

fn main() {}
