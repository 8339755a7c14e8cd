//! Where code runs and why, as types.
//!
//! [`Plane`] is sealed: a crate can neither add a plane nor make one of its own types count as in-country.
//! [`Region`] and [`Purpose`] are implemented by `policy!()` for what `boundary.toml` declares; implementing them by
//! hand opens nothing, because the generated bounds ask for the sealed `Declared` of the model's own policy module.

use std::marker::PhantomData;

/// A region of the policy.
pub trait Region: Sized + Send + Sync + 'static {
    /// Its name in `boundary.toml`.
    const NAME: &'static str;
    /// Its jurisdiction: `EU` or an ISO 3166-1 alpha-2 code.
    const JURISDICTION: &'static str;
}

/// A purpose of the policy.
pub trait Purpose: Sized + Send + Sync + 'static {
    /// Its name in `boundary.toml`.
    const NAME: &'static str;
}

mod sealed {
    pub trait Plane {}
}

/// Where code runs: [`Central`] or [`InCountry`].
pub trait Plane: sealed::Plane + Send + Sync + 'static {
    /// What a session of this plane holds besides its principal.
    #[doc(hidden)]
    type Means: Send + Sync;
}

/// The central plane: no raw record, no key.
#[derive(Clone, Copy, Debug)]
pub struct Central;

/// The plane inside region `R`, where raw records and their keys live.
#[derive(Clone, Copy, Debug)]
pub struct InCountry<R: Region>(PhantomData<fn() -> R>);

impl sealed::Plane for Central {}
impl Plane for Central {
    type Means = ();
}

impl<R: Region> sealed::Plane for InCountry<R> {}
impl<R: Region> Plane for InCountry<R> {
    type Means = crate::session::InCountryMeans;
}
