//! Reading a value while its column is being sealed: the sealed form where it is there, else the plain one.

use super::database::{Database, Row};
use super::rows::{address, check_region, check_session};
use super::{Retrofit, RetrofitError};
use crate::audit::{Act, Outcome};
use crate::clock::Timestamp;
use crate::error::AccessError;
use crate::grant::GrantFor;
use crate::plaintext::{Column, Plaintext};
use crate::seam::FieldAddress;
use crate::session::Session;
use crate::{InCountry, Plain, Purpose, Region, TenantId};
use zeroize::Zeroizing;

impl<V: Plaintext + Column, D: Database> Retrofit<V, D> {
    /// The value of one record, as its accessor will give it: for a session of the field's purpose and with a grant for
    /// the record's subject, audited. A plain value, too, needs an authority whose key can be used.
    ///
    /// # Errors
    /// [`RetrofitError::NoRecord`]; whatever an accessor answers; or the database fails.
    pub async fn read<R: Region, U: Purpose>(
        &mut self,
        session: &Session<InCountry<R>, U>,
        grant: &impl GrantFor<Session<InCountry<R>, U>>,
        tenant: &TenantId,
        record_id: &str,
    ) -> Result<Option<Plain<V>>, RetrofitError> {
        let found = self.database.row(&self.plan, tenant, record_id).await?;
        let row = found.ok_or_else(|| RetrofitError::NoRecord {
            name: self.plan.name(),
        })?;
        let now = session.clock().now();
        let opened = self.open_row(session, grant, &row, now);
        let outcome = if opened.is_ok() {
            Outcome::Done
        } else {
            Outcome::Refused
        };
        session.record(now, Act::Open, tenant, |audit| {
            audit.outcome = outcome;
            audit.subject = Some(grant.subject_pseudonym());
            audit.data_key = row.key.as_ref().map(crate::DataKey::id);
            audit.declaration = Some(self.plan.declaration.name);
            audit.field = Some(self.plan.field.field);
            audit.note = row.sealed.is_none().then_some("not sealed yet".into());
        })?;
        opened
    }

    fn open_row<R: Region, U: Purpose>(
        &self,
        session: &Session<InCountry<R>, U>,
        grant: &impl GrantFor<Session<InCountry<R>, U>>,
        row: &Row,
        now: Timestamp,
    ) -> Result<Option<Plain<V>>, RetrofitError> {
        let record = address(&self.plan, row)?;
        grant.check(record.tenant, record.subject, now)?;
        check_session(&self.plan, session)?;
        let field = FieldAddress {
            record,
            field: self.plan.field,
        };
        let undecryptable = || RetrofitError::from(AccessError::Undecryptable);
        if let Some(key) = &row.key {
            check_region(key, session.region())?;
        }
        match (&row.sealed, &row.key) {
            (Some(sealed), Some(key)) => {
                let mut plaintext = Zeroizing::new(Vec::new());
                session.opener().open(key, &field, sealed, &mut plaintext, now)?;
                let value = V::decode(&plaintext).map_err(|_| undecryptable())?;
                return Ok(Some(Plain::new(value)));
            }
            (Some(_), None) => return Err(undecryptable()),
            (None, Some(key)) => session.opener().admit(key, &field, now)?,
            // A record without a data key yet: that one could be made shows that the authority may be used.
            (None, None) => drop(session.opener().create(&record, now)?),
        }
        if row.is_cleared(&self.plan, false) {
            return Ok(None);
        }
        let value = V::from_cell(&row.plain).map_err(|_| undecryptable())?;
        Ok(Some(Plain::new(value)))
    }
}
