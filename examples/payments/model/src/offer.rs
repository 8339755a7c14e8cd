//! Marketing events.

use boundary_runtime::{Boundary, DataKey, Sealed, SubjectId, TenantId};

/// An offer was selected for a customer and is to be sent.
#[derive(Boundary)]
#[boundary(event = "customer.offer_selected")]
pub struct OfferSelected {
    /// Key of the event.
    #[boundary(record_id)]
    pub id: String,
    /// The merchant.
    #[boundary(tenant)]
    pub tenant: TenantId,
    /// The person.
    #[boundary(subject)]
    pub subject: SubjectId,
    /// The event's data key.
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(category = "user.contact.email", residency = in_country, purpose(Marketing))]
    email: Sealed<String>,
    /// What is offered.
    #[boundary(category = "system.operations", residency = global)]
    pub offer: String,
}
