//! What a model with parameters cannot say: its declaration is one for all its instances.

use boundary_runtime::{Boundary, DataKey, Plaintext, Resident, Sealed, SubjectId, TenantId};

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

pub type Closed<T> = Sealed<T>;

#[derive(Boundary)]
#[boundary(table = "profiles", tenancy = tenant)]
pub struct Profile<T: Plaintext> {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(tenant)]
    pub tenant: TenantId,
    #[boundary(subject)]
    pub subject: SubjectId,
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(category = "user.content", residency = in_country, purpose(Billing))]
    aliased: Closed<T>,
    #[boundary(category = "user.contact.address.city", residency = in_country, purpose(Billing), release(cohort))]
    released: Resident<String>,
    #[boundary(from(Person::name), category = "user.name", residency = in_country, purpose(Billing))]
    made: Sealed<String>,
}

fn main() {}
