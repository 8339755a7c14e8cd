//! Customers.

use boundary_runtime::{Boundary, DataKey, Resident, Sealed, SubjectId, TenantId};

use crate::Plan;

/// A customer of a merchant.
#[derive(Boundary)]
#[boundary(table = "customers", tenancy = tenant)]
pub struct Customer {
    /// Number of the customer.
    #[boundary(record_id)]
    pub id: i64,
    /// The merchant.
    #[boundary(tenant)]
    pub tenant: TenantId,
    /// The person.
    #[boundary(subject)]
    pub subject: SubjectId,
    /// The record's data key.
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(category = "user.name", residency = in_country, purpose(Billing, Support))]
    name: Sealed<String>,
    #[boundary(category = "user.contact.email", residency = in_country, purpose(Billing, Support, Marketing))]
    email: Sealed<String>,
    #[boundary(category = "user.contact.phone_number", residency = in_country, purpose(Support))]
    phone: Option<Sealed<String>>,
    #[boundary(
        category = "user.government_id.national_identification_number",
        residency = in_country,
        purpose(Billing)
    )]
    national_id: Sealed<String>,
    #[boundary(
        category = "user.contact.address.city",
        residency = in_country,
        purpose(Analytics, Support),
        release(cohort)
    )]
    city: Resident<String>,
    #[boundary(
        category = "user.demographic.age",
        residency = in_country,
        purpose(Analytics),
        release(deidentify = bucket(10))
    )]
    age: Resident<u8>,
    /// The plan that the customer is on.
    #[boundary(category = "system.operations", residency = global)]
    pub plan: Plan,
}
