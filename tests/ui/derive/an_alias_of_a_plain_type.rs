//! What the derive cannot see, the compiler does: an alias of a type that holds its value in the clear.

use boundary_runtime::{Boundary, DataKey, SubjectId, TenantId};

boundary_runtime::policy!();

type Email = String;

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
    #[boundary(category = "user.contact.email", residency = in_country, purpose(Billing))]
    email: Email,
}

fn main() {}
