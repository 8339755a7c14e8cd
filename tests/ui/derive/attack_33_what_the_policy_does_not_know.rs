//! Attack 33: no classification; a category, region or purpose that the policy does not know; a purpose twice.

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
    name: Sealed<String>,
    #[boundary(category = "user.contact.emial", residency = in_country, purpose(Billing))]
    email: Sealed<String>,
    #[boundary(category = "user.contact.phone_number", residency = pinned(Us), purpose(Billing))]
    phone: Sealed<String>,
    #[boundary(category = "user.contact.url", residency = in_country, purpose(Billing, Profiling))]
    url: Sealed<String>,
    #[boundary(category = "user.contact.organization", residency = in_country, purpose(Billing, Billing))]
    organization: Sealed<String>,
}

fn main() {}
