//! Models with type parameters, constants and lifetimes.

use std::borrow::Cow;
use std::marker::PhantomData;

use rt::{Boundary, DataKey, Plaintext, Resident, Sealed, SubjectId, TenantId};

/// The parameter of a model that only marks it.
#[derive(Debug)]
pub struct Ledgered;

/// A profile whose sealed value is of any type, and a marker.
#[derive(Boundary)]
#[boundary(table = "profiles", tenancy = tenant)]
pub struct Profile<T, K, const N: usize>
where
    T: Plaintext,
    K: 'static,
{
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
    #[boundary(category = "user.content", residency = in_country, purpose(Billing))]
    value: Sealed<T>,
    #[boundary(category = "user.behavior", residency = in_country, purpose(Billing))]
    score: Option<Resident<Score<N>>>,
    /// No column.
    pub kind: PhantomData<K>,
}

/// A score out of `N`.
#[derive(Plaintext, rt::Column)]
pub struct Score<const N: usize>(pub u16);

/// A note that may borrow its identifier and its text for the screen.
#[derive(Boundary)]
#[boundary(table = "notes", tenancy = tenant)]
pub struct Note<'a> {
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
    body: Sealed<String>,
    /// Plain.
    #[boundary(category = "system.operations", residency = global)]
    pub template: Cow<'a, str>,
}
