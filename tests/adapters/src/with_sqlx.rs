//! A model of sqlx: `FromRow` beside the derive.

use boundary_runtime::{Boundary, DataKey, Sealed, SubjectId, TenantId};
use sqlx::SqlitePool;

/// A customer.
#[derive(sqlx::FromRow, Boundary)]
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
    phone: Option<Sealed<String>>,
    /// Plain.
    #[boundary(category = "system.operations", residency = global)]
    pub plan: String,
}

impl Customer {
    /// Writes the row. The sealed fields are private, so statements that bind them stand beside the model.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert(&self, pool: &SqlitePool) -> sqlx::Result<()> {
        sqlx::query(
            "INSERT INTO customers (id, tenant, subject, data_key, email, phone, plan) VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(self.id)
        .bind(&self.tenant)
        .bind(&self.subject)
        .bind(&self.data_key)
        .bind(&self.email)
        .bind(&self.phone)
        .bind(&self.plan)
        .execute(pool)
        .await
        .map(|_| ())
    }
}
