//! What a vault writes into the audit log about who can decrypt: its roles, its authorities, and what custodies answer.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use boundary_runtime::audit::{Act, AuditRecord, AuthorityFact, Capability, Outcome};
use boundary_runtime::{AuditError, KeyError, Principal, Region};

use super::Vault;
use super::authorities::AuthorityRecord;
use crate::keys::{AuthorityClass, AuthorityName};

/// What was recorded already.
#[derive(Default)]
pub(super) struct Observed {
    roles: AtomicBool,
    /// What custodies answered the last time, where they did not give the keys.
    off: Mutex<HashMap<AuthorityName, String>>,
}

impl<R: Region> Vault<R> {
    /// Records the roles of the policy, before the first session under it.
    pub(super) fn record_roles(&self, principal: &Principal) -> Result<(), AuditError> {
        if self.observed.roles.load(Ordering::Acquire) {
            return Ok(());
        }
        let roles = self.policy.roles().values().map(|role| {
            let purposes = role.purposes.iter().map(ToString::to_string).collect();
            (role.name.to_string(), purposes)
        });
        let mut record = AuditRecord::new(self.clock.now(), Act::Policy, principal.clone());
        record.capability = Some(Box::new(Capability::Roles {
            lease_ms: u64::try_from(self.policy.keys().lease.as_millis()).unwrap_or(u64::MAX),
            roles: roles.collect(),
        }));
        self.audit.record(record)?;
        self.observed.roles.store(true, Ordering::Release);
        Ok(())
    }

    /// Records that a custody answers otherwise than the last time. What it says of an unknown tenant changes nothing.
    pub(super) fn observe(
        &self,
        name: &AuthorityName,
        outcome: Result<(), &KeyError>,
    ) -> Result<(), AuditError> {
        let answer = match outcome {
            Ok(()) => None,
            Err(error) if error.is_off() && !matches!(error, KeyError::Unknown { .. }) => {
                Some(error.to_string())
            }
            Err(_) => return Ok(()),
        };
        let mut off = self.observed.off.lock().unwrap_or_else(PoisonError::into_inner);
        if off.get(name) == answer.as_ref() {
            return Ok(());
        }
        let mut record = AuditRecord::new(self.clock.now(), Act::Authority, Principal::new("vault", "vault"));
        record.tenant = Some(name.tenant().clone());
        record.note = Some("the custody answers otherwise than before".into());
        record.outcome = if answer.is_none() {
            Outcome::Done
        } else {
            Outcome::Refused
        };
        record.capability = Some(Box::new(Capability::Answer {
            class: name.class().name().to_owned(),
            usable: answer.is_none(),
            answer: answer.clone().unwrap_or_else(|| "the keys".to_owned()),
        }));
        self.audit.record(record)?;
        match answer {
            Some(answer) => off.insert(name.clone(), answer),
            None => off.remove(name),
        };
        Ok(())
    }

    /// What an authority is, as a fact of the audit log; `None` for one that does not exist.
    pub(super) fn fact(&self, class: AuthorityClass, record: &AuthorityRecord, state: &str) -> Capability {
        let rung = self.custodies.get(&record.key.custody);
        let rung = rung.map_or("unknown", |custody| custody.rung(record.key.origin).name());
        Capability::Authority(AuthorityFact {
            class: class.name().to_owned(),
            state: state.to_owned(),
            custody: record.key.custody.clone(),
            rung: rung.to_owned(),
            reference: record.key.reference.to_string(),
            origin: record.key.origin.name().to_owned(),
            generation: record.generation,
        })
    }
}
