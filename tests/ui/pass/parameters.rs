//! Models with type parameters, constants and lifetimes, in edition 2024.

#![deny(warnings)]

use std::borrow::Cow;
use std::marker::PhantomData;

use boundary_runtime::{Boundary, Column, DataKey, Plaintext, Resident, Sealed, SubjectId, TenantId};

boundary_runtime::policy!();

/// A profile.
#[derive(Boundary)]
#[boundary(table = "profiles", tenancy = tenant)]
pub struct Profile<'a, T, C: Column, K = (), const N: usize = 4>
where
    T: Plaintext,
{
    /// Role.
    #[boundary(record_id)]
    pub id: Cow<'a, str>,
    /// Role.
    #[boundary(tenant)]
    pub tenant: TenantId,
    /// Role.
    #[boundary(subject)]
    pub subject: SubjectId,
    /// Role.
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(category = "user.content", residency = in_country, purpose(Billing))]
    value: Sealed<T>,
    #[boundary(category = "user.behavior", residency = in_country, purpose(Billing))]
    fixed: Option<Resident<u8>>,
    /// Plain.
    #[boundary(category = "system.operations", residency = global)]
    pub plan: C,
    /// No column.
    pub kind: PhantomData<[K; N]>,
}

fn main() {
    assert_eq!(Profile::<String, String>::DECLARATION.fields.len(), 7);
}
