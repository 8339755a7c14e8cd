//! Payments.

use boundary_runtime::{Boundary, DataKey, Resident, Sealed, SubjectId, TenantId};

use crate::PaymentStatus;

/// One payment of a customer.
#[derive(Boundary)]
#[boundary(table = "payments", tenancy = tenant)]
pub struct Payment {
    /// Number of the payment.
    #[boundary(record_id)]
    pub id: i64,
    /// The merchant.
    #[boundary(tenant)]
    pub tenant: TenantId,
    /// The person who paid.
    #[boundary(subject)]
    pub subject: SubjectId,
    /// The record's data key.
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(category = "user.financial.credit_card", residency = in_country, purpose(Billing))]
    card_number: Sealed<String>,
    #[boundary(
        category = "user.financial.amount",
        residency = in_country,
        purpose(Analytics, Billing),
        release(cohort)
    )]
    amount: Resident<i64>,
    #[boundary(
        category = "user.contact.address.city",
        residency = in_country,
        purpose(Analytics),
        release(cohort)
    )]
    city: Resident<String>,
    /// How far the payment is.
    #[boundary(category = "system.operations", residency = global)]
    pub status: PaymentStatus,
}
