//! The record of every open, release and administrative act.
//!
//! Accessors do no I/O, so a record is handed to an [`Audit`] that queues it; where it cannot be queued, the value
//! stays closed. Records hold pseudonyms and random key identifiers only: the log cannot be edited, so nothing in it
//! may ever need to be (R6).

mod capability;
#[cfg(feature = "io")]
mod history;
#[cfg(feature = "io")]
mod trail;

use std::borrow::Cow;

pub use capability::{AuthorityFact, Capability};
#[cfg(feature = "io")]
pub use history::{CapabilityHistory, CouldDecrypt};
#[cfg(feature = "io")]
pub use trail::{AUDIT_JOURNAL, AuditTrail};

use crate::clock::Timestamp;
use crate::data_key::DATA_KEY_ID_LEN;
use crate::error::AuditError;
use crate::head::Head;
use crate::{Principal, Pseudonym, TenantId};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Act {
    /// A field was opened.
    Open,
    /// Records were looked up by a sealed field, or one was found so.
    Lookup,
    /// A session was opened.
    Session,
    /// A release was made for the border.
    Release,
    /// An event was emitted.
    Emit,
    /// A queued event was delivered, or withheld.
    Deliver,
    /// A subject was erased.
    Erase,
    /// A column of a full table was sealed in place, or that was verified, finished or taken back.
    Retrofit,
    /// An authority was provisioned, suspended, rotated or destroyed.
    Authority,
    /// A vault began to give sessions under a policy.
    Policy,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
}

/// One record of the audit log.
#[derive(Clone, Debug, serde::Serialize)]
pub struct AuditRecord {
    /// When.
    pub at: Timestamp,
    /// What.
    pub act: Act,
    /// With what end.
    pub outcome: Outcome,
    /// By whom.
    #[serde(flatten)]
    pub principal: Principal,
    /// For which purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<&'static str>,
    /// Of which tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<TenantId>,
    /// About whom, as a pseudonym.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Pseudonym>,
    /// Which record, by the random identifier of its data key.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "hex")]
    pub data_key: Option<[u8; DATA_KEY_ID_LEN]>,
    /// Which table or event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declaration: Option<&'static str>,
    /// Which field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'static str>,
    /// Anything else that explains the act. Never a value of a record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Cow<'static, str>>,
    /// What it changes about who can decrypt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capability: Option<Box<Capability>>,
}

impl AuditRecord {
    /// A record of `act` by `principal`, done, with nothing else known yet.
    #[must_use]
    pub fn new(at: Timestamp, act: Act, principal: Principal) -> Self {
        Self {
            at,
            act,
            outcome: Outcome::Done,
            principal,
            purpose: None,
            tenant: None,
            subject: None,
            data_key: None,
            declaration: None,
            field: None,
            note: None,
            capability: None,
        }
    }
}

// The signature is what `serialize_with` calls.
#[allow(clippy::ref_option)]
fn hex<S: serde::Serializer>(id: &Option<[u8; DATA_KEY_ID_LEN]>, serializer: S) -> Result<S::Ok, S::Error> {
    match id {
        Some(id) => serializer.serialize_str(&data_encoding::HEXLOWER.encode(id)),
        None => serializer.serialize_none(),
    }
}

/// Where audit records go.
pub trait Audit: Send + Sync {
    /// Takes a record, at once and without waiting.
    ///
    /// # Errors
    /// If the record cannot be taken; then what it records must not happen.
    fn record(&self, record: AuditRecord) -> Result<(), AuditError>;

    /// Waits until everything taken so far is on disk, and says where the log ends.
    ///
    /// # Errors
    /// If it is not on disk.
    fn flush(&self) -> Result<Head, AuditError>;
}

/// Keeps records in memory: for tests, and for looking at what a piece of code would be audited for.
#[derive(Debug, Default)]
pub struct MemoryAudit(std::sync::Mutex<Vec<AuditRecord>>);

impl MemoryAudit {
    /// The records so far.
    #[must_use]
    pub fn records(&self) -> Vec<AuditRecord> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }
}

impl Audit for MemoryAudit {
    fn record(&self, record: AuditRecord) -> Result<(), AuditError> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .push(record);
        Ok(())
    }

    fn flush(&self) -> Result<Head, AuditError> {
        let records = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok(Head {
            sequence: records.len() as u64,
            hash: [0; 32],
        })
    }
}
