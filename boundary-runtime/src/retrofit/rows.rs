//! What a step makes of one row. Pure computation with a session; what it decides is written by the database.

use std::fmt;

use boundary_schema::Residency;
use zeroize::Zeroizing;

use super::database::{Change, Row, What};
use super::{Plan, RetrofitError};
use crate::error::{AccessError, Misuse, Refusal};
use crate::plaintext::{Column, Plaintext};
use crate::seam::{FieldAddress, RecordAddress};
use crate::session::Session;
use crate::{DataKey, InCountry, Purpose, Region, Timestamp};

/// What a step found and did, in rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Rows that this call went through.
    pub rows: u64,
    /// Values that this call sealed, cleared or brought back.
    pub changed: u64,
    /// Rows whose sealed value opens and equals the plain one.
    pub equal: u64,
    /// Rows with a sealed value that opens, and no plain one.
    pub sealed_only: u64,
    /// Rows with neither.
    pub empty: u64,
    /// Rows with a plain value that is not sealed yet.
    pub missing: u64,
    /// Rows whose sealed value opens and is another than the plain one. Whoever wrote them last wrote one of the two.
    pub differing: u64,
    /// Rows that cannot be dealt with: without identifier, tenant or subject, with a plain value that is none of the
    /// declared type, or with a data key or a sealed value that does not open.
    pub unusable: u64,
}

impl Tally {
    /// Whether every plain value is sealed, opens and equals.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.missing == 0 && self.differing == 0 && self.unusable == 0
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} rows: {} changed, {} equal, {} sealed only, {} empty, {} missing, {} differing, {} unusable",
            self.rows,
            self.changed,
            self.equal,
            self.sealed_only,
            self.empty,
            self.missing,
            self.differing,
            self.unusable
        )
    }
}

/// A session at work on one column.
pub(super) struct Hand<'s, R: Region, U: Purpose> {
    pub(super) session: &'s Session<InCountry<R>, U>,
    pub(super) plan: &'s Plan,
    /// Whether plain values were ever cleared.
    pub(super) clearing: bool,
    pub(super) now: Timestamp,
}

/// What a sealed value turned out to be.
enum Opened {
    None,
    Equal,
    Differing,
    /// There is no plain value to compare it with.
    Alone,
    Closed,
}

/// A row's plain value as bytes, and its sealed one compared with it.
struct Looked {
    /// `None` where there is no plain value, or it is none of the declared type.
    plain: Option<Zeroizing<Vec<u8>>>,
    sealed: Opened,
    is_cleared: bool,
    is_usable: bool,
}

impl<R: Region, U: Purpose> Hand<'_, R, U> {
    /// Seals what is not sealed.
    pub(super) fn seal<V: Plaintext + Column>(
        &self,
        row: Row,
        tally: &mut Tally,
    ) -> Result<Option<Change>, RetrofitError> {
        let looked = self.look::<V>(&row)?;
        let is_new = match looked.sealed {
            _ if !looked.is_usable => false,
            // A sealed value that opens no more is of use to nobody, and the plain one is there.
            Opened::None | Opened::Closed => !looked.is_cleared,
            Opened::Differing => self.plan.plain_wins,
            Opened::Equal | Opened::Alone => false,
        };
        let Some(plain) = looked.plain.as_ref().filter(|_| is_new) else {
            looked.count(tally);
            return Ok(None);
        };
        let record = self.address(&row)?;
        let (opener, field) = (self.session.opener(), self.field(record));
        let mut sealed = Vec::new();
        let mut new_key = None;
        let done = match &row.key {
            Some(key) => opener.seal(key, &field, plain, &mut sealed, self.now),
            None => {
                let (key, mut sealer) = opener.create(&record, self.now)?;
                new_key = Some(key);
                sealer.seal(field.field, plain, &mut sealed, self.now)
            }
        };
        match done {
            Ok(()) => {}
            // The record's data key does not unwrap. Another one would close the record's other fields for good.
            Err(AccessError::Undecryptable) => {
                tally.unusable += 1;
                return Ok(None);
            }
            Err(other) => return Err(other.into()),
        }
        tally.changed += 1;
        let what = What::Seal { sealed, new_key };
        Ok(Some(Change { row, what }))
    }

    /// Opens what was just sealed, and drops it.
    pub(super) fn try_out<V: Plaintext + Column>(&self, change: Change) -> Result<(), RetrofitError> {
        let Change {
            mut row,
            what: What::Seal { sealed, new_key },
        } = change
        else {
            return Ok(());
        };
        row.key = new_key.or(row.key);
        let opened = self.open(&row, &sealed)?;
        if opened.is_some() && opened == encoded::<V>(&row) {
            Ok(())
        } else {
            Err(AccessError::Undecryptable.into())
        }
    }

    /// Compares, and changes nothing.
    pub(super) fn verify<V: Plaintext + Column>(
        &self,
        row: &Row,
        tally: &mut Tally,
    ) -> Result<(), RetrofitError> {
        self.look::<V>(row)?.count(tally);
        Ok(())
    }

    /// Clears a plain value whose sealed form opens and equals it.
    pub(super) fn clear<V: Plaintext + Column>(
        &self,
        row: Row,
        tally: &mut Tally,
    ) -> Result<Option<Change>, RetrofitError> {
        let looked = self.look::<V>(&row)?;
        if !matches!(looked.sealed, Opened::Equal) || looked.is_cleared || !looked.is_usable {
            looked.count(tally);
            return Ok(None);
        }
        tally.changed += 1;
        Ok(Some(Change {
            row,
            what: What::Clear,
        }))
    }

    /// Brings a cleared value back, and drops the sealed one.
    pub(super) fn undo<V: Plaintext + Column>(
        &self,
        row: Row,
        tally: &mut Tally,
    ) -> Result<Option<Change>, RetrofitError> {
        let drop_key = row.own_key && !row.has_others;
        let Some(sealed) = &row.sealed else {
            tally.empty += 1;
            if !drop_key {
                return Ok(None);
            }
            let what = What::Undo {
                plain: None,
                drop_key,
            };
            return Ok(Some(Change { row, what }));
        };
        let mut plain = None;
        if row.is_cleared(self.plan, self.clearing) {
            let opened = self.open(&row, sealed)?;
            let value = opened.and_then(|bytes| V::decode(&bytes).ok());
            let Some(value) = value else {
                // It stays sealed, because it is the only form there is.
                tally.unusable += 1;
                return Ok(None);
            };
            plain = Some(crate::Plain::new(value).inner().to_cell());
        }
        tally.changed += 1;
        let what = What::Undo { plain, drop_key };
        Ok(Some(Change { row, what }))
    }

    fn look<V: Plaintext + Column>(&self, row: &Row) -> Result<Looked, RetrofitError> {
        let is_cleared = row.is_cleared(self.plan, self.clearing);
        let plain = if is_cleared { None } else { encoded::<V>(row) };
        let is_named = row.tenant.is_some() && row.subject.is_some() && row.record_id.is_some();
        let mut looked = Looked {
            is_usable: (is_named || (is_cleared && row.sealed.is_none())) && (is_cleared || plain.is_some()),
            sealed: Opened::None,
            is_cleared,
            plain,
        };
        if looked.is_usable
            && let Some(sealed) = &row.sealed
        {
            looked.sealed = match (self.open(row, sealed)?, &looked.plain) {
                (None, _) => Opened::Closed,
                (Some(_), None) => Opened::Alone,
                (Some(opened), Some(plain)) if opened == *plain => Opened::Equal,
                (Some(_), Some(_)) => Opened::Differing,
            };
        }
        Ok(looked)
    }

    /// The sealed value, or nothing if it does not open.
    fn open(&self, row: &Row, sealed: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, RetrofitError> {
        let Some(key) = &row.key else {
            return Ok(None);
        };
        let mut plaintext = Zeroizing::new(Vec::new());
        let field = self.field(self.address(row)?);
        match self
            .session
            .opener()
            .open(key, &field, sealed, &mut plaintext, self.now)
        {
            Ok(()) => Ok(Some(plaintext)),
            Err(AccessError::Undecryptable) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }

    fn address<'r>(&self, row: &'r Row) -> Result<RecordAddress<'r>, RetrofitError> {
        address(self.plan, row)
    }

    fn field<'r>(&self, record: RecordAddress<'r>) -> FieldAddress<'r> {
        FieldAddress {
            record,
            field: self.plan.field,
        }
    }
}

impl Looked {
    fn count(&self, tally: &mut Tally) {
        let of = match (self.is_usable, &self.sealed, self.is_cleared) {
            (false, ..) | (_, Opened::Closed, _) => &mut tally.unusable,
            (_, Opened::None, true) => &mut tally.empty,
            (_, Opened::None, false) => &mut tally.missing,
            (_, Opened::Alone, _) => &mut tally.sealed_only,
            (_, Opened::Equal, _) => &mut tally.equal,
            (_, Opened::Differing, _) => &mut tally.differing,
        };
        *of += 1;
    }
}

/// The plain value as it is sealed; nothing if it is none of the declared type.
fn encoded<V: Plaintext + Column>(row: &Row) -> Option<Zeroizing<Vec<u8>>> {
    let value = crate::Plain::new(V::from_cell(&row.plain).ok()?);
    let mut bytes = Zeroizing::new(Vec::new());
    value.inner().encode(&mut bytes).ok()?;
    Some(bytes)
}

/// The record of a row.
pub(super) fn address<'r>(plan: &Plan, row: &'r Row) -> Result<RecordAddress<'r>, RetrofitError> {
    let unnamed = || RetrofitError::Row {
        table: plan.declaration.name,
        source: crate::DecodeError::new("a row with identifier, tenant and subject"),
    };
    Ok(RecordAddress {
        declaration: plan.declaration,
        tenant: row.tenant.as_ref().ok_or_else(unnamed)?,
        record_id: row.record_id.as_deref().ok_or_else(unnamed)?,
        subject: row.subject.as_ref().ok_or_else(unnamed)?,
    })
}

/// Refuses a session whose purpose or region may not have the field.
pub(super) fn check_session<R: Region, U: Purpose>(
    plan: &Plan,
    session: &Session<InCountry<R>, U>,
) -> Result<(), AccessError> {
    let (declaration, field) = (plan.declaration.rust, plan.field);
    if !field.purposes.contains(&U::NAME) {
        return Err(Refusal::Purpose {
            declaration,
            field: field.field,
            purpose: U::NAME,
        }
        .into());
    }
    match field.residency {
        Residency::Pinned(pinned) if pinned != session.region() => Err(Refusal::Residency {
            declaration,
            field: field.field,
            pinned,
            region: session.region().to_owned(),
        }
        .into()),
        _ => Ok(()),
    }
}

/// Refuses a data key of another region than the session's.
pub(super) fn check_region(key: &DataKey, region: &str) -> Result<(), AccessError> {
    if key.region() == region {
        Ok(())
    } else {
        Err(Misuse::AnotherRegion.into())
    }
}
