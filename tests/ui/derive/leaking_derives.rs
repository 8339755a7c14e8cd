//! Derives that would print, copy, compare or serialize a record with closed fields.

use boundary_runtime::{Boundary, DataKey, Resident, Sealed, SubjectId, TenantId};

boundary_runtime::policy!();

#[derive(Debug, Boundary)]
#[boundary(table = "people", tenancy = tenant)]
pub struct Printed {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(tenant)]
    pub tenant: TenantId,
    #[boundary(subject)]
    pub subject: SubjectId,
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(category = "user.name", residency = in_country, purpose(Billing))]
    name: Sealed<String>,
}

#[derive(serde::Serialize, Boundary)]
#[boundary(table = "people", tenancy = tenant)]
pub struct Serialized {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(tenant)]
    #[serde(skip)]
    pub tenant: TenantId,
    #[boundary(subject)]
    #[serde(skip)]
    pub subject: SubjectId,
    #[boundary(data_key)]
    #[serde(skip)]
    pub data_key: DataKey,
    #[boundary(category = "user.contact.address.city", residency = in_country, purpose(Billing))]
    city: Resident<String>,
}

#[derive(Clone, PartialEq, Boundary)]
#[boundary(table = "people", tenancy = tenant)]
pub struct Copied {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(tenant)]
    pub tenant: TenantId,
    #[boundary(subject)]
    pub subject: SubjectId,
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(category = "user.contact.address.city", residency = in_country, purpose(Billing))]
    city: Resident<String>,
}

fn main() {}
