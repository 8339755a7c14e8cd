//! A model of diesel: `Queryable`, `Selectable` and `Insertable` beside the derive.

use boundary_runtime::adapters::diesel::Ciphertext;
use boundary_runtime::{Boundary, DataKey, Sealed, SubjectId, TenantId};
use diesel::prelude::*;

diesel::table! {
    /// The table as `diesel print-schema` writes it.
    customers (id) {
        /// Number.
        id -> BigInt,
        /// Merchant.
        tenant -> Text,
        /// Person.
        subject -> Text,
        /// Wrapped key.
        data_key -> Binary,
        /// Ciphertext.
        email -> Binary,
        /// Ciphertext.
        phone -> Nullable<Binary>,
        /// Plain.
        plan -> Text,
    }
}

/// A customer.
#[derive(Queryable, Selectable, Insertable, Boundary)]
#[diesel(table_name = customers)]
#[boundary(table = "customers", tenancy = tenant)]
pub struct Customer {
    /// Number.
    #[boundary(record_id)]
    pub id: i64,
    /// Merchant.
    #[boundary(tenant)]
    pub tenant: TenantId,
    /// Person.
    #[boundary(subject)]
    pub subject: SubjectId,
    /// Wrapped key, in a column of the row.
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(category = "user.contact.email", residency = in_country, purpose(Billing))]
    email: Sealed<String>,
    #[boundary(category = "user.contact.phone_number", residency = in_country, purpose(Billing))]
    #[diesel(serialize_as = Ciphertext)]
    phone: Option<Sealed<String>>,
    /// Plain.
    #[boundary(category = "system.operations", residency = global)]
    pub plan: String,
}
