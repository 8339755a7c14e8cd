//! Attack 36: what is replicated everywhere says nothing about a person.

use boundary_runtime::{Boundary, Sealed};

boundary_runtime::policy!();

#[derive(Boundary)]
#[boundary(table = "directory", tenancy = global)]
pub struct Entry {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(category = "user.name", residency = global)]
    pub name: String,
    #[boundary(category = "user.contact.email", residency = in_country, purpose(Billing))]
    email: Sealed<String>,
}

fn main() {}
