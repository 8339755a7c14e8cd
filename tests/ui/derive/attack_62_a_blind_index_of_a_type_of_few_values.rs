//! Whatever a category says: a type whose values can be listed takes no blind index.

use boundary_runtime::{BlindIndex, Boundary, DataKey, Plaintext, Sealed, SubjectId, TenantId};

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
    #[boundary(category = "user.unique_id", residency = in_country, purpose(Billing))]
    flag: Sealed<bool>,
    #[boundary(index_of = flag, cardinality = 1_000_000, normalise(exact))]
    flag_index: BlindIndex,
    #[boundary(category = "user.contact.phone_number", residency = in_country, purpose(Billing))]
    phone: Sealed<Kind>,
    #[boundary(index_of = phone, cardinality = 1_000_000, normalise(exact))]
    phone_index: BlindIndex,
    #[boundary(category = "user.device.device_id", residency = in_country, purpose(Billing))]
    device: Sealed<u64>,
    #[boundary(index_of = device, cardinality = 1_000_000, normalise(digits))]
    device_index: BlindIndex,
}

#[derive(Plaintext)]
pub enum Kind {
    Mobile,
    Fixed,
}

fn main() {}
