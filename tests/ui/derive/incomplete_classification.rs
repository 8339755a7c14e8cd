//! Each of the three questions has to be answered.

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
    #[boundary(residency = in_country, purpose(Billing))]
    name: Sealed<String>,
    #[boundary(category = "user.contact.email", purpose(Billing))]
    email: Sealed<String>,
    #[boundary(category = "user.contact.phone_number", residency = in_country)]
    phone: Sealed<String>,
}

fn main() {}
