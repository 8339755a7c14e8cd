//! Value types whose encoding cannot be derived, or is missing.

use boundary_runtime::{Boundary, Column, DataKey, Plaintext, Sealed, SubjectId, TenantId};

boundary_runtime::policy!();

#[derive(Plaintext)]
pub struct Pair(String, String);

#[derive(Column)]
pub enum Shape {
    Circle(u32),
}

#[derive(Plaintext)]
#[plaintext(yaml)]
pub struct Note(String);

pub struct Bare(String);

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
    name: Sealed<Bare>,
    #[boundary(category = "system.operations", residency = global)]
    pub plan: Bare,
}

fn main() {}
