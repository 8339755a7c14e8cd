//! Looking records up by a blind index.

use boundary_schema::{FieldRole, KeyPlace};
use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::cells::quoted;
use super::keys::key_column;
use super::rows::read;
use super::statements::{column_list, column_of, identifier_of};
use super::{RegionStore, StoreError};
use crate::record::TenantRecord;
use crate::{Declaration, Indexed, Lookup, RawSession};

impl RegionStore {
    /// The records that a look-up means, sealed still.
    ///
    /// The candidates are found by the column of the blind index, for which the table should have an index on the
    /// tenant's column and that one. What the blind index finds besides is dropped before anything is given out.
    ///
    /// # Errors
    /// If a row does not read as declared, the database fails, the session's lease has ended, or the audit log cannot
    /// take what is found.
    pub async fn find<S: RawSession, T: TenantRecord + Send + 'static, G: Indexed>(
        &self,
        session: &S,
        lookup: &Lookup<T, G>,
    ) -> Result<Vec<T>, StoreError> {
        let mut parameters = vec![
            Value::Text(T::DECLARATION.name.to_owned()),
            Value::Text(lookup.tenant().as_str().to_owned()),
        ];
        let candidates = lookup.candidates().iter();
        parameters.extend(candidates.map(|one| Value::Blob(one.as_bytes().to_vec())));
        let place = self.place(T::DECLARATION);
        let sql = find_sql(T::DECLARATION, place, lookup.column(), lookup.candidates().len());
        let candidates = self
            .run(move |connection| {
                let mut select = connection.prepare_cached(&sql)?;
                read::<T>(&mut select, params_from_iter(parameters))
            })
            .await?;
        Ok(lookup.matching(session, candidates)?)
    }
}

/// Rows of a tenant whose blind index is one of so many, with their data keys. Where these lie in the key table, it is from the
/// rows to the keys, whose primary key is used because the identifier is compared as the text that it is there.
fn find_sql(declaration: &'static Declaration, place: KeyPlace, column: &str, candidates: usize) -> String {
    let places: Vec<String> = (3..candidates + 3).map(|place| format!("?{place}")).collect();
    let rows = quoted(declaration.name);
    let (key, keys) = match place {
        KeyPlace::KeyTable => (
            "k.data_key".to_owned(),
            format!(
                "CROSS JOIN keys.boundary_data_keys k
                 ON k.declaration = ?1 AND k.tenant = ?2 AND k.record_id = CAST({} AS TEXT)",
                identifier_of(declaration)
            ),
        ),
        KeyPlace::Inline => (format!("r.{}", quoted(key_column(declaration))), String::new()),
    };
    format!(
        "SELECT {}, {key} FROM {rows} r {keys}
         WHERE ?1 = ?1 AND {key} IS NOT NULL AND {} = ?2 AND r.{} IN ({})",
        column_list(declaration),
        column_of(declaration, FieldRole::Tenant),
        quoted(column),
        places.join(", "),
    )
}
