//! The ledger's answer for one subject and one purpose, with its bound in time.

use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::clock::Timestamp;
use crate::error::{AccessError, GrantProblem, Misuse};
use crate::plane::Purpose;
use crate::{Pseudonym, SubjectId, TenantId};

/// Leave to process one subject's data for purpose `U`, until it expires or the subject withdraws.
///
/// Made by the control plane from the consent ledger, and by nothing else. A grant shares a mark with the ledger
/// that gave it: a withdrawal sets the mark, so a grant held across it opens nothing any more (M32).
pub struct Grant<U: Purpose> {
    tenant: TenantId,
    subject: SubjectId,
    pseudonym: Pseudonym,
    expires: Timestamp,
    withdrawn: Arc<AtomicBool>,
    purpose: PhantomData<fn() -> U>,
}

impl<U: Purpose> Grant<U> {
    pub(crate) fn new(
        tenant: TenantId,
        subject: SubjectId,
        pseudonym: Pseudonym,
        expires: Timestamp,
        withdrawn: Arc<AtomicBool>,
    ) -> Self {
        Self {
            tenant,
            subject,
            pseudonym,
            expires,
            withdrawn,
            purpose: PhantomData,
        }
    }

    /// The subject's pseudonym: what the audit log names the subject by.
    #[must_use]
    pub fn pseudonym(&self) -> Pseudonym {
        self.pseudonym
    }

    /// When the grant ends.
    #[must_use]
    pub fn expires(&self) -> Timestamp {
        self.expires
    }

    /// Checks that the grant holds for this tenant's subject at `now`.
    pub(crate) fn check(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        now: Timestamp,
    ) -> Result<(), AccessError> {
        if self.tenant != *tenant {
            return Err(Misuse::GrantOfAnotherTenant.into());
        }
        if self.subject != *subject {
            return Err(Misuse::GrantOfAnotherSubject.into());
        }
        self.check_standing(now)
    }

    /// Checks that the grant still holds at `now`, whoever it is for.
    pub(crate) fn check_standing(&self, now: Timestamp) -> Result<(), AccessError> {
        if self.withdrawn.load(Ordering::SeqCst) {
            return Err(GrantProblem::Withdrawn.into());
        }
        if now >= self.expires {
            return Err(GrantProblem::Expired.into());
        }
        Ok(())
    }
}

mod sealed {
    pub trait GrantFor<U> {}
    impl<U: super::Purpose> GrantFor<U> for super::Grant<U> {}
}

/// A grant for purpose `U`: what an accessor of a session with that purpose asks for.
#[diagnostic::on_unimplemented(
    message = "this grant is not for the session's purpose `{U}`",
    label = "a `{Self}`; the session needs a `Grant<{U}>`",
    note = "consent to one purpose gives no right for another: resolve a grant with \
            `control.grant::<{U}>(..)`, or open a session for the purpose the subject agreed to"
)]
pub trait GrantFor<U: Purpose>: sealed::GrantFor<U> {
    /// The grant itself.
    #[doc(hidden)]
    fn grant(&self) -> &Grant<U>;
}

impl<U: Purpose> GrantFor<U> for Grant<U> {
    fn grant(&self) -> &Grant<U> {
        self
    }
}
