//! Enums, tuples and generics are no tables.

use boundary_runtime::{Boundary, DataKey, Sealed, SubjectId, TenantId};

boundary_runtime::policy!();

#[derive(Boundary)]
#[boundary(table = "people", tenancy = tenant)]
pub enum Kind {
    One,
}

#[derive(Boundary)]
#[boundary(table = "people", tenancy = tenant)]
pub struct Pair(Sealed<String>, Sealed<String>);

#[derive(Boundary)]
#[boundary(table = "people", tenancy = tenant)]
pub struct Generic<T> {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(tenant)]
    pub tenant: TenantId,
    #[boundary(subject)]
    pub subject: SubjectId,
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(category = "user.name", residency = in_country, purpose(Billing))]
    name: Sealed<T>,
}

fn main() {}
