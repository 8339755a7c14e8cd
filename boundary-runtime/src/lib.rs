//! What every plane may link: the wrappers that hold regulated values, sessions and grants, the control plane's
//! decisions, events, releases, audit and stores.
//!
//! Nothing in this crate can open a sealed value: the keys and the code that uses them are in `boundary-vault`, which
//! only in-country binaries link. ARCHITECTURE.md shows the rooms and the way of one value through them.

#![cfg_attr(
    not(feature = "io"),
    allow(
        dead_code,
        reason = "the journals and the gate, which feature `io` brings, are what uses it"
    )
)]

#[cfg(any(feature = "diesel", feature = "sqlx"))]
pub mod adapters;
pub mod audit;
mod clock;
pub mod control;
mod data_key;
#[cfg(feature = "sqlite")]
pub mod erasure;
mod error;
#[cfg(feature = "io")]
mod files;
mod grant;
mod guarded;
mod head;
mod ids;
#[cfg(feature = "io")]
pub mod journal;
#[cfg(feature = "json")]
pub mod json;
#[cfg(feature = "io")]
pub mod ledger;
mod plaintext;
mod plane;
mod record;
#[cfg(feature = "io")]
pub mod release;
mod residence;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub mod retrofit;
pub mod seam;
mod session;
#[cfg(feature = "sqlite")]
pub mod store;

pub use boundary_derive::{Boundary, Column, Plaintext, policy};
pub use boundary_schema as schema;
pub use boundary_schema::{Declaration, FieldDeclaration};
pub use clock::{Clock, ManualClock, SystemClock, Timestamp};
pub use data_key::{DATA_KEY_ID_LEN, DATA_KEY_VERSION, DataKey};
pub use error::{AccessError, AuditError, DecodeError, EncodeError, GrantProblem, KeyError, Misuse, Refusal};
pub use grant::{Grant, GrantFor};
pub use guarded::{BlindIndex, Given, Guarded, Indexed, Opened, Plain, Resident, Sealed, Sought};
pub use ids::{Principal, PrincipalNames, Pseudonym, SubjectId, TenantId};
pub use plaintext::{Cell, Column, IndexForm, Plaintext};
pub use plane::{Central, InCountry, Plane, Purpose, Region};
pub use record::{BucketField, CohortField, GlobalRecord, Record, RecordId, TenantRecord};
pub use session::{
    Lookup, NewRecord, ObjectContent, ObjectError, ObjectReader, ObjectWriter, Pseudonyms, RawSession,
    Session,
};
pub use zeroize;
