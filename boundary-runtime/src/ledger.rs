//! The consent ledger on disk: an append-only journal whose entries are applied to the control plane's state.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::control::{ConsentEntry, ConsentState, Decision};
use crate::journal::{Head, Journal, JournalError};
use crate::seam::Signer;

/// The name of the consent ledger's journal.
pub const CONSENT_JOURNAL: &str = "consent";

/// The consent ledger of a region.
pub struct ConsentLedger {
    journal: Mutex<Journal>,
    state: Arc<ConsentState>,
}

impl ConsentLedger {
    /// Opens or creates the ledger of the signer's region at `path`, and replays it.
    ///
    /// # Errors
    /// If the ledger on disk is not as it was written, or another process has it open.
    pub fn open(path: impl AsRef<Path>, signer: Arc<dyn Signer>) -> Result<Self, JournalError> {
        let state = Arc::new(ConsentState::default());
        let journal = Journal::open(path.as_ref(), CONSENT_JOURNAL, signer, |line| {
            state.apply(&serde_json::from_str::<ConsentEntry>(line)?);
            Ok(())
        })?;
        Ok(Self {
            journal: Mutex::new(journal),
            state,
        })
    }

    /// What the entries add up to, for the control plane.
    #[must_use]
    pub fn state(&self) -> Arc<ConsentState> {
        self.state.clone()
    }

    /// Appends decisions and returns when they are on disk.
    ///
    /// A withdrawal holds from the call on, even if the disk fails; a consent holds only once it is on disk.
    ///
    /// # Errors
    /// If the disk does not take the entries.
    pub fn append(&self, entries: &[ConsentEntry]) -> Result<Head, JournalError> {
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        for entry in entries.iter().filter(|entry| entry.decision != Decision::Granted) {
            self.state.apply(entry);
        }
        let head = journal.append(entries)?;
        // Once more in their own order, so that a consent and a withdrawal in one batch end as they were given.
        for entry in entries {
            self.state.apply(entry);
        }
        Ok(head)
    }
}
