//! High-sensitivity values are ciphertext even in their own region.

use boundary_runtime::{Boundary, DataKey, Resident, SubjectId, TenantId};

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
    #[boundary(category = "user.financial.credit_card", residency = in_country, purpose(Billing))]
    card: Resident<String>,
}

fn main() {}
