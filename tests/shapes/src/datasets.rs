//! What is made from other models.

use rt::{Boundary, DataKey, Resident, Sealed, SubjectId, TenantId};

use crate::Person;

/// What a risk model scores with.
#[derive(Boundary)]
#[boundary(dataset = "risk_features", kind = features, derived_from(Person))]
pub struct RiskFeatures {
    /// Role.
    #[boundary(record_id)]
    pub id: i64,
    /// Role.
    #[boundary(tenant)]
    pub tenant: TenantId,
    /// Role.
    #[boundary(subject)]
    pub subject: SubjectId,
    /// Role.
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(from(Person::age), category = "user.demographic.age", residency = in_country, purpose(Billing))]
    age_band: Resident<u8>,
    #[boundary(from(Person::address, Person::phones))]
    #[boundary(category = "user.behavior", residency = in_country, purpose(Billing))]
    mobility: Sealed<i64>,
    // Of no field in particular, so of all of them, one of which is pinned.
    #[boundary(category = "user.behavior", residency = pinned(In), purpose(Billing))]
    fingerprint: Sealed<Vec<u8>>,
}

/// Figures about groups.
#[derive(Boundary)]
#[boundary(dataset = "city_totals", kind = aggregate, derived_from(crate::datasets::Visit))]
pub struct CityTotal {
    /// The city.
    #[boundary(record_id)]
    pub id: i64,
    /// Which left its region in cohorts only.
    #[boundary(from(crate::datasets::Visit::city), transform = cohort)]
    #[boundary(category = "user.contact.address.city", residency = global)]
    pub city: String,
    /// How many.
    #[boundary(category = "system.operations", residency = global, from(crate::datasets::Visit::city), transform = cohort)]
    pub visits: i64,
}

/// An event from which totals are made, itself made from a person's record.
#[derive(Boundary)]
#[boundary(event = "person.visited")]
pub struct Visit {
    /// Role.
    #[boundary(record_id)]
    pub id: i64,
    /// Role.
    #[boundary(tenant)]
    pub tenant: TenantId,
    /// Role.
    #[boundary(subject)]
    pub subject: SubjectId,
    /// Role.
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(category = "user.contact.address.city", residency = in_country, purpose(Billing), release(cohort))]
    city: Resident<String>,
    #[boundary(from(Person::age), category = "user.demographic.age", residency = in_country, purpose(Billing))]
    age: Resident<u8>,
}
