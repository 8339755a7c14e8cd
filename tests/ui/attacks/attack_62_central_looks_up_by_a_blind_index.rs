//! A look-up tells who has a value, so it is for the sessions that may read it.

use boundary_runtime::{BlindIndex, Boundary, Central, DataKey, Sealed, Session, SubjectId, TenantId};

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
    #[boundary(category = "user.contact.email", residency = in_country, purpose(Billing))]
    email: Sealed<String>,
    #[boundary(index_of = email, cardinality = 1_000_000, normalise(exact))]
    email_index: BlindIndex,
}

fn found(session: &Session<Central, policy::purpose::Billing>, tenant: &TenantId) {
    let _ = Person::find_email(session, tenant, "asha@example.com".to_owned());
}

fn main() {}
