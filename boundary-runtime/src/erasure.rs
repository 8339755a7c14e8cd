//! Erasing a subject from its region: what the subject asks for, and what must hold after a backup is restored.
//!
//! The tombstone comes first, so that from then on no grant is given; then rows, data keys, queued events and the
//! residence go in one transaction. The tombstone is a pseudonym in the ledger: after a restore, replaying the ledger
//! against the restored store erases again whoever was erased since the backup (R2).

use crate::audit::Act;
use crate::control::{ConsentEntry, ControlPlane, Decision};
use crate::error::AccessError;
use crate::journal::JournalError;
use crate::ledger::ConsentLedger;
use crate::plane::{InCountry, Purpose, Region};
use crate::session::{Pseudonyms, Session};
use crate::store::{Erased, RegionStore, StoreError};
use crate::{Declaration, SubjectId, TenantId};

/// Why an erasure did not end. What was begun is ended by asking again: each step may be repeated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErasureError {
    /// The tombstone is not in the ledger, so nothing else was done.
    #[error("the tombstone was not written: {0}")]
    Tombstone(#[from] JournalError),
    /// The tombstone holds, but the store still has the subject's records.
    #[error("the store did not erase: {0}")]
    Store(#[from] StoreError),
    /// The erasure is done but not in the audit log, or the subject has no pseudonym.
    #[error(transparent)]
    Access(#[from] AccessError),
}

/// What an erasure needs of its region.
pub struct Eraser<'a> {
    /// Where the records are.
    pub store: &'a RegionStore,
    /// Where the tombstone goes.
    pub ledger: &'a ConsentLedger,
    /// What forgets the residence.
    pub control: &'a ControlPlane,
    /// What gives the subject's pseudonym.
    pub pseudonyms: &'a dyn Pseudonyms,
    /// Every table that holds records of subjects.
    pub tables: &'a [&'static Declaration],
}

impl Eraser<'_> {
    /// Erases a subject of a tenant.
    ///
    /// # Errors
    /// If a step fails; the error says which, and asking again goes on from there.
    pub async fn erase<R: Region, U: Purpose>(
        &self,
        session: &Session<InCountry<R>, U>,
        tenant: &TenantId,
        subject: &SubjectId,
    ) -> Result<Erased, ErasureError> {
        let pseudonym = self.pseudonyms.pseudonym(tenant, subject)?;
        let entry = ConsentEntry {
            at: session.clock().now(),
            tenant: tenant.clone(),
            subject: pseudonym,
            purpose: String::new(),
            decision: Decision::Erased,
        };
        self.ledger.append(&[entry])?;
        self.remove(session, tenant, subject).await
    }

    /// Erases again every subject that has a tombstone but is in the store: to be called before a restored store
    /// serves anything. Returns what was removed.
    ///
    /// # Errors
    /// If a step fails; then the store must not serve.
    pub async fn replay_tombstones<R: Region, U: Purpose>(
        &self,
        session: &Session<InCountry<R>, U>,
    ) -> Result<Erased, ErasureError> {
        let mut total = Erased::default();
        for (tenant, subject) in self.store.subjects(self.tables).await? {
            let pseudonym = self.pseudonyms.pseudonym(&tenant, &subject)?;
            if self.ledger.state().is_erased(pseudonym) {
                let erased = self.remove(session, &tenant, &subject).await?;
                total.rows += erased.rows;
                total.data_keys += erased.data_keys;
                total.events += erased.events;
            }
        }
        Ok(total)
    }

    async fn remove<R: Region, U: Purpose>(
        &self,
        session: &Session<InCountry<R>, U>,
        tenant: &TenantId,
        subject: &SubjectId,
    ) -> Result<Erased, ErasureError> {
        let pseudonym = self.pseudonyms.pseudonym(tenant, subject)?;
        let erased = self.store.erase(tenant, subject, self.tables).await?;
        self.control.forget(tenant, subject);
        session.record(session.clock().now(), Act::Erase, tenant, |record| {
            record.subject = Some(pseudonym);
            record.note = Some(
                format!(
                    "{} rows, {} data keys, {} events",
                    erased.rows, erased.data_keys, erased.events
                )
                .into(),
            );
        })?;
        session.audit().flush().map_err(AccessError::from)?;
        Ok(erased)
    }
}
