//! A role is played once, and takes no classification.

use boundary_runtime::{Boundary, DataKey, SubjectId, TenantId};

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
    #[boundary(subject)]
    pub payer: SubjectId,
    #[boundary(record_id, tenant)]
    pub both: i64,
    #[boundary(record_id, category = "system.operations", residency = global)]
    pub third: i64,
}

fn main() {}
