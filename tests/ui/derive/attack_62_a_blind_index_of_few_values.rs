//! A blind index of values that can be listed is read by their frequencies; so is one of a special category.

use boundary_runtime::{BlindIndex, Boundary, DataKey, Sealed, SubjectId, TenantId};

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
    #[boundary(category = "user.demographic.gender", residency = in_country, purpose(Billing))]
    gender: Sealed<String>,
    #[boundary(index_of = gender, cardinality = 1_000_000, normalise(exact))]
    gender_index: BlindIndex,
    #[boundary(category = "user.contact.address.country", residency = in_country, purpose(Billing))]
    country: Sealed<String>,
    #[boundary(index_of = country, cardinality = 1_000_000, normalise(exact))]
    country_index: BlindIndex,
    #[boundary(category = "user.demographic.religious_belief", residency = in_country, purpose(Billing))]
    belief: Sealed<String>,
    #[boundary(index_of = belief, cardinality = 1_000_000, normalise(exact))]
    belief_index: BlindIndex,
    #[boundary(category = "user.biometric.fingerprint", residency = in_country, purpose(Billing))]
    fingerprint: Sealed<String>,
    #[boundary(index_of = fingerprint, cardinality = 1_000_000, normalise(exact))]
    fingerprint_index: BlindIndex,
    #[boundary(category = "user.name.first", residency = in_country, purpose(Billing))]
    first_name: Sealed<String>,
    #[boundary(index_of = first_name, cardinality = 1_000_000, normalise(exact))]
    first_name_index: BlindIndex,
    #[boundary(category = "user.contact.email", residency = in_country, purpose(Billing))]
    email: Sealed<String>,
    #[boundary(index_of = email, cardinality = 200, normalise(lowercase))]
    email_index: BlindIndex,
}

fn main() {}
