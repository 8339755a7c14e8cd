//! Errors of access, grouped by who can mend them: the caller, the policy, the ledger, the custody.
//!
//! A value that does not open says nothing more than that ([`AccessError::Undecryptable`]): whether the key, the
//! record or a byte was wrong is of use to an attacker only. No error carries a value of a record.

use std::fmt;
use std::time::Duration;

use crate::clock::Timestamp;

/// Why a value was not opened, sealed or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// The caller handed in things that do not belong together.
    #[error("caller: {0}")]
    Caller(#[from] Misuse),
    /// The policy does not allow it.
    #[error("policy: {0}")]
    Policy(#[from] Refusal),
    /// The grant does not hold, or no longer.
    #[error("grant: {0}")]
    Grant(#[from] GrantProblem),
    /// The authority's key cannot be used.
    #[error("custody: {0}")]
    Key(#[from] KeyError),
    /// The audit log could not take the record, so the value stays closed.
    #[error("audit: {0}")]
    Audit(#[from] AuditError),
    /// The sealed value did not open. By design there is no further detail.
    #[error("the sealed value did not open")]
    Undecryptable,
}

/// A mistake of the calling code, found before any key was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// The grant was given for another subject.
    #[error(
        "the grant is for another subject than the record's; resolve a grant for the record's own subject"
    )]
    GrantOfAnotherSubject,
    /// The grant was given for another tenant.
    #[error(
        "the grant is for another tenant than the record's; resolve a grant with the record's own tenant"
    )]
    GrantOfAnotherTenant,
    /// The residence is in another region than the session.
    #[error(
        "the subject resides in another region than this session's; route the write to a session of that region"
    )]
    AnotherRegion,
    /// The residence belongs to another tenant or subject than the record.
    #[error("the residence is of another tenant or subject than the record's")]
    AnotherResidence,
    /// The session was not opened for the tenant of the record.
    #[error("the session was not opened for this record's tenant; name the tenant when you open the session")]
    TenantNotInSession,
    /// The value is longer than an envelope holds.
    #[error("the value is longer than the 16 MiB that one field may hold; seal an object instead")]
    TooLong,
    /// The object was ended, or has as many chunks as it can.
    #[error("nothing can be added to this object: it was ended, or has the 2^32 chunks that one may have")]
    ObjectOver,
    /// The record has no field of that name.
    #[error("`{declaration}` declares no field of this name; name one as the struct does")]
    UnknownField {
        /// Rust name of the struct.
        declaration: &'static str,
    },
    /// A declaration that was written by hand names a field as a blind index that declares none.
    #[error("`{0}` declares no blind index; say of which field, with which cardinality and normalisation")]
    NoIndex(&'static str),
    /// The value's type could not encode it.
    #[error("{0}")]
    Unencodable(EncodeError),
}

/// A refusal by the policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The vault was not told of the table or event that the field belongs to. Unknown means no.
    #[error("`{declaration}` is not registered with the vault; pass its DECLARATION when you open the vault")]
    Unregistered {
        /// Rust name of the struct.
        declaration: &'static str,
    },
    /// The records of the table are under another authority of the tenant than the session's.
    #[error(
        "the records of `{declaration}` are under the tenant's {authority} authority, and the session is not; \
         open the other kind of session (`session` or `retention_session`)"
    )]
    AnotherAuthority {
        /// Rust name of the struct.
        declaration: &'static str,
        /// `tenant` or `retention`.
        authority: &'static str,
    },
    /// The model was compiled under another policy than the one in use.
    #[error(
        "`{declaration}` was compiled under another boundary.toml than the one in use; use the policy that \
         `policy::load()` of its crate gives, or compile it anew"
    )]
    AnotherPolicy {
        /// Rust name of the struct.
        declaration: &'static str,
    },
    /// The field may not be processed for the session's purpose.
    #[error("`{declaration}::{field}` may not be processed for purpose `{purpose}`")]
    Purpose {
        /// Rust name of the struct.
        declaration: &'static str,
        /// The field.
        field: &'static str,
        /// The purpose of the session.
        purpose: &'static str,
    },
    /// The raw value of the field may not be in the session's region.
    #[error("`{declaration}::{field}` is pinned to region `{pinned}`, and the session is in `{region}`")]
    Residency {
        /// Rust name of the struct.
        declaration: &'static str,
        /// The field.
        field: &'static str,
        /// The region that the field is pinned to.
        pinned: &'static str,
        /// The region of the session.
        region: String,
    },
    /// The role may not act for the purpose.
    #[error(
        "role `{role}` may not act for purpose `{purpose}`; grant it under [roles.{role}] in boundary.toml"
    )]
    Role {
        /// The role of the principal.
        role: String,
        /// The purpose asked for.
        purpose: String,
    },
    /// A name that the policy does not know. Unknown means no.
    #[error("the policy declares no {kind} `{name}`")]
    Unknown {
        /// What kind of name.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// Data of one region was about to reach a place of another.
    #[error("`{sink}` is in region `{sink_region}`; data of region `{region}` may not reach it")]
    Sink {
        /// The sink.
        sink: String,
        /// The region of the sink.
        sink_region: String,
        /// The region of the data.
        region: String,
    },
    /// The field has no declared way across the border of this kind.
    #[error("`{declaration}::{field}` is not declared for release as {channel}")]
    Release {
        /// Rust name of the struct.
        declaration: &'static str,
        /// The field.
        field: &'static str,
        /// `a cohort` or `a de-identified value`.
        channel: &'static str,
    },
}

/// Why a grant was refused, or does not hold any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GrantProblem {
    /// The ledger holds no consent for this purpose.
    #[error("no consent is recorded for this purpose")]
    NoConsent,
    /// The subject withdrew consent or objected.
    #[error("the subject withdrew from this purpose")]
    Withdrawn,
    /// The grant is older than the policy lets a grant be.
    #[error("the grant has expired; resolve it again")]
    Expired,
    /// The subject has been erased.
    #[error("the subject has been erased")]
    Erased,
}

/// What a custody answers when a key cannot be used. The same on every rung of the ladder; nothing falls back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The authority is suspended or its key disabled.
    #[error("the authority's key is disabled")]
    Disabled,
    /// The key waits for its deletion.
    #[error("the authority's key is pending deletion")]
    PendingDeletion,
    /// There is no such authority or key.
    #[error("no key authority for tenant `{tenant}` in region `{region}`; provision it first")]
    Unknown {
        /// The tenant.
        tenant: String,
        /// The region.
        region: String,
    },
    /// The key is of another region or tenant than the vault's or the session's.
    #[error("the key belongs to another authority than this session's")]
    WrongAuthority,
    /// The key, or the custody, is in another region.
    #[error(
        "the key or custody is in region `{found}`, and `{expected}` was asked for; a key is of use in its own region only"
    )]
    WrongRegion {
        /// The region that was asked for.
        expected: String,
        /// The region that answered.
        found: String,
    },
    /// The authority's record names a custody that this process was not given. No other takes its place.
    #[error(
        "the authority is kept by custody `{name}`, which this vault was not opened with; add it to its `Custodies`"
    )]
    NoCustody {
        /// The name in the record.
        name: String,
    },
    /// The waiting period before a destruction is not over.
    #[error("the authority may be destroyed at {due} and not before; `resume` takes the deletion back")]
    DeletionNotDue {
        /// When it may be destroyed.
        due: Timestamp,
    },
    /// No deletion was scheduled, and nothing is destroyed at once.
    #[error(
        "the authority's deletion is not scheduled; schedule it, and destroy it when its waiting period is over"
    )]
    DeletionNotScheduled,
    /// The lease is older than the policy allows; renew the session.
    #[error("the lease on the authority is older than {bound:?}; renew the session")]
    LeaseExpired {
        /// The policy's bound.
        bound: Duration,
    },
    /// The custody did not answer.
    #[error("the custody cannot be reached: {0}")]
    Unreachable(String),
    /// The custody answered too late, or not within its budget.
    #[error("the custody did not answer within {budget:?}; nothing was opened")]
    TooSlow {
        /// The time that it has.
        budget: Duration,
    },
    /// The custody refused.
    #[error("the custody denies access: {0}")]
    Denied(String),
    /// What the custody keeps is not what it wrote.
    #[error("the custody's record is damaged: {0}")]
    Damaged(String),
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness")]
    NoRandomness,
    /// A backend with a FIPS module was asked for, and the program was linked without one.
    #[error(
        "the program was not linked with AWS-LC's FIPS module, or its self-tests failed; turn on feature `fips` of \
         aws-lc-rs in the program's manifest, or choose another backend"
    )]
    NoFipsModule,
}

impl KeyError {
    /// Whether the keeper says that the key may not be used, rather than that it cannot answer: what is held of it ends then.
    #[must_use]
    pub fn is_off(&self) -> bool {
        matches!(
            self,
            Self::Disabled
                | Self::PendingDeletion
                | Self::Unknown { .. }
                | Self::Denied(_)
                | Self::NoCustody { .. }
        )
    }
}

/// Why the audit log could not take a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The queue of the writer is full: records come faster than the disk takes them.
    #[error("the audit queue is full")]
    Full,
    /// The writer stopped after an error.
    #[error("the audit writer has stopped: {0}")]
    Stopped(String),
}

/// Bytes or a cell that hold no value of the expected type. Says what was expected, never what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeError {
    expected: &'static str,
}

impl DecodeError {
    /// The error of a decoder that expected this.
    #[must_use]
    pub const fn new(expected: &'static str) -> Self {
        Self { expected }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.expected)
    }
}

impl std::error::Error for DecodeError {}

/// A value that its type could not encode. Says what was expected, never what the value was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncodeError {
    expected: &'static str,
}

impl EncodeError {
    /// The error of an encoder that expected this.
    #[must_use]
    pub const fn new(expected: &'static str) -> Self {
        Self { expected }
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the value cannot be encoded: expected {}", self.expected)
    }
}

impl std::error::Error for EncodeError {}

impl From<EncodeError> for AccessError {
    fn from(problem: EncodeError) -> Self {
        Misuse::Unencodable(problem).into()
    }
}
