//! Attack 83: code for a region that is known at run time only asks for a field that is pinned to one.

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

fn wherever<R: policy::region::Declared>(
    person: &Person,
    session: &Session<InCountry<R>, policy::purpose::Billing>,
    grant: &Grant<policy::purpose::Billing>,
) {
    let _ = person.aadhaar(session, grant);
}

fn main() {}
