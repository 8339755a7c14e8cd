//! Data keys wrapped anew under the newest lease key of their authority: in batches, each with its checkpoint.
//!
//! A batch is one transaction that moves the checkpoint along, so a process that is killed loses no more than a batch, and
//! the next one goes on from there. A data key that is wrapped under the newest generation is left alone, so nothing
//! is done twice that matters.

use std::collections::BTreeMap;
use std::sync::Arc;

use boundary_schema::{Declaration, FieldRole, KeyPlace, Kind};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::cells::{from_payload, quoted, record_id_of};
use super::keys::key_column;
use super::paging::{Paging, from_text, to_text};
use super::statements::{column_of, identifier_of};
use super::{RegionStore, StoreError};
use crate::seam::{RecordAddress, Rewrapper};
use crate::{DataKey, SubjectId};

/// What a re-wrapping did, and what it left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rewrapped {
    /// How many data keys were wrapped anew by this call.
    pub rewrapped: u64,
    /// How many data keys of the authority's records are now wrapped under each generation, those of tables that were not named
    /// included. Generations older than the oldest here can be retired, as far as this store goes.
    pub left: BTreeMap<u32, u64>,
    /// How many data keys are of no known form. They stay as they are: nothing opens with them. One that has the form
    /// and does not unwrap counts in its generation, and so stands in the way of retiring it.
    pub unreadable: u64,
}

impl Rewrapped {
    /// The oldest generation that a data key of the tenant is still wrapped under in this store.
    #[must_use]
    pub fn oldest(&self) -> Option<u32> {
        self.left.keys().next().copied()
    }
}

/// A place that data keys lie in.
struct Source {
    declaration: &'static Declaration,
    kind: SourceKind,
    /// The table, quoted.
    table: String,
    /// The column of the data key, quoted.
    key: String,
    /// Which rows: those of tenant `?1` and declaration `?2`.
    filter: String,
    /// What is read of a row besides its data key: the record's identifier, or what it is read from, and the subject.
    names: String,
    paging: Paging,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SourceKind {
    KeyTable,
    Inline,
    Outbox,
}

impl Source {
    fn of(
        connection: &Connection,
        declaration: &'static Declaration,
        place: KeyPlace,
    ) -> Result<Self, StoreError> {
        Ok(match (declaration.kind, place) {
            (Kind::Event, _) => Self {
                declaration,
                kind: SourceKind::Outbox,
                table: "boundary_outbox".to_owned(),
                key: "data_key".to_owned(),
                filter: "tenant = ?1 AND event = ?2".to_owned(),
                names: "payload, subject".to_owned(),
                paging: Paging::by(&["id"]),
            },
            (_, KeyPlace::KeyTable) => Self {
                declaration,
                kind: SourceKind::KeyTable,
                table: "keys.boundary_data_keys".to_owned(),
                key: "data_key".to_owned(),
                filter: "tenant = ?1 AND declaration = ?2".to_owned(),
                names: "record_id, subject".to_owned(),
                paging: Paging::by(&["record_id"]),
            },
            (_, KeyPlace::Inline) => Self {
                declaration,
                kind: SourceKind::Inline,
                table: format!("{} AS r", quoted(declaration.name)),
                key: quoted(key_column(declaration)),
                filter: format!(
                    "{} = ?1 AND ?2 = ?2 AND {} IS NOT NULL",
                    column_of(declaration, FieldRole::Tenant),
                    quoted(key_column(declaration))
                ),
                names: format!(
                    "CAST({} AS text), {}",
                    identifier_of(declaration),
                    column_of(declaration, FieldRole::Subject)
                ),
                paging: Paging::of(connection, declaration.name)?,
            },
        })
    }

    /// The name of its checkpoint.
    fn name(&self) -> String {
        let kind = match self.kind {
            SourceKind::KeyTable => "key table",
            SourceKind::Inline => "inline",
            SourceKind::Outbox => "outbox",
        };
        format!("{kind}: {}", self.declaration.name)
    }

    /// The identifier of the record in a row.
    fn record_id(&self, row: &rusqlite::Row<'_>) -> Result<String, StoreError> {
        if self.kind != SourceKind::Outbox {
            return Ok(row.get(0)?);
        }
        let payload: Vec<u8> = row.get(0)?;
        let cells = from_payload(self.declaration, &payload);
        cells
            .and_then(|cells| record_id_of(self.declaration, &cells))
            .map_err(|source| StoreError::Row {
                table: self.declaration.name,
                source,
            })
    }
}

struct Found {
    record_id: String,
    subject: SubjectId,
    key: Vec<u8>,
    place: Vec<Value>,
}

/// What one batch came to.
struct Batch {
    rewrapped: u64,
    is_last: bool,
}

impl RegionStore {
    /// Wraps the data keys of a tenant's records anew, `batch` at a time: those of these tables, wherever they lie, and
    /// those of queued events among these declarations. Then counts what every data key of the tenant is wrapped under.
    ///
    /// It can be called again after it was interrupted, and beside readers and writers: records open all the while.
    ///
    /// # Errors
    /// If the tenant's lease ends on the way (call it again with a new rewrapper), or the database fails. What was
    /// wrapped until then stays so.
    pub async fn rewrap(
        &self,
        rewrapper: Arc<dyn Rewrapper>,
        tables: &[&'static Declaration],
        batch: u32,
    ) -> Result<Rewrapped, StoreError> {
        let mut report = Rewrapped::default();
        for declaration in tables.iter().copied() {
            if declaration.role(FieldRole::DataKey).is_none() || !rewrapper.is_of(declaration.name) {
                continue;
            }
            let place = self.place(declaration);
            loop {
                let rewrapper = Arc::clone(&rewrapper);
                let done = self
                    .run(move |connection| {
                        let source = Source::of(connection, declaration, place)?;
                        rewrap_batch(connection, &source, &*rewrapper, batch.max(1))
                    })
                    .await?;
                report.rewrapped += done.rewrapped;
                if done.is_last {
                    break;
                }
            }
        }
        let tables = tables.to_vec();
        let places: Vec<KeyPlace> = tables.iter().map(|declaration| self.place(declaration)).collect();
        self.run(move |connection| {
            count(connection, &tables, &places, &*rewrapper, &mut report)?;
            Ok(report)
        })
        .await
    }
}

fn rewrap_batch(
    connection: &mut Connection,
    source: &Source,
    rewrapper: &dyn Rewrapper,
    limit: u32,
) -> Result<Batch, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = next(&transaction, source, rewrapper, limit)?;
    let is_last = found.len() < limit as usize;
    let update = format!(
        "UPDATE {} SET {} = ?3 WHERE {} AND {}",
        source.table,
        source.key,
        source.filter,
        source.paging.compared("=", 4)
    );
    let mut rewrapped = 0;
    for row in &found {
        let Ok(key) = DataKey::from_bytes(&row.key) else {
            continue;
        };
        if rewrapper.generation(&key) == Some(rewrapper.newest()) {
            continue;
        }
        let record = RecordAddress {
            declaration: source.declaration,
            tenant: rewrapper.tenant(),
            record_id: &row.record_id,
            subject: &row.subject,
        };
        let newer = match rewrapper.rewrap(&record, &key) {
            Ok(newer) => newer,
            // It opens nothing as it is, and the count at the end tells of it.
            Err(crate::AccessError::Undecryptable) => continue,
            Err(other) => return Err(other.into()),
        };
        let mut values = vec![
            Value::Text(rewrapper.tenant().to_string()),
            Value::Text(source.declaration.name.to_owned()),
            Value::Blob(newer.as_bytes().to_vec()),
        ];
        values.extend(row.place.iter().cloned());
        let changed = transaction
            .prepare_cached(&update)?
            .execute(rusqlite::params_from_iter(values))?;
        rewrapped += changed as u64;
    }
    let whose = params![rewrapper.tenant().as_str(), source.name()];
    match found.last() {
        Some(last) if !is_last => transaction.execute(
            "INSERT OR REPLACE INTO keys.boundary_rewraps (tenant, source, generation, after) VALUES (?1, ?2, ?3, ?4)",
            params![
                rewrapper.tenant().as_str(),
                source.name(),
                rewrapper.newest(),
                to_text(&last.place)
            ],
        )?,
        _ => transaction.execute(
            "DELETE FROM keys.boundary_rewraps WHERE tenant = ?1 AND source = ?2",
            whose,
        )?,
    };
    transaction.commit()?;
    Ok(Batch { rewrapped, is_last })
}

/// The next rows after the checkpoint; from the beginning where the checkpoint is of another generation.
fn next(
    transaction: &Transaction<'_>,
    source: &Source,
    rewrapper: &dyn Rewrapper,
    limit: u32,
) -> Result<Vec<Found>, StoreError> {
    let unreadable = |error| StoreError::Row {
        table: source.declaration.name,
        source: error,
    };
    let after: Option<String> = transaction
        .query_row(
            "SELECT after FROM keys.boundary_rewraps WHERE tenant = ?1 AND source = ?2 AND generation = ?3",
            params![rewrapper.tenant().as_str(), source.name(), rewrapper.newest()],
            |row| row.get(0),
        )
        .optional()?;
    let mut values = vec![
        Value::Text(rewrapper.tenant().to_string()),
        Value::Text(source.declaration.name.to_owned()),
        Value::Integer(limit.into()),
    ];
    let mut condition = source.filter.clone();
    if let Some(after) = after {
        condition = format!("{condition} AND {}", source.paging.compared(">", 4));
        values.extend(from_text(&after).map_err(unreadable)?);
    }
    let sql = format!(
        "SELECT {}, {}, {} FROM {} WHERE {condition} ORDER BY {} LIMIT ?3",
        source.names,
        source.key,
        source.paging.list(),
        source.table,
        source.paging.list()
    );
    let mut select = transaction.prepare_cached(&sql)?;
    let mut rows = select.query(rusqlite::params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Found {
            record_id: source.record_id(row)?,
            subject: row.get::<_, String>(1)?.into(),
            key: row.get(2)?,
            place: source.paging.values(row, 3)?,
        });
    }
    Ok(found)
}

/// Counts the tenant's data keys by generation: the key table and the outbox whole, and the inline ones of these tables.
fn count(
    connection: &Connection,
    tables: &[&'static Declaration],
    places: &[KeyPlace],
    rewrapper: &dyn Rewrapper,
    report: &mut Rewrapped,
) -> Result<(), StoreError> {
    let mut selects = vec![
        "SELECT data_key, declaration FROM keys.boundary_data_keys WHERE tenant = ?1".to_owned(),
        "SELECT data_key, event FROM boundary_outbox WHERE tenant = ?1".to_owned(),
    ];
    for (declaration, place) in tables.iter().copied().zip(places) {
        if *place == KeyPlace::Inline
            && declaration.kind != Kind::Event
            && declaration.role(FieldRole::DataKey).is_some()
        {
            let column = quoted(key_column(declaration));
            selects.push(format!(
                "SELECT {column}, '{}' FROM {} r WHERE {} = ?1 AND {column} IS NOT NULL",
                declaration.name.replace('\'', "''"),
                quoted(declaration.name),
                column_of(declaration, FieldRole::Tenant)
            ));
        }
    }
    for select in selects {
        let mut select = connection.prepare(&select)?;
        let mut rows = select.query([rewrapper.tenant().as_str()])?;
        while let Some(row) = rows.next()? {
            if !rewrapper.is_of(&row.get::<_, String>(1)?) {
                continue;
            }
            let bytes: Vec<u8> = row.get(0)?;
            let generation = DataKey::from_bytes(&bytes)
                .ok()
                .and_then(|key| rewrapper.generation(&key));
            match generation {
                Some(generation) => *report.left.entry(generation).or_default() += 1,
                None => report.unreadable += 1,
            }
        }
    }
    Ok(())
}
