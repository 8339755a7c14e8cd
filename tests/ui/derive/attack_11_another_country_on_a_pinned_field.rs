//! Attack 11: a session of one country on a field that is pinned to another.

use boundary_runtime::{Boundary, DataKey, Grant, InCountry, Sealed, Session, SubjectId, TenantId};

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
    #[boundary(category = "user.government_id", residency = pinned(In), purpose(Billing))]
    aadhaar: Sealed<String>,
}

fn attack(
    person: &Person,
    session: &Session<InCountry<policy::region::Eu>, policy::purpose::Billing>,
    grant: &Grant<policy::purpose::Billing>,
) {
    let _ = person.aadhaar(session, grant);
}

fn main() {}
