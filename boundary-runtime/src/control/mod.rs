//! The control plane: decides where regulated data goes, and does no I/O.
//!
//! Region, consent, classification, access grants and export rules are decided here and nowhere else (M1, M2); key
//! selection is the vault's, by the (tenant, region) that is resolved here.

mod consent;
mod identity;

use std::sync::{Arc, PoisonError, RwLock};

use boundary_schema::{FieldDeclaration, Policy, Release};

pub use consent::{ConsentEntry, ConsentState, Decision};
pub use identity::{IdentityError, IdentityMap};

pub use crate::residence::Residence;

use crate::clock::Timestamp;
use crate::error::{AccessError, Refusal};
use crate::grant::Grant;
use crate::plane::Purpose;
use crate::session::Pseudonyms;
use crate::{Declaration, Pseudonym, SubjectId, TenantId};

/// Decides by the policy, the identity map and the state of the consent ledger.
pub struct ControlPlane {
    policy: Arc<Policy>,
    identity: RwLock<IdentityMap>,
    consent: Arc<ConsentState>,
}

impl ControlPlane {
    /// The control plane of this policy, identity map and ledger state.
    #[must_use]
    pub fn new(policy: Arc<Policy>, identity: IdentityMap, consent: Arc<ConsentState>) -> Self {
        Self {
            policy,
            identity: RwLock::new(identity),
            consent,
        }
    }

    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Registers where a subject of a tenant resides, by its jurisdiction.
    ///
    /// # Errors
    /// If no region serves the jurisdiction, or the subject already resides elsewhere.
    pub fn register(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        jurisdiction: &str,
    ) -> Result<Residence, IdentityError> {
        let mut identity = self.identity.write().unwrap_or_else(PoisonError::into_inner);
        identity.register(&self.policy, tenant, subject, jurisdiction)
    }

    /// Where a subject of a tenant resides.
    ///
    /// # Errors
    /// If the subject is unknown.
    pub fn residence(&self, tenant: &TenantId, subject: &SubjectId) -> Result<Residence, IdentityError> {
        self.identity
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .residence(tenant, subject)
    }

    /// Forgets where a subject resides: the last step of its erasure.
    pub fn forget(&self, tenant: &TenantId, subject: &SubjectId) {
        self.identity
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .forget(tenant, subject);
    }

    /// Leave to process one subject's data for purpose `U`, bounded by the policy's `consent.grant_max_age`.
    ///
    /// # Errors
    /// If the policy does not know the purpose, the subject is erased or withdrew, or the purpose needs a consent
    /// that is not in the ledger.
    pub fn grant<U: Purpose>(
        &self,
        pseudonyms: &dyn Pseudonyms,
        tenant: &TenantId,
        subject: &SubjectId,
        now: Timestamp,
    ) -> Result<Grant<U>, AccessError> {
        let pseudonym = pseudonyms.pseudonym(tenant, subject)?;
        self.grant_for::<U>(pseudonym, tenant, subject, now)
    }

    /// As [`ControlPlane::grant`], for a pseudonym that is already known.
    pub(crate) fn grant_for<U: Purpose>(
        &self,
        pseudonym: Pseudonym,
        tenant: &TenantId,
        subject: &SubjectId,
        now: Timestamp,
    ) -> Result<Grant<U>, AccessError> {
        let purpose = self
            .policy
            .purposes()
            .get(U::NAME)
            .ok_or_else(|| Refusal::Unknown {
                kind: "purpose",
                name: U::NAME.to_owned(),
            })?;
        let mark = self.consent.decide(pseudonym, U::NAME, purpose.basis)?;
        let expires = now.plus(self.policy.consent().grant_max_age);
        Ok(Grant::new(
            tenant.clone(),
            subject.clone(),
            pseudonym,
            expires,
            mark,
        ))
    }

    /// Whether data of a region may be written to a sink: only to one of the same region.
    ///
    /// # Errors
    /// If the policy does not know the sink, or has it in another region.
    pub fn authorize_sink(&self, sink: &str, region: &str) -> Result<(), Refusal> {
        let known = self.policy.sinks().get(sink).ok_or_else(|| Refusal::Unknown {
            kind: "sink",
            name: sink.to_owned(),
        })?;
        if known.region.as_str() == region {
            return Ok(());
        }
        Err(Refusal::Sink {
            sink: sink.to_owned(),
            sink_region: known.region.as_str().to_owned(),
            region: region.to_owned(),
        })
    }

    /// Whether a field may be used for a release over this channel.
    ///
    /// # Errors
    /// If the field does not declare it, or its category identifies one person.
    pub(crate) fn authorize_release(
        &self,
        declaration: &'static Declaration,
        field: &'static FieldDeclaration,
        channel: Channel,
    ) -> Result<(), Refusal> {
        if !declaration.is_under(&self.policy) {
            return Err(Refusal::AnotherPolicy {
                declaration: declaration.rust,
            });
        }
        let declared = field.releases.iter().any(|release| match release {
            Release::Cohort => channel == Channel::Cohort,
            Release::Bucket(_) => channel == Channel::Deidentified,
        });
        let identifies = field
            .category
            .and_then(|key| self.policy.categories().get(key))
            .is_none_or(boundary_schema::Category::identifies);
        if declared && !identifies {
            return Ok(());
        }
        Err(Refusal::Release {
            declaration: declaration.rust,
            field: field.field,
            channel: channel.name(),
        })
    }
}

/// One of the two ways across the border (R1).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    Cohort,
    Deidentified,
}

impl Channel {
    fn name(self) -> &'static str {
        match self {
            Channel::Cohort => "a cohort",
            Channel::Deidentified => "a de-identified value",
        }
    }
}
