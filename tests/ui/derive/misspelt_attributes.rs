//! Attributes that do not exist, and values of the wrong form.

use boundary_runtime::{Boundary, DataKey, Sealed, SubjectId, TenantId};

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
    #[boundary(categroy = "user.name", residency = in_country, purpose(Billing))]
    name: Sealed<String>,
    #[boundary(category = "user.contact.email", residency = incountry, purpose(Billing))]
    email: Sealed<String>,
    #[boundary(category = "user.demographic.age", residency = in_country, purpose(Analytics), release(deidentify = bucket(1)))]
    age: Sealed<u8>,
}

fn main() {}
