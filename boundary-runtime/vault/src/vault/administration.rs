//! The life of an authority: provision, suspend, resume, rotate, move, destroy. None of it touches a row.
//!
//! Each act is a few steps that may be repeated, in an order in which an interruption leaves the authority closed or as it
//! was, and the same call again completes it. What was done is recorded before and after.

use boundary_runtime::audit::{Act, AuditRecord, AuthorityFact, Outcome};
use boundary_runtime::{AccessError, KeyError, Principal, Region, Timestamp};

use super::Vault;
use super::authorities::{AuthorityRecord, AuthorityState, KeptKey};
use crate::custody::{Custodies, Destruction, KeyRequest, Origin};
use crate::keys::{Authority, AuthorityName, Keyring};

/// What is done to an authority.
#[derive(Clone, Copy)]
enum Change {
    Provision,
    Suspend,
    Resume,
    Rotate,
    Rewrap,
    Move,
    RetireFormerKeys,
    RetireGenerations,
    ScheduleDeletion,
    Destroy,
}

impl Change {
    /// Its name in the audit log.
    const fn name(self) -> &'static str {
        match self {
            Change::Provision => "provision",
            Change::Suspend => "suspend",
            Change::Resume => "resume",
            Change::Rotate => "rotate",
            Change::Rewrap => "rewrap",
            Change::Move => "move",
            Change::RetireFormerKeys => "retire former keys",
            Change::RetireGenerations => "retire generations",
            Change::ScheduleDeletion => "schedule deletion",
            Change::Destroy => "destroy",
        }
    }

    /// Whether the authority's sessions end with it.
    const fn closes(self) -> bool {
        matches!(self, Change::Suspend | Change::ScheduleDeletion | Change::Destroy)
    }
}

impl<R: Region> Vault<R> {
    /// Makes the keys of an authority in this region, kept by the home custody; for one that exists and works, nothing
    /// changes.
    ///
    /// An interrupted call leaves nothing that another call does not complete.
    ///
    /// # Errors
    /// What the custody answers: above all [`KeyError::Disabled`] and [`KeyError::PendingDeletion`] for an authority
    /// that exists and is not enabled. [`AccessError::Audit`] if the act cannot be recorded.
    pub async fn provision(
        &self,
        principal: &Principal,
        name: impl Into<AuthorityName>,
    ) -> Result<(), AccessError> {
        self.provision_under(principal, name, Custodies::HOME, &KeyRequest::Make)
            .await
    }

    /// As [`Vault::provision`], with a key of a named custody: tenant and key reference are all that onboarding takes.
    ///
    /// # Errors
    /// As [`Vault::provision`]; [`KeyError::NoCustody`] without such a custody, [`KeyError::Denied`] if the authority is
    /// kept by another one already ([`Vault::move_to`] moves it).
    pub async fn provision_under(
        &self,
        principal: &Principal,
        name: impl Into<AuthorityName>,
        custody: &str,
        request: &KeyRequest,
    ) -> Result<(), AccessError> {
        let act = async |authority: &Authority| {
            let _lock = self.authorities.folder.lock()?;
            if let Some(record) = self.authorities.load(authority)? {
                if record.key.custody != custody || record.key.origin != request.origin() {
                    return Err(KeyError::Denied(format!(
                        "{authority} is kept by custody `{}`; move it instead",
                        record.key.custody
                    )));
                }
                // Keys that sealed records must never be replaced, whatever is wrong with their custody.
                if !matches!(request, KeyRequest::Make)
                    && self.key_in(authority, custody, request).await? != record.key
                {
                    return Err(KeyError::Denied(format!(
                        "{authority} has another key in custody `{custody}`; move it instead"
                    )));
                }
                return self.unwrap_keyring(authority, &record).await.map(drop);
            }
            let key = self.key_in(authority, custody, request).await?;
            let keyring = Keyring::generate()?;
            let record = self
                .wrapped_record(authority, AuthorityState::Active, key, vec![], &keyring)
                .await?;
            self.authorities.store(authority, &record)
        };
        self.administer(principal, &name.into(), Change::Provision, act)
            .await
    }

    /// Closes an authority: sessions of this vault end at once, those of other processes when their lease ends.
    ///
    /// Its key is disabled in the custody as well, unless it is the customer's own, which only the customer can disable.
    ///
    /// # Errors
    /// What the custody answers; then no session is opened here any more, but the key may still be enabled.
    /// [`AccessError::Audit`] if the act cannot be recorded.
    pub async fn suspend(
        &self,
        principal: &Principal,
        name: impl Into<AuthorityName>,
    ) -> Result<(), AccessError> {
        let act = async |authority: &Authority| {
            let record = self.set_state(authority, |state| match state {
                AuthorityState::PendingDeletion(_) => Err(KeyError::PendingDeletion),
                AuthorityState::Active | AuthorityState::Suspended => Ok(AuthorityState::Suspended),
            })?;
            if record.key.origin == Origin::Designated {
                return Ok(());
            }
            let custody = self.custodies.get(&record.key.custody)?;
            custody.disable(record.key.of(authority)).await
        };
        self.administer(principal, &name.into(), Change::Suspend, act)
            .await
    }

    /// Opens a suspended authority again, or takes back its scheduled deletion. Sessions from before stay ended.
    ///
    /// # Errors
    /// What the custody answers; [`AccessError::Audit`] if the act cannot be recorded.
    pub async fn resume(
        &self,
        principal: &Principal,
        name: impl Into<AuthorityName>,
    ) -> Result<(), AccessError> {
        let act = async |authority: &Authority| {
            let record = self.record_of(authority)?;
            if record.key.origin != Origin::Designated {
                let custody = self.custodies.get(&record.key.custody)?;
                custody.enable(record.key.of(authority)).await?;
            }
            // Last, so that an interruption leaves it closed.
            self.set_state(authority, |_| Ok(AuthorityState::Active))
                .map(drop)
        };
        self.administer(principal, &name.into(), Change::Resume, act)
            .await
    }

    /// Gives an authority a new lease key, under which records are sealed from now on. The older ones still open.
    ///
    /// A session from before meets [`KeyError::LeaseExpired`] at a record that was sealed after.
    ///
    /// # Errors
    /// What the custody answers; [`AccessError::Audit`] if the act cannot be recorded.
    pub async fn rotate(
        &self,
        principal: &Principal,
        name: impl Into<AuthorityName>,
    ) -> Result<(), AccessError> {
        let name = name.into();
        let act = async |authority: &Authority| self.change_keyring(authority, &name, Keyring::rotate).await;
        self.administer(principal, &name, Change::Rotate, act).await
    }

    /// Drops the lease keys of the generations before `oldest`. Data keys that are still wrapped under them open nothing
    /// any more: re-wrap them first.
    ///
    /// # Errors
    /// [`KeyError::Denied`] if there is no such generation, and what the custody answers. [`AccessError::Audit`] if the
    /// act cannot be recorded.
    pub async fn retire_generations(
        &self,
        principal: &Principal,
        name: impl Into<AuthorityName>,
        oldest: u32,
    ) -> Result<(), AccessError> {
        let name = name.into();
        let act = async |authority: &Authority| {
            let retire = |keyring: &mut Keyring| keyring.retire_before(oldest);
            self.change_keyring(authority, &name, retire).await
        };
        self.administer(principal, &name, Change::RetireGenerations, act)
            .await
    }

    /// Wraps an authority's keys anew under the key that it has, after its custody rotated that one. No data key and no row
    /// changes.
    ///
    /// # Errors
    /// What the custody answers; [`AccessError::Audit`] if the act cannot be recorded.
    pub async fn rewrap(
        &self,
        principal: &Principal,
        name: impl Into<AuthorityName>,
    ) -> Result<(), AccessError> {
        let name = name.into();
        let act = async |authority: &Authority| self.change_keyring(authority, &name, |_| Ok(())).await;
        self.administer(principal, &name, Change::Rewrap, act).await
    }

    /// Moves an authority to another key, up or down the ladder: its keys are wrapped by the new one, and no row is touched.
    ///
    /// The key that it had goes to the record's former ones and stays as it is: copies of the record from before open
    /// under it until [`Vault::retire_former_keys`].
    ///
    /// # Errors
    /// What either custody answers; then the authority is where it was. [`KeyError::Damaged`] if the new custody does not
    /// give back what it wrapped. [`AccessError::Audit`] if the act cannot be recorded.
    pub async fn move_to(
        &self,
        principal: &Principal,
        name: impl Into<AuthorityName>,
        custody: &str,
        request: &KeyRequest,
    ) -> Result<(), AccessError> {
        let name = name.into();
        let act = async |authority: &Authority| {
            let _lock = self.authorities.folder.lock()?;
            let record = self.record_of(authority)?;
            let keyring = self.unwrap_keyring(authority, &record).await?;
            let key = self.key_in(authority, custody, request).await?;
            if key == record.key {
                return Ok(());
            }
            let mut former = record.former;
            former.retain(|known| *known != key);
            former.push(record.key);
            let moved = self
                .wrapped_record(authority, record.state, key, former, &keyring)
                .await?;
            // What cannot be unwrapped again must not take the place of what can.
            let back = self.unwrap_keyring(authority, &moved).await?;
            if back.generation() != keyring.generation() {
                return Err(KeyError::Damaged(
                    "the new custody did not give back the keys that it wrapped".to_owned(),
                ));
            }
            self.authorities.store(authority, &moved)?;
            self.leases.refresh(&name);
            Ok(())
        };
        self.administer(principal, &name, Change::Move, act).await
    }

    /// Destroys the keys that an authority had before it moved, as far as they are not the customer's own.
    ///
    /// # Errors
    /// What a custody answers; the keys that are destroyed by then are off the record. [`AccessError::Audit`] if the act
    /// cannot be recorded.
    pub async fn retire_former_keys(
        &self,
        principal: &Principal,
        name: impl Into<AuthorityName>,
    ) -> Result<(), AccessError> {
        let act = async |authority: &Authority| {
            let _lock = self.authorities.folder.lock()?;
            let mut record = self.record_of(authority)?;
            while let Some(key) = record.former.last() {
                self.destroy_key(authority, key).await?;
                record.former.pop();
                self.authorities.store(authority, &record)?;
            }
            Ok(())
        };
        self.administer(principal, &name.into(), Change::RetireFormerKeys, act)
            .await
    }

    /// Closes an authority with a view to destroying it, and says from when on it may be destroyed: the policy's waiting
    /// period from now, or later where the custody waits longer. [`Vault::resume`] takes it back.
    ///
    /// # Errors
    /// What the custody answers; [`AccessError::Audit`] if the act cannot be recorded.
    pub async fn schedule_deletion(
        &self,
        principal: &Principal,
        name: impl Into<AuthorityName>,
    ) -> Result<Timestamp, AccessError> {
        let name = name.into();
        let waiting = self.policy.keys().deletion_wait;
        let act = async |authority: &Authority| {
            let due = self.clock.now().plus(waiting);
            let record = self.set_state(authority, |state| match state {
                AuthorityState::PendingDeletion(_) => Ok(state),
                _ => Ok(AuthorityState::PendingDeletion(due)),
            })?;
            if record.key.origin == Origin::Designated {
                return Ok(());
            }
            let custody = self.custodies.get(&record.key.custody)?;
            custody
                .schedule_deletion(record.key.of(authority), waiting)
                .await
                .map(drop)
        };
        self.administer(principal, &name, Change::ScheduleDeletion, act)
            .await?;
        match self.record(name)?.state {
            AuthorityState::PendingDeletion(due) => Ok(due),
            // Taken back by another process in between.
            AuthorityState::Active | AuthorityState::Suspended => Err(KeyError::DeletionNotScheduled.into()),
        }
    }

    /// Destroys an authority for ever, once its deletion was scheduled and its waiting period is over: nothing that was
    /// sealed under it opens again, wherever copies of it are.
    ///
    /// The keys in its custodies are destroyed, and so is the record with the wrapped keys. A key of the customer's own is
    /// the customer's to destroy; a copy of the record (a backup) opens under it until then. For an authority that does not
    /// exist there is nothing to do.
    ///
    /// # Errors
    /// [`KeyError::DeletionNotScheduled`] and [`KeyError::DeletionNotDue`]; what the custody answers, and then another
    /// call completes the destruction. [`AccessError::Audit`] if the act cannot be recorded.
    pub async fn destroy(
        &self,
        principal: &Principal,
        name: impl Into<AuthorityName>,
    ) -> Result<(), AccessError> {
        let act = async |authority: &Authority| {
            let _lock = self.authorities.folder.lock()?;
            let Some(record) = self.authorities.load(authority)? else {
                // What an interrupted destruction left of the record.
                return self.authorities.remove(authority);
            };
            let AuthorityState::PendingDeletion(due) = record.state else {
                return Err(KeyError::DeletionNotScheduled);
            };
            if self.clock.now() < due {
                return Err(KeyError::DeletionNotDue { due });
            }
            for key in record.former.iter().chain([&record.key]) {
                self.destroy_key(authority, key).await?;
            }
            self.authorities.remove(authority)
        };
        self.administer(principal, &name.into(), Change::Destroy, act)
            .await
    }

    /// What this region knows of an authority: its state, its key, its generation.
    ///
    /// # Errors
    /// [`KeyError::Unknown`] if it was not provisioned, [`KeyError::Damaged`] if its record was altered.
    pub fn record(&self, name: impl Into<AuthorityName>) -> Result<AuthorityRecord, AccessError> {
        Ok(self.record_of(&name.into().within(&self.region))?)
    }

    /// The key that an authority is to have in a custody.
    async fn key_in(
        &self,
        authority: &Authority,
        custody: &str,
        request: &KeyRequest,
    ) -> Result<KeptKey, KeyError> {
        Ok(KeptKey {
            custody: custody.to_owned(),
            reference: self.custodies.get(custody)?.provision(authority, request).await?,
            origin: request.origin(),
        })
    }

    /// A record of these keys, wrapped by the custody that it names.
    async fn wrapped_record(
        &self,
        authority: &Authority,
        state: AuthorityState,
        key: KeptKey,
        former: Vec<KeptKey>,
        keyring: &Keyring,
    ) -> Result<AuthorityRecord, KeyError> {
        let custody = self.custodies.get(&key.custody)?;
        let wrapped = custody
            .wrap(key.of(authority), &keyring.to_bytes(authority)?)
            .await?;
        Ok(AuthorityRecord {
            state,
            generation: keyring.generation(),
            key,
            former,
            wrapped,
        })
    }

    /// Changes an authority's keys, wraps them again under the key that it has, and lets sessions ask anew.
    async fn change_keyring(
        &self,
        authority: &Authority,
        name: &AuthorityName,
        change: impl FnOnce(&mut Keyring) -> Result<(), KeyError>,
    ) -> Result<(), KeyError> {
        let _lock = self.authorities.folder.lock()?;
        let record = self.record_of(authority)?;
        let mut keyring = self.unwrap_keyring(authority, &record).await?;
        change(&mut keyring)?;
        let changed = self
            .wrapped_record(authority, record.state, record.key, record.former, &keyring)
            .await?;
        self.authorities.store(authority, &changed)?;
        self.leases.refresh(name);
        Ok(())
    }

    fn set_state(
        &self,
        authority: &Authority,
        change: impl FnOnce(AuthorityState) -> Result<AuthorityState, KeyError>,
    ) -> Result<AuthorityRecord, KeyError> {
        let _lock = self.authorities.folder.lock()?;
        let mut record = self.record_of(authority)?;
        let state = change(record.state)?;
        if state != record.state {
            record.state = state;
            self.authorities.store(authority, &record)?;
        }
        Ok(record)
    }

    async fn destroy_key(&self, authority: &Authority, key: &KeptKey) -> Result<(), KeyError> {
        if key.origin == Origin::Designated {
            return Ok(());
        }
        match self
            .custodies
            .get(&key.custody)?
            .destroy(key.of(authority))
            .await?
        {
            Destruction::Done | Destruction::Due(_) => Ok(()),
        }
    }

    /// Changes an authority: recorded on disk before it begins, because what cannot be recorded must not happen, and again
    /// with its outcome.
    async fn administer(
        &self,
        principal: &Principal,
        name: &AuthorityName,
        change: Change,
        perform: impl AsyncFnOnce(&Authority) -> Result<(), KeyError>,
    ) -> Result<(), AccessError> {
        let _one_at_a_time = self.administration.lock().await;
        let mut record = AuditRecord::new(self.clock.now(), Act::Authority, principal.clone());
        record.tenant = Some(name.tenant().clone());
        record.note = Some(format!("{}: begun", change.name()).into());
        self.audit.record(record.clone())?;
        self.audit.flush()?;

        if change.closes() {
            self.leases.revoke(name);
        }
        let authority = name.within(&self.region);
        let before = self.authorities.load(&authority).ok().flatten();
        let outcome = perform(&authority).await;
        if change.closes() {
            // Again, for the leases that were asked for before the custody knew.
            self.leases.revoke(name);
        }
        record.at = self.clock.now();
        record.note = Some(change.name().into());
        if let Err(error) = &outcome {
            record.outcome = Outcome::Refused;
            record.note = Some(format!("{}: {error}", change.name()).into());
        }
        // What the authority is now, whatever came of the act: a step of it may have been taken.
        record.capability = match self.authorities.load(&authority) {
            Ok(Some(now)) => Some(Box::new(self.fact(name.class(), &now, now.state.name()))),
            Ok(None) => {
                before.map(|before| Box::new(self.fact(name.class(), &before, AuthorityFact::DESTROYED)))
            }
            // Damaged: the outcome says so.
            Err(_) => None,
        };
        self.audit.record(record)?;
        self.audit.flush()?;
        Ok(outcome?)
    }
}
