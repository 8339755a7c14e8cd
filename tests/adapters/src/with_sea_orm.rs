//! A model of sea-orm. Its entities must be `Clone` and `Debug`, which no wrapper is, so the entity holds ciphertext as bytes, and
//! the declared model is made of it and turned into it in this module.

use boundary_runtime::{Boundary, DataKey, DecodeError, Sealed, SubjectId, TenantId};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue, IntoActiveModel};

/// The row, as sea-orm has it: nothing in it is plaintext of a regulated field.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "customers")]
pub struct Model {
    /// Number.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// Merchant.
    pub tenant: String,
    /// Person.
    pub subject: String,
    /// Wrapped key.
    pub data_key: Vec<u8>,
    /// Ciphertext.
    pub email: Vec<u8>,
    /// Ciphertext.
    pub phone: Option<Vec<u8>>,
    /// Plain.
    pub plan: String,
}

/// It has none.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A customer.
#[derive(Boundary)]
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

impl TryFrom<Model> for Customer {
    type Error = DecodeError;

    fn try_from(row: Model) -> Result<Self, DecodeError> {
        Ok(Self {
            id: row.id,
            tenant: row.tenant.into(),
            subject: row.subject.into(),
            data_key: DataKey::from_bytes(&row.data_key)?,
            email: Sealed::from_ciphertext(&row.email),
            phone: row.phone.as_deref().map(Sealed::from_ciphertext),
            plan: row.plan,
        })
    }
}

impl IntoActiveModel<ActiveModel> for &Customer {
    fn into_active_model(self) -> ActiveModel {
        ActiveModel {
            id: ActiveValue::Set(self.id),
            tenant: ActiveValue::Set(self.tenant.as_str().to_owned()),
            subject: ActiveValue::Set(self.subject.as_str().to_owned()),
            data_key: ActiveValue::Set(self.data_key.as_bytes().to_vec()),
            email: ActiveValue::Set(self.email.as_ciphertext().to_vec()),
            phone: ActiveValue::Set(self.phone.as_ref().map(|sealed| sealed.as_ciphertext().to_vec())),
            plan: ActiveValue::Set(self.plan.clone()),
        }
    }
}
