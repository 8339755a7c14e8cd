//! A struct that does not say what it is, and a table that does not say whose rows it holds.

use boundary_runtime::{Boundary, DataKey, SubjectId, TenantId};

boundary_runtime::policy!();

#[derive(Boundary)]

pub struct Nothing {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(tenant)]
    pub tenant: TenantId,
    #[boundary(subject)]
    pub subject: SubjectId,
    #[boundary(data_key)]
    pub data_key: DataKey,
}

mod second {
    use super::*;

#[derive(Boundary)]
#[boundary(table = "people")]
pub struct Undecided {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(tenant)]
    pub tenant: TenantId,
    #[boundary(subject)]
    pub subject: SubjectId,
    #[boundary(data_key)]
    pub data_key: DataKey,
}
}

mod third {
    use super::*;

#[derive(Boundary)]
#[boundary(table = "people", event = "person", tenancy = tenant)]
pub struct Both {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(tenant)]
    pub tenant: TenantId,
    #[boundary(subject)]
    pub subject: SubjectId,
    #[boundary(data_key)]
    pub data_key: DataKey,
}
}

mod fourth {
    use super::*;

#[derive(Boundary)]
#[boundary(event = "person", tenancy = global)]
pub struct GlobalEvent {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(tenant)]
    pub tenant: TenantId,
    #[boundary(subject)]
    pub subject: SubjectId,
    #[boundary(data_key)]
    pub data_key: DataKey,
}
}

fn main() {}
