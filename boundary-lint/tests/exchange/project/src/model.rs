//! The models of this project.

use boundary_runtime::{Boundary, Resident, Sealed};

#[derive(Boundary)]
#[boundary(table = "customers", tenancy = tenant)]
pub struct Customer {
    #[boundary(record_id)]
    pub id: u64,
    #[boundary(tenant)]
    pub tenant: u64,
    #[boundary(subject)]
    pub subject: u64,
    #[boundary(data_key)]
    data_key: DataKey,
    #[boundary(category = "user.contact.email", residency = in_country, purpose(Billing, Newsletter))]
    email: Sealed<String>,
    #[boundary(category = "user.government_id.aadhaar", residency = pinned(In), purpose(CardFraud))]
    aadhaar: Sealed<Option<String>>,
    #[boundary(category = "user.demographic.age", residency = in_country, purpose(Billing), release(cohort))]
    age: Resident<u8>,
    #[boundary(category = "system.operations", residency = global)]
    on: String,
    #[boundary(category = "user.name", residency = pinned(EuWest), purpose(Billing), column = "it's \"odd\"; --")]
    odd: Resident<String>,
}

#[derive(Boundary)]
#[boundary(table = "shop.plans", tenancy = global)]
pub struct Plan {
    #[boundary(record_id)]
    pub id: u64,
    #[boundary(category = "system.operations", residency = global)]
    pub name: String,
}

/// An event that a dataset is made from.
#[derive(Boundary)]
#[boundary(event = "customer.visited")]
pub struct Visit {
    #[boundary(subject)]
    pub subject: u64,
    #[boundary(category = "user.contact.address.city", residency = in_country, purpose(Billing), release(cohort))]
    city: Resident<String>,
}

#[derive(Boundary)]
#[boundary(dataset = "risk_features", kind = features, derived_from(Customer, Visit))]
pub struct RiskFeatures {
    #[boundary(record_id)]
    pub id: u64,
    #[boundary(from(Customer::age), category = "user.demographic.age", residency = in_country, purpose(Billing))]
    age_band: Resident<u8>,
    #[boundary(from(crate::Customer::email, Visit::city))]
    #[boundary(category = "user.behavior", residency = in_country, purpose(Billing))]
    mobility: Sealed<i64>,
    #[boundary(category = "user.behavior", residency = pinned(In), purpose(Billing))]
    fingerprint: Sealed<Vec<u8>>,
}

#[derive(Boundary)]
#[boundary(dataset = "marts.city_totals", kind = aggregate, derived_from(Visit))]
pub struct CityTotal {
    #[boundary(record_id)]
    pub id: u64,
    #[boundary(from(Visit::city), transform = cohort)]
    #[boundary(category = "user.contact.address.city", residency = global)]
    pub city: String,
}
