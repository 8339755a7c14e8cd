//! The outbox: events with the purpose they were emitted for, checked when emitted and again when delivered.
//!
//! A grant that held when an event was queued may not hold when it is delivered, so delivery asks the control plane
//! afresh (M31). Events of a subject who withdrew in between are removed and counted, never handed on.

use rusqlite::params;

use super::cells::{from_payload, to_payload};
use super::{RegionStore, StoreError};
use crate::audit::{Act, Outcome};
use crate::clock::Timestamp;
use crate::control::ControlPlane;
use crate::error::{AccessError, GrantProblem, Misuse, Refusal};
use crate::grant::{Grant, GrantFor};
use crate::plane::{InCountry, Purpose, Region};
use crate::record::TenantRecord;
use crate::session::{Pseudonyms, Session};
use crate::{DataKey, SubjectId, TenantId};

/// An event at its delivery, with the grant that was resolved for it just now.
pub struct Delivery<T, U: Purpose> {
    /// The event, still closed.
    pub event: T,
    /// Leave to open it.
    pub grant: Grant<U>,
    id: i64,
}

/// What a delivery run took from the outbox.
pub struct Batch<T, U: Purpose> {
    /// Events to hand on; call [`RegionStore::settle`] once they are.
    pub deliveries: Vec<Delivery<T, U>>,
    /// How many events were removed because their subject's leave had ended.
    pub withheld: usize,
    /// How many events stay queued because their tenant's authority is closed, or is not among those asked for.
    pub unavailable: usize,
}

struct Queued {
    id: i64,
    tenant: TenantId,
    subject: SubjectId,
    emitted_at: i64,
    payload: Vec<u8>,
    data_key: Vec<u8>,
}

impl RegionStore {
    /// Queues an event for purpose `U`.
    ///
    /// # Errors
    /// If the grant does not hold, a field of the event may not be processed for the purpose, or the event is of
    /// another region.
    pub async fn emit<T: TenantRecord, R: Region, U: Purpose>(
        &self,
        session: &Session<InCountry<R>, U>,
        grant: &impl GrantFor<Session<InCountry<R>, U>>,
        event: &T,
    ) -> Result<(), StoreError> {
        let now = session.clock().now();
        let emitted = self.check_emission(event, grant, now);
        session.record(now, Act::Emit, event.tenant(), |record| {
            record.outcome = if emitted.is_ok() {
                Outcome::Done
            } else {
                Outcome::Refused
            };
            record.subject = Some(grant.subject_pseudonym());
            record.data_key = Some(event.data_key().id());
            record.declaration = Some(T::DECLARATION.name);
        })?;
        emitted?;
        let row = (
            event.tenant().to_string(),
            event.subject().to_string(),
            grant.subject_pseudonym().to_string(),
        );
        let (payload, data_key) = (to_payload(&event.cells()), event.data_key().as_bytes().to_vec());
        self.run(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO boundary_outbox
                     (event, tenant, subject, pseudonym, purpose, emitted_at, payload, data_key)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                )?
                .execute(params![
                    T::DECLARATION.name,
                    row.0,
                    row.1,
                    row.2,
                    U::NAME,
                    i64::try_from(now.as_millis()).unwrap_or(i64::MAX),
                    *payload,
                    data_key
                ])?;
            Ok(())
        })
        .await
    }

    fn check_emission<T: TenantRecord, R: Region, U: Purpose>(
        &self,
        event: &T,
        grant: &impl GrantFor<Session<InCountry<R>, U>>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.check_region(event.data_key().region())?;
        grant.check(event.tenant(), event.subject(), now)?;
        let declaration = T::DECLARATION;
        let forbidden = declaration.fields.iter().find(|field| {
            field.residency != boundary_schema::Residency::Global
                && field.role.is_none()
                && !field.purposes.contains(&U::NAME)
        });
        match forbidden {
            None => Ok(()),
            Some(field) => Err(AccessError::from(Refusal::Purpose {
                declaration: declaration.rust,
                field: field.field,
                purpose: U::NAME,
            })
            .into()),
        }
    }

    /// Takes up to `limit` queued events of type `T` and purpose `U` for a sink of this region, oldest first, with a
    /// fresh grant each. Those whose subject's leave has ended are removed.
    ///
    /// # Errors
    /// If the sink is of another region, or the pseudonyms, the database or the audit log fail.
    pub async fn take<T: TenantRecord, R: Region, U: Purpose>(
        &self,
        session: &Session<InCountry<R>, U>,
        control: &ControlPlane,
        pseudonyms: &dyn Pseudonyms,
        sink: &str,
        limit: u32,
    ) -> Result<Batch<T, U>, StoreError> {
        control
            .authorize_sink(sink, &self.region)
            .map_err(AccessError::from)?;
        let queued = self.queued::<T, U>(limit).await?;
        let mut batch = Batch {
            deliveries: Vec::new(),
            withheld: 0,
            unavailable: 0,
        };
        let mut withheld = Vec::new();
        let now = session.clock().now();
        for row in queued {
            let pseudonym = match pseudonyms.pseudonym(&row.tenant, &row.subject) {
                Ok(pseudonym) => pseudonym,
                // One tenant's closed authority holds up nobody else's events.
                Err(AccessError::Key(_) | AccessError::Caller(Misuse::TenantNotInSession)) => {
                    batch.unavailable += 1;
                    continue;
                }
                Err(other) => return Err(other.into()),
            };
            let grant = control.grant_for::<U>(pseudonym, &row.tenant, &row.subject, now);
            session.record(now, Act::Deliver, &row.tenant, |record| {
                record.outcome = if grant.is_ok() {
                    Outcome::Done
                } else {
                    Outcome::Refused
                };
                record.subject = Some(pseudonym);
                record.declaration = Some(T::DECLARATION.name);
                record.note = Some(format!("to sink {sink}, emitted at {} ms", row.emitted_at).into());
            })?;
            match grant {
                Ok(grant) => {
                    let unreadable = |source| StoreError::Row {
                        table: T::DECLARATION.name,
                        source,
                    };
                    let cells = from_payload(T::DECLARATION, &row.payload).map_err(unreadable)?;
                    let key = DataKey::from_bytes(&row.data_key).map_err(unreadable)?;
                    let event = T::from_cells(&cells, key).map_err(unreadable)?;
                    batch.deliveries.push(Delivery {
                        event,
                        grant,
                        id: row.id,
                    });
                }
                Err(AccessError::Grant(
                    GrantProblem::Withdrawn | GrantProblem::Erased | GrantProblem::NoConsent,
                )) => withheld.push(row.id),
                Err(other) => return Err(other.into()),
            }
        }
        batch.withheld = withheld.len();
        self.remove(withheld).await?;
        Ok(batch)
    }

    /// Removes events that were handed on. What is not settled is taken again: delivery is at least once.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn settle<T, U: Purpose>(&self, deliveries: Vec<Delivery<T, U>>) -> Result<(), StoreError> {
        self.remove(deliveries.into_iter().map(|delivery| delivery.id).collect())
            .await
    }

    /// How many events are queued.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn queue_length(&self) -> Result<usize, StoreError> {
        self.run(|connection| {
            let length: u32 =
                connection.query_row("SELECT count(*) FROM boundary_outbox", [], |row| row.get(0))?;
            Ok(length as usize)
        })
        .await
    }

    async fn queued<T: TenantRecord, U: Purpose>(&self, limit: u32) -> Result<Vec<Queued>, StoreError> {
        self.run(move |connection| {
            let mut select = connection.prepare_cached(
                "SELECT id, tenant, subject, emitted_at, payload, data_key FROM boundary_outbox
                 WHERE event = ?1 AND purpose = ?2 ORDER BY id LIMIT ?3",
            )?;
            let rows = select.query_map(params![T::DECLARATION.name, U::NAME, limit], |row| {
                Ok(Queued {
                    id: row.get(0)?,
                    tenant: row.get::<_, String>(1)?.into(),
                    subject: row.get::<_, String>(2)?.into(),
                    emitted_at: row.get(3)?,
                    payload: row.get(4)?,
                    data_key: row.get(5)?,
                })
            })?;
            rows.map(|row| row.map_err(StoreError::from)).collect()
        })
        .await
    }

    async fn remove(&self, ids: Vec<i64>) -> Result<(), StoreError> {
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            for id in ids {
                transaction.execute("DELETE FROM boundary_outbox WHERE id = ?1", [id])?;
            }
            transaction.commit()?;
            Ok(())
        })
        .await
    }
}
