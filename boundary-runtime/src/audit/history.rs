//! Who could decrypt, and who did: read back from a region's audit log.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{AUDIT_JOURNAL, Act, AuditRecord, AuthorityFact, Capability, Outcome};
use crate::TenantId;
use crate::clock::Timestamp;
use crate::journal::{self, JournalError};

/// The facts of an audit log from which capability is told.
///
/// It says what the vaults that wrote the log allowed. Whoever administers a custody, or holds a copy of a key, could decrypt
/// without a vault; the custody's own log tells of them.
#[derive(Debug, Default)]
pub struct CapabilityHistory {
    entries: Vec<Entry>,
}

/// What is read of a record.
#[derive(Debug, serde::Deserialize)]
struct Entry {
    at: Timestamp,
    act: Act,
    outcome: Outcome,
    #[serde(rename = "principal")]
    name: String,
    role: String,
    tenant: Option<TenantId>,
    capability: Option<Capability>,
}

/// A role that could decrypt a tenant's data for some time, by one key.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct CouldDecrypt {
    /// The role.
    pub role: String,
    /// The purposes that it could open sessions for.
    pub purposes: BTreeSet<String>,
    /// The principals in this role that opened a session on the tenant in that time. Others may have had the role: who has it is
    /// decided by the deployment.
    pub principals: BTreeSet<String>,
    /// How many fields they opened in it.
    pub opened: usize,
    /// What the authority was, and which key it had.
    pub authority: AuthorityFact,
    /// From when on.
    pub from: Timestamp,
    /// Until when, the lease that a session may have held included.
    pub until: Timestamp,
}

impl CapabilityHistory {
    /// Reads the audit log of a region, with the region's public key alone.
    ///
    /// # Errors
    /// If anything in the log is not as the region wrote it.
    pub fn read(path: impl AsRef<Path>, region: &str, key: &[u8; 32]) -> Result<Self, JournalError> {
        let mut entries = Vec::new();
        journal::read(path.as_ref(), AUDIT_JOURNAL, region, key, |line| {
            entries.push(serde_json::from_str(line)?);
            Ok(())
        })?;
        Ok(Self { entries })
    }

    /// The same of records that are in memory.
    #[must_use]
    pub fn of(records: &[AuditRecord]) -> Self {
        let entries = records.iter().map(|record| Entry {
            at: record.at,
            act: record.act,
            outcome: record.outcome,
            name: record.principal.name.to_string(),
            role: record.principal.role.to_string(),
            tenant: record.tenant.clone(),
            capability: record.capability.as_deref().cloned(),
        });
        Self {
            entries: entries.collect(),
        }
    }

    /// Who could decrypt the data of a tenant under its authority of this class (`tenant`, `retention`) between two moments, and
    /// how much of it they did. In the order of time, then of roles.
    ///
    /// Where the log leaves a doubt, the answer is the longer time: a key that was found disabled counts as usable until then,
    /// one that was found enabled again as usable since it was last found disabled, and each ending is later by the lease.
    #[must_use]
    pub fn could_decrypt(
        &self,
        tenant: &TenantId,
        class: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Vec<CouldDecrypt> {
        let roles = self.roles();
        let mut found = Vec::new();
        for (usable, authority) in self.usable(tenant, class) {
            for (in_force, purposes_of) in &roles {
                let Some(span) = usable
                    .and(*in_force)
                    .and_then(|span| span.and(Span { from, until }))
                else {
                    continue;
                };
                for (role, purposes) in *purposes_of {
                    let done = self.done(tenant, role, span);
                    found.push(CouldDecrypt {
                        role: role.clone(),
                        purposes: purposes.clone(),
                        principals: done.0,
                        opened: done.1,
                        authority: authority.clone(),
                        from: span.from,
                        until: span.until,
                    });
                }
            }
        }
        found
    }

    /// The roles, each set for as long as it was the latest.
    fn roles(&self) -> Vec<(Span, &BTreeMap<String, BTreeSet<String>>)> {
        let facts: Vec<_> = self
            .entries
            .iter()
            .filter_map(|entry| match &entry.capability {
                Some(Capability::Roles { roles, .. }) => Some((entry.at, roles)),
                _ => None,
            })
            .collect();
        let ends = facts.iter().skip(1).map(|(at, _)| *at).chain([END]);
        facts
            .iter()
            .zip(ends)
            .map(|((from, roles), until)| (Span { from: *from, until }, *roles))
            .collect()
    }

    /// When the authority could be opened, and by which key.
    fn usable(&self, tenant: &TenantId, class: &str) -> Vec<(Span, AuthorityFact)> {
        let mut spans = Vec::new();
        let mut lease = 0;
        let mut known: Option<AuthorityFact> = None;
        let mut since: Option<Timestamp> = None;
        let mut found_off: Option<Timestamp> = None;
        for entry in &self.entries {
            let about_it = entry.tenant.as_ref() == Some(tenant);
            match &entry.capability {
                Some(Capability::Roles { lease_ms, .. }) => lease = *lease_ms,
                Some(Capability::Authority(fact)) if about_it && fact.class == class => {
                    if known.as_ref() != Some(fact) {
                        close(&mut spans, &mut since, known.as_ref(), entry.at, lease);
                        known = Some(fact.clone());
                    }
                    if fact.state == AuthorityFact::ACTIVE {
                        since = since.or(Some(entry.at));
                    }
                    found_off = None;
                }
                Some(Capability::Answer {
                    class: of, usable, ..
                }) if about_it && of == class => {
                    if *usable {
                        since = since.or(found_off).or(Some(entry.at));
                    } else {
                        close(&mut spans, &mut since, known.as_ref(), entry.at, lease);
                        found_off = Some(entry.at);
                    }
                }
                _ => {}
            }
        }
        if let (Some(from), Some(fact)) = (since, known) {
            spans.push((Span { from, until: END }, fact));
        }
        spans
    }

    /// Who opened sessions in a role, and how many fields were opened in it.
    fn done(&self, tenant: &TenantId, role: &str, span: Span) -> (BTreeSet<String>, usize) {
        let mut principals = BTreeSet::new();
        let mut opened = 0;
        for entry in &self.entries {
            let is_theirs = entry.tenant.as_ref() == Some(tenant)
                && entry.role == role
                && entry.outcome == Outcome::Done
                && span.holds(entry.at);
            match entry.act {
                Act::Session if is_theirs => {
                    principals.insert(entry.name.clone());
                }
                Act::Open if is_theirs => opened += 1,
                _ => {}
            }
        }
        (principals, opened)
    }
}

const END: Timestamp = Timestamp::from_millis(u64::MAX);

/// From one moment to before another.
#[derive(Clone, Copy)]
struct Span {
    from: Timestamp,
    until: Timestamp,
}

impl Span {
    /// What two have in common.
    fn and(self, other: Self) -> Option<Self> {
        let common = Self {
            from: self.from.max(other.from),
            until: self.until.min(other.until),
        };
        (common.from < common.until).then_some(common)
    }

    fn holds(self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}

/// Ends what was open at `at`, and the lease that a session may hold after it.
fn close(
    spans: &mut Vec<(Span, AuthorityFact)>,
    since: &mut Option<Timestamp>,
    fact: Option<&AuthorityFact>,
    at: Timestamp,
    lease_ms: u64,
) {
    if let (Some(from), Some(fact)) = (since.take(), fact) {
        let until = at.plus(std::time::Duration::from_millis(lease_ms));
        spans.push((Span { from, until }, fact.clone()));
    }
}
