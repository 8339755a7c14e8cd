//! The gate: opens records inside the region, and lets out only what is about enough people.

use std::collections::BTreeMap;

use boundary_schema::{Declaration, FieldDeclaration, Release};
use zeroize::Zeroize;

use super::cohort::{Bucketed, Cohort, Cohorts, Deidentified, Label, Measure};
use super::signed::{CrossesBorder, Signed};
use super::suppression::{Group, Rule, suppress};
use crate::audit::{Act, Outcome};
use crate::clock::Timestamp;
use crate::control::{Channel, ControlPlane};
use crate::error::{AccessError, GrantProblem, Refusal};
use crate::guarded::{Guarded, Plain};
use crate::plane::{InCountry, Purpose, Region};
use crate::record::{BucketField, CohortField, Record, TenantRecord};
use crate::seam::Signer;
use crate::session::{Pseudonyms, Session};
use crate::{Pseudonym, TenantId};

/// The type of the value that a wrapper holds.
type Value<W> = <W as Guarded>::Value;

/// Why the gate released nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GateError {
    /// A record could not be read, or its field may not be released.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// A sum is larger than 64 bits hold.
    #[error("the sum of `{field}` is larger than 64 bits hold")]
    Overflow {
        /// The measure.
        field: &'static str,
    },
    /// The release cannot be written as JSON.
    #[error("the release cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The signer is of another region than the session.
    #[error("the signer is of region `{signer}`, the session of region `{session}`")]
    Signer {
        /// Region of the signer.
        signer: String,
        /// Region of the session.
        session: String,
    },
}

/// The gate of one region, for one analytical session.
///
/// It reads only records whose subject's leave for the session's purpose holds at this moment; the others are as if
/// they were not there. It is audited by one record a release, not one a value.
pub struct Gate<'a, R: Region, U: Purpose> {
    session: &'a Session<InCountry<R>, U>,
    control: &'a ControlPlane,
    pseudonyms: &'a dyn Pseudonyms,
    signer: &'a dyn Signer,
}

impl<'a, R: Region, U: Purpose> Gate<'a, R, U> {
    /// The gate of the session's region.
    ///
    /// # Errors
    /// If the signer is of another region.
    pub fn new(
        session: &'a Session<InCountry<R>, U>,
        control: &'a ControlPlane,
        pseudonyms: &'a dyn Pseudonyms,
        signer: &'a dyn Signer,
    ) -> Result<Self, GateError> {
        if signer.region() == session.region() {
            return Ok(Self {
                session,
                control,
                pseudonyms,
                signer,
            });
        }
        Err(GateError::Signer {
            signer: signer.region().to_owned(),
            session: session.region().to_owned(),
        })
    }

    /// Counts subjects and records by a field that declares `release(cohort)`.
    ///
    /// # Errors
    /// If the field may not key a cohort, or a record does not open.
    pub fn count_by<F>(&self, records: &[F::Record]) -> Result<Cohorts, GateError>
    where
        F: CohortField,
        F::Wrapper: Guarded<Opened = Plain<Value<F::Wrapper>>>,
        Value<F::Wrapper>: Label + Zeroize,
    {
        let by = self.authorize(F::Record::DECLARATION, F::FIELD, Channel::Cohort)?;
        let groups = self.group::<F>(by, records, |_| Ok(0))?;
        self.release(F::Record::DECLARATION.name, by, None, groups)
    }

    /// Sums one field by another, both declared with `release(cohort)`.
    ///
    /// # Errors
    /// If a field may not be used for a cohort, a record does not open, or a sum overflows.
    pub fn sum_by<F, M>(&self, records: &[F::Record]) -> Result<Cohorts, GateError>
    where
        F: CohortField,
        F::Wrapper: Guarded<Opened = Plain<Value<F::Wrapper>>>,
        Value<F::Wrapper>: Label + Zeroize,
        M: CohortField<Record = F::Record>,
        M::Wrapper: Guarded<Opened = Plain<Value<M::Wrapper>>>,
        Value<M::Wrapper>: Measure + Zeroize,
    {
        let by = self.authorize(F::Record::DECLARATION, F::FIELD, Channel::Cohort)?;
        let measure = self.authorize(M::Record::DECLARATION, M::FIELD, Channel::Cohort)?;
        let groups = self.group::<F>(by, records, |record| {
            let amount = self
                .session
                .open_for_purpose(record, measure, M::wrapper(record), self.now())?;
            Ok(amount.inner().amount())
        })?;
        self.release(F::Record::DECLARATION.name, by, Some(measure), groups)
    }

    /// The values of a field that declares `release(deidentify = ..)`, after that transform, one for each record.
    ///
    /// # Errors
    /// If the field does not declare it, or a record does not open.
    pub fn deidentify<F>(&self, records: &[F::Record]) -> Result<Deidentified, GateError>
    where
        F: BucketField,
        F::Wrapper: Guarded<Opened = Plain<Value<F::Wrapper>>>,
        Value<F::Wrapper>: Bucketed + Zeroize,
    {
        let field = self.authorize(F::Record::DECLARATION, F::FIELD, Channel::Deidentified)?;
        let width = field.releases.iter().find_map(|release| match release {
            Release::Bucket(width) => Some(*width),
            Release::Cohort => None,
        });
        let declaration = F::Record::DECLARATION;
        let width = width.ok_or(AccessError::from(Refusal::Release {
            declaration: declaration.rust,
            field: field.field,
            channel: "a de-identified value",
        }))?;
        let mut groups: BTreeMap<String, Group> = BTreeMap::new();
        self.each(records, |record, subject| {
            let value = self
                .session
                .open_for_purpose(record, field, F::wrapper(record), self.now())?;
            groups
                .entry(value.inner().bucket(width))
                .or_default()
                .add(subject, 0);
            Ok(())
        })?;
        let minimum = self.control.policy().release().minimum_subjects;
        let before = groups.len();
        groups.retain(|_, group| group.subjects.len() as u64 >= u64::from(minimum));
        let suppressed = groups.len() < before;
        let values = groups
            .into_iter()
            .flat_map(|(value, group)| {
                std::iter::repeat_n(value, usize::try_from(group.records).unwrap_or(0))
            })
            .collect();
        Ok(Deidentified {
            dataset: declaration.name.to_owned(),
            field: field.field.to_owned(),
            category: field.category.unwrap_or_default().to_owned(),
            transform: format!("bucket({width})"),
            minimum_subjects: minimum,
            values,
            suppressed,
        })
    }

    /// Signs a release for the policy's destination, once it is in the audit log on disk.
    ///
    /// # Errors
    /// If the audit log does not take the record.
    pub fn sign<V: CrossesBorder>(&self, value: V) -> Result<Signed<V>, GateError> {
        let destination = self.control.policy().release().destination.as_str();
        let tenant = TenantId::new("*");
        self.session.record(self.now(), Act::Release, &tenant, |record| {
            record.outcome = Outcome::Done;
            record.note = Some(format!("{} of {} for {destination}", V::KIND, value.dataset_name()).into());
        })?;
        let head = self.session.audit().flush().map_err(AccessError::from)?;
        Ok(Signed::seal(
            value,
            self.signer,
            destination,
            self.session.clock().now(),
            head,
        )?)
    }

    /// The time as it is now: a long run must not outlive the lease it began with.
    fn now(&self) -> Timestamp {
        self.session.clock().now()
    }

    fn authorize(
        &self,
        declaration: &'static Declaration,
        field: usize,
        channel: Channel,
    ) -> Result<&'static FieldDeclaration, AccessError> {
        let field = &declaration.fields[field];
        self.control.authorize_release(declaration, field, channel)?;
        Ok(field)
    }

    /// Calls `each` for every record whose subject's leave holds, with the subject's pseudonym.
    fn each<T: TenantRecord>(
        &self,
        records: &[T],
        mut each: impl FnMut(&T, Pseudonym) -> Result<(), AccessError>,
    ) -> Result<(), AccessError> {
        let now = self.now();
        for record in records {
            let subject = self.pseudonyms.pseudonym(record.tenant(), record.subject())?;
            match self
                .control
                .grant_for::<U>(subject, record.tenant(), record.subject(), now)
            {
                Ok(_) => each(record, subject)?,
                Err(AccessError::Grant(
                    GrantProblem::NoConsent | GrantProblem::Withdrawn | GrantProblem::Erased,
                )) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    fn group<F>(
        &self,
        by: &'static FieldDeclaration,
        records: &[F::Record],
        amount: impl Fn(&F::Record) -> Result<i64, AccessError>,
    ) -> Result<BTreeMap<String, Group>, AccessError>
    where
        F: CohortField,
        F::Wrapper: Guarded<Opened = Plain<Value<F::Wrapper>>>,
        Value<F::Wrapper>: Label + Zeroize,
    {
        let mut groups: BTreeMap<String, Group> = BTreeMap::new();
        self.each(records, |record, subject| {
            let label = self
                .session
                .open_for_purpose(record, by, F::wrapper(record), self.now())?
                .inner()
                .label();
            groups.entry(label).or_default().add(subject, amount(record)?);
            Ok(())
        })?;
        Ok(groups)
    }

    fn release(
        &self,
        dataset: &str,
        by: &'static FieldDeclaration,
        measure: Option<&'static FieldDeclaration>,
        groups: BTreeMap<String, Group>,
    ) -> Result<Cohorts, GateError> {
        let rules = self.control.policy().release();
        let mut rule = Rule {
            minimum: u64::from(rules.minimum_subjects),
            max_share: None,
        };
        if measure.is_some() {
            rule.max_share = Some(rules.max_share_percent);
        }
        let (released, remainder) = suppress(groups, rule);
        let cohort = |label: String, group: &Group| {
            let sum = match measure {
                Some(field) => {
                    Some(i64::try_from(group.sum).map_err(|_| GateError::Overflow { field: field.field })?)
                }
                None => None,
            };
            Ok::<_, GateError>(Cohort {
                label,
                subjects: group.subjects.len() as u64,
                records: group.records,
                sum,
            })
        };
        Ok(Cohorts {
            dataset: dataset.to_owned(),
            by: by.field.to_owned(),
            by_category: by.category.unwrap_or_default().to_owned(),
            measure: measure.map(|field| field.field.to_owned()),
            minimum_subjects: rules.minimum_subjects,
            cohorts: released
                .iter()
                .map(|(label, group)| cohort(label.clone(), group))
                .collect::<Result<_, _>>()?,
            remainder: remainder
                .map(|group| cohort("(remainder)".to_owned(), &group))
                .transpose()?,
        })
    }
}
