//! Attack 32: an in-country field without a wrapper, or public.

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
    #[boundary(category = "user.name", residency = in_country, purpose(Billing))]
    name: String,
    #[boundary(category = "user.contact.email", residency = in_country, purpose(Billing))]
    pub email: Sealed<String>,
    #[boundary(category = "user.contact.phone_number", residency = regional, purpose(Billing))]
    phone: Option<String>,
    #[boundary(category = "user.contact.fax_number", residency = pinned(In), purpose(Billing))]
    fax: Vec<u8>,
}

fn main() {}
