//! A table that calls its content transformed: what a table holds is what it was given.

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
#[boundary(table = "cities", tenancy = global)]
pub struct City {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(from(Person::city), transform = cohort, category = "user.contact.address.city", residency = global)]
    pub name: String,
}

fn main() {}
