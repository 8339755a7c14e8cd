//! The ledger's answer for one subject and one purpose, with its bound in time.

use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::clock::Timestamp;
use crate::error::{AccessError, GrantProblem, Misuse};
use crate::plane::{Plane, Purpose};
use crate::{Pseudonym, Session, SubjectId, TenantId};

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
}

mod sealed {
    use crate::plane::{Plane, Purpose};

    pub trait GrantFor<S> {}
    impl<P: Plane, U: Purpose> GrantFor<crate::Session<P, U>> for super::Grant<U> {}
}

/// A grant for the purpose of session `S`: what an accessor asks for beside the session.
///
/// Which plane the session is of is not for the grant to say, so that one mistake gives one message.
#[diagnostic::on_unimplemented(
    message = "this grant is not for the session's purpose",
    label = "a `{Self}`, but the session is a `{S}`",
    note = "consent to one purpose gives no right for another: resolve a grant for the session's purpose with \
            `control.grant::<..>(..)`, or open a session for the purpose of the grant"
)]
pub trait GrantFor<S>: sealed::GrantFor<S> {
    /// Checks that the grant holds for this tenant's subject at `now`.
    #[doc(hidden)]
    fn check(&self, tenant: &TenantId, subject: &SubjectId, now: Timestamp) -> Result<(), AccessError>;

    /// The subject's pseudonym.
    #[doc(hidden)]
    fn subject_pseudonym(&self) -> Pseudonym;
}

impl<P: Plane, U: Purpose> GrantFor<Session<P, U>> for Grant<U> {
    fn check(&self, tenant: &TenantId, subject: &SubjectId, now: Timestamp) -> Result<(), AccessError> {
        if self.tenant != *tenant {
            return Err(Misuse::GrantOfAnotherTenant.into());
        }
        if self.subject != *subject {
            return Err(Misuse::GrantOfAnotherSubject.into());
        }
        if self.withdrawn.load(Ordering::SeqCst) {
            return Err(GrantProblem::Withdrawn.into());
        }
        if now >= self.expires {
            return Err(GrantProblem::Expired.into());
        }
        Ok(())
    }

    fn subject_pseudonym(&self) -> Pseudonym {
        self.pseudonym
    }
}
