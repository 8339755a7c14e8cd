//! Words that no blind index knows.

use boundary_runtime::{BlindIndex, Boundary, DataKey, Sealed, SubjectId, TenantId};

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
    #[boundary(category = "user.contact.email", residency = in_country, purpose(Billing))]
    email: Sealed<String>,
    #[boundary(index_of = email, cardinality = 1_000_000, normalise(upper))]
    email_index: BlindIndex,
}

fn main() {}
