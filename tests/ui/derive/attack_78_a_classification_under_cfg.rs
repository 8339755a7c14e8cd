//! Attack 78: a classification that a build flag takes away leaves a field without one.

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
    #[cfg_attr(any(), boundary(category = "user.name", residency = in_country, purpose(Billing)))]
    name: Sealed<String>,
    #[cfg_attr(any(), boundary(category = "user.contact.email", residency = in_country, purpose(Billing)))]
    pub email: String,
}

fn main() {}
