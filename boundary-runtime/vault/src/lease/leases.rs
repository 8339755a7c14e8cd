//! The leases of a vault: one flight at a time per authority, a bounded number, revocations that stick.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use boundary_runtime::{Clock, KeyError};

use super::{Lease, ZERO_LEASE_HOLD};
use crate::keys::{AuthorityName, OpenedKeys};

/// All leases of one region's vault.
pub(crate) struct Leases {
    bound: Duration,
    capacity: usize,
    clock: Arc<dyn Clock>,
    slots: Mutex<HashMap<AuthorityName, Arc<Slot>>>,
}

/// What is known of one authority.
#[derive(Default)]
struct Slot {
    held: Mutex<Option<Arc<Lease>>>,
    /// Whether the held lease was asked for since it was opened: one that nobody uses is not renewed.
    is_used: AtomicBool,
    /// Held by the flight; its content is how the last flight failed, if it did.
    gate: tokio::sync::Mutex<Option<KeyError>>,
    flights: AtomicU64,
    /// Counts what makes an older answer of the custody stale without making it wrong: rotations.
    changes: AtomicU64,
    revocations: Arc<AtomicU64>,
}

impl Slot {
    /// Whether it holds a lease, or a flight or a session is on it, which a revocation must reach. Called with the
    /// map of slots locked, from which alone others get at a slot.
    fn is_needed(self: &Arc<Self>) -> bool {
        lock(&self.held).is_some() || Arc::strong_count(self) > 1 || Arc::strong_count(&self.revocations) > 1
    }

    /// Keeps a lease for the next ones that ask, unless a rotation came in between.
    fn hold(&self, lease: &Arc<Lease>, changes_before: u64) {
        let mut held = lock(&self.held);
        if self.changes.load(Ordering::Acquire) == changes_before {
            *held = Some(Arc::clone(lease));
        }
    }
}

impl Leases {
    pub(crate) fn new(bound: Duration, capacity: usize, clock: Arc<dyn Clock>) -> Self {
        Self {
            bound,
            capacity: capacity.max(1),
            clock,
            slots: Mutex::default(),
        }
    }

    /// The lease on an authority: the held one, or what `ask` brings from the custody.
    ///
    /// Callers that find a flight under way share its outcome, good or bad. A caller that goes away in the middle of
    /// its flight leaves it to the next one.
    pub(crate) async fn open<F, Fut>(&self, name: &AuthorityName, ask: F) -> Result<Arc<Lease>, KeyError>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<OpenedKeys, KeyError>>,
    {
        let slot = self.slot(name);
        let outcome = self.open_in(&slot, ask).await;
        if outcome.is_err() {
            self.forget(name, slot);
        }
        outcome
    }

    async fn open_in<F, Fut>(&self, slot: &Slot, ask: F) -> Result<Arc<Lease>, KeyError>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<OpenedKeys, KeyError>>,
    {
        if self.bound.is_zero() {
            return self.fly(slot, ask).await.map(|(lease, _)| lease);
        }
        if let Some(lease) = self.held(slot) {
            return Ok(lease);
        }
        let flights_before = slot.flights.load(Ordering::Acquire);
        let mut failure = slot.gate.lock().await;
        if let Some(lease) = self.held(slot) {
            return Ok(lease);
        }
        if slot.flights.load(Ordering::Acquire) != flights_before
            && let Some(failure) = &*failure
        {
            return Err(failure.clone());
        }
        let outcome = self.fly(slot, ask).await;
        *failure = outcome.as_ref().err().cloned();
        slot.flights.fetch_add(1, Ordering::Release);
        let (lease, changes_before) = outcome?;
        self.make_room();
        slot.hold(&lease, changes_before);
        Ok(lease)
    }

    /// The leases to renew now: they have used up three quarters of their time, and were asked for since they were opened.
    pub(crate) fn due(&self) -> Vec<AuthorityName> {
        let now = self.clock.now();
        let is_due = |slot: &Slot| {
            let held = lock(&slot.held);
            let is_old = held.as_ref().is_some_and(|lease| {
                lease.keys(now).is_ok() && now.since(lease.opened) >= self.bound / 4 * 3
            });
            is_old && slot.is_used.load(Ordering::Acquire)
        };
        let slots = lock(&self.slots);
        let due = slots.iter().filter(|(_, slot)| is_due(slot));
        due.map(|(name, _)| name.clone()).collect()
    }

    /// Asks for a held lease anew, so that the next session need not wait. If the custody says that the key is off, everything
    /// that is held ends at once; if it does not answer, what is held lasts as long as it would have.
    pub(crate) async fn renew<F, Fut>(&self, name: &AuthorityName, ask: F) -> Result<(), KeyError>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<OpenedKeys, KeyError>>,
    {
        let slot = self.slot(name);
        let _one_flight = slot.gate.lock().await;
        match self.fly(&slot, ask).await {
            Ok((lease, changes_before)) => {
                slot.is_used.store(false, Ordering::Release);
                slot.hold(&lease, changes_before);
                Ok(())
            }
            Err(error) => {
                if error.is_off() {
                    self.revoke(name);
                }
                Err(error)
            }
        }
    }

    /// Ends every lease on an authority, held here or by a session, and those that a flight is bringing.
    pub(crate) fn revoke(&self, name: &AuthorityName) {
        if let Some(slot) = lock(&self.slots).get(name) {
            slot.revocations.fetch_add(1, Ordering::AcqRel);
            *lock(&slot.held) = None;
        }
    }

    /// Lets the next session ask the custody again; what sessions hold stays good for its time.
    pub(crate) fn refresh(&self, name: &AuthorityName) {
        if let Some(slot) = lock(&self.slots).get(name) {
            slot.changes.fetch_add(1, Ordering::AcqRel);
            *lock(&slot.held) = None;
        }
    }

    /// Asks the custody. The age of what it gives counts from now, and so do revocations.
    async fn fly<F, Fut>(&self, slot: &Slot, ask: F) -> Result<(Arc<Lease>, u64), KeyError>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<OpenedKeys, KeyError>>,
    {
        let opened = self.clock.now();
        let revocations_before = slot.revocations.load(Ordering::Acquire);
        let changes_before = slot.changes.load(Ordering::Acquire);
        let keys = ask().await?;
        let hold = if self.bound.is_zero() {
            ZERO_LEASE_HOLD
        } else {
            self.bound
        };
        // A clock that is behind at the end of the lease would let it last longer.
        let hold = hold.saturating_sub(self.clock.lag());
        let lease = Lease {
            keys,
            opened,
            expires: opened.plus(hold),
            bound: self.bound,
            revocations: Arc::clone(&slot.revocations),
            revocations_before,
        };
        lease.keys(self.clock.now())?;
        Ok((Arc::new(lease), changes_before))
    }

    fn held(&self, slot: &Slot) -> Option<Arc<Lease>> {
        let mut held = lock(&slot.held);
        let holds = held
            .as_ref()
            .is_some_and(|lease| lease.keys(self.clock.now()).is_ok());
        if holds {
            slot.is_used.store(true, Ordering::Release);
        } else {
            *held = None;
        }
        held.clone()
    }

    fn slot(&self, name: &AuthorityName) -> Arc<Slot> {
        let mut slots = lock(&self.slots);
        if let Some(slot) = slots.get(name) {
            return Arc::clone(slot);
        }
        Arc::clone(slots.entry(name.clone()).or_default())
    }

    /// Drops the slot of an authority that did not open, so that names without an authority do not pile up.
    fn forget(&self, name: &AuthorityName, slot: Arc<Slot>) {
        let mut slots = lock(&self.slots);
        drop(slot);
        if slots.get(name).is_some_and(|slot| !slot.is_needed()) {
            slots.remove(name);
        }
    }

    /// Makes room for one more held lease: those that are over go first, then the oldest sixteenth.
    fn make_room(&self) {
        let mut slots = lock(&self.slots);
        if slots.len() <= self.capacity {
            return;
        }
        let now = self.clock.now();
        let mut ages = Vec::new();
        for slot in slots.values() {
            let mut held = lock(&slot.held);
            match &*held {
                Some(lease) if lease.keys(now).is_ok() => ages.push(lease.opened),
                _ => *held = None,
            }
        }
        if ages.len() >= self.capacity {
            let surplus = ages.len() - self.capacity + self.capacity.div_ceil(16);
            ages.sort_unstable();
            let oldest_kept = ages.get(surplus).copied();
            for slot in slots.values() {
                let mut held = lock(&slot.held);
                if held
                    .as_ref()
                    .is_some_and(|lease| oldest_kept.is_none_or(|kept| lease.opened < kept))
                {
                    *held = None;
                }
            }
        }
        slots.retain(|_, slot| slot.is_needed());
    }

    #[cfg(test)]
    pub(super) fn held_count(&self) -> usize {
        lock(&self.slots)
            .values()
            .filter(|slot| lock(&slot.held).is_some())
            .count()
    }
}

/// A lock whose holder panicked guards nothing that a panic could have left half-done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
