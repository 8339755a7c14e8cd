//! What the consent ledger's entries add up to: pure state, applied entry by entry.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use boundary_schema::Basis;

use crate::clock::Timestamp;
use crate::error::GrantProblem;
use crate::{Pseudonym, TenantId};

/// What a subject decided, or what was decided about its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The subject agreed to the purpose.
    Granted,
    /// The subject withdrew its consent, or objected where the basis is another.
    Withdrawn,
    /// The subject was erased: no purpose holds any more, for ever. This entry is the tombstone.
    Erased,
}

/// One entry of the consent ledger. It holds no personal data: the ledger cannot forget (R6).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentEntry {
    /// When it was decided.
    pub at: Timestamp,
    /// With which tenant.
    pub tenant: TenantId,
    /// By whom, as a pseudonym.
    pub subject: Pseudonym,
    /// For which purpose, as the policy names it; empty for an erasure, which is for all.
    pub purpose: String,
    /// What.
    pub decision: Decision,
}

#[derive(Default)]
struct Standing {
    latest: Option<Decision>,
    /// Shared with every grant given out for this subject and purpose since the last withdrawal.
    withdrawn: Arc<AtomicBool>,
}

#[derive(Default)]
struct State {
    standings: HashMap<(Pseudonym, String), Standing>,
    erased: HashSet<Pseudonym>,
}

/// Who agreed to what at present. Decides; the ledger file persists.
#[derive(Default)]
pub struct ConsentState(RwLock<State>);

impl ConsentState {
    /// Applies one entry. A withdrawal or an erasure ends every grant given out before, at once.
    pub(crate) fn apply(&self, entry: &ConsentEntry) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if entry.decision == Decision::Erased {
            state.erased.insert(entry.subject);
            for ((subject, _), standing) in &state.standings {
                if *subject == entry.subject {
                    standing.withdrawn.store(true, Ordering::SeqCst);
                }
            }
            return;
        }
        let standing = state
            .standings
            .entry((entry.subject, entry.purpose.clone()))
            .or_default();
        standing.latest = Some(entry.decision);
        if entry.decision == Decision::Withdrawn {
            standing.withdrawn.store(true, Ordering::SeqCst);
            standing.withdrawn = Arc::default();
        }
    }

    /// Whether a subject has a tombstone.
    #[must_use]
    pub fn is_erased(&self, subject: Pseudonym) -> bool {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .erased
            .contains(&subject)
    }

    /// Decides whether a subject's data may be processed for a purpose of this basis, and gives the mark that a
    /// later withdrawal sets.
    pub(crate) fn decide(
        &self,
        subject: Pseudonym,
        purpose: &str,
        basis: Basis,
    ) -> Result<Arc<AtomicBool>, GrantProblem> {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if state.erased.contains(&subject) {
            return Err(GrantProblem::Erased);
        }
        let standing = state.standings.entry((subject, purpose.to_owned())).or_default();
        match standing.latest {
            Some(Decision::Granted) => Ok(standing.withdrawn.clone()),
            Some(Decision::Withdrawn | Decision::Erased) => Err(GrantProblem::Withdrawn),
            None if basis.needs_consent() => Err(GrantProblem::NoConsent),
            None => Ok(standing.withdrawn.clone()),
        }
    }
}
