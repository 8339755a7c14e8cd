//! The record of every open, release and administrative act.
//!
//! Accessors do no I/O, so a record is handed to an [`Audit`] that queues it; where it cannot be queued, the value
//! stays closed. Records hold pseudonyms and random key identifiers only: the log cannot be edited, so nothing in it
//! may ever need to be (R6).

use std::borrow::Cow;

use crate::clock::Timestamp;
use crate::data_key::DATA_KEY_ID_LEN;
use crate::error::AuditError;
use crate::{Principal, Pseudonym, TenantId};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Act {
    /// A field was opened.
    Open,
    /// A session was opened.
    Session,
    /// A release was made for the border.
    Release,
    /// An event was emitted.
    Emit,
    /// A queued event was delivered, or withheld.
    Deliver,
    /// Consent was given or withdrawn.
    Consent,
    /// A subject was erased.
    Erase,
    /// An authority was provisioned, suspended, rotated or destroyed.
    Authority,
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
#[derive(Clone, Debug)]
pub struct AuditRecord {
    /// When.
    pub at: Timestamp,
    /// What.
    pub act: Act,
    /// With what end.
    pub outcome: Outcome,
    /// By whom.
    pub principal: Principal,
    /// For which purpose.
    pub purpose: Option<&'static str>,
    /// Of which tenant.
    pub tenant: Option<TenantId>,
    /// About whom, as a pseudonym.
    pub subject: Option<Pseudonym>,
    /// Which record, by the random identifier of its data key.
    pub data_key: Option<[u8; DATA_KEY_ID_LEN]>,
    /// Which table or event.
    pub declaration: Option<&'static str>,
    /// Which field.
    pub field: Option<&'static str>,
    /// Anything else that explains the act. Never a value of a record.
    pub note: Option<Cow<'static, str>>,
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
        }
    }
}

/// Where audit records go.
pub trait Audit: Send + Sync {
    /// Takes a record, at once and without waiting.
    ///
    /// # Errors
    /// If the record cannot be taken; then what it records must not happen.
    fn record(&self, record: AuditRecord) -> Result<(), AuditError>;
}

/// Keeps records in memory: for tests, and for looking at what a piece of code would be audited for.
#[derive(Debug, Default)]
pub struct MemoryAudit(std::sync::Mutex<Vec<AuditRecord>>);

impl MemoryAudit {
    /// The records so far.
    #[must_use]
    pub fn records(&self) -> Vec<AuditRecord> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

impl Audit for MemoryAudit {
    fn record(&self, record: AuditRecord) -> Result<(), AuditError> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(record);
        Ok(())
    }
}
