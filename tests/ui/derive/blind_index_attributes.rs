//! What is said of a blind index, and of which fields there is one.

use boundary_runtime::{BlindIndex, Boundary, DataKey, Resident, Sealed, SubjectId, TenantId};

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
    #[boundary(index_of = email, normalise(lowercase))]
    without_cardinality: BlindIndex,
    #[boundary(index_of = email, cardinality = 1_000_000)]
    without_normalisation: BlindIndex,
    #[boundary(index_of = email, cardinality = 1_000_000, normalise(trim, exact))]
    exact_and_more: BlindIndex,
    #[boundary(index_of = email, cardinality = 1_000_000, normalise(trim, lowercase))]
    pub first: BlindIndex,
    #[boundary(index_of = email, cardinality = 1_000_000, normalise(exact))]
    second: BlindIndex,
    #[boundary(index_of = nothing, cardinality = 1_000_000, normalise(exact))]
    of_nothing: BlindIndex,
    #[boundary(index_of = id, cardinality = 1_000_000, normalise(exact))]
    of_a_role: BlindIndex,
    #[boundary(category = "user.contact.url", residency = in_country, purpose(Billing))]
    url: Resident<String>,
    #[boundary(index_of = url, cardinality = 1_000_000, normalise(exact))]
    of_a_resident: BlindIndex,
    #[boundary(category = "system.operations", residency = global)]
    pub plan: String,
    #[boundary(index_of = plan, cardinality = 1_000_000, normalise(exact))]
    of_a_global: BlindIndex,
    #[boundary(category = "user.contact.phone_number", residency = in_country, purpose(Billing))]
    phone: Option<Sealed<String>>,
    #[boundary(index_of = phone, cardinality = 1_000_000, normalise(digits))]
    #[boundary(category = "user.contact.phone_number", residency = in_country, purpose(Billing))]
    classified_again: BlindIndex,
    #[boundary(category = "user.device.device_id", residency = in_country, purpose(Billing), cardinality = 5)]
    device: Sealed<String>,
}

fn main() {}
