//! What crosses: groups of people, and values that no longer point at one person.

use serde::{Deserialize, Deserializer, Serialize};

/// One group: how many distinct subjects, how many records, and the sum of the measure if one was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cohort {
    /// The value that the group shares.
    pub label: String,
    /// Distinct subjects in it: at least the release's `minimum_subjects`.
    pub subjects: u64,
    /// Records in it.
    pub records: u64,
    /// Sum of the measure over its records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<i64>,
}

/// Aggregates over at least `minimum_subjects` distinct subjects each.
///
/// Groups too small to be released are put together as the remainder, which meets the same rules as any group: so a
/// release states what it suppressed without giving a small group away. Where even the remainder would be too small,
/// the smallest releasable groups join it; where everything together is too small, nothing is released.
///
/// It cannot be read from text by anybody but the inbox: a `Deserialize` of its own would be a way to make one without
/// the gate, which the gate would then sign.
///
/// ```compile_fail
/// # fn made_up(json: &str) {
/// let cohorts: boundary_runtime::release::Cohorts = serde_json::from_str(json).unwrap();
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cohorts {
    pub(super) dataset: String,
    pub(super) by: String,
    pub(super) by_category: String,
    pub(super) measure: Option<String>,
    pub(super) minimum_subjects: u32,
    pub(super) cohorts: Vec<Cohort>,
    pub(super) remainder: Option<Cohort>,
}

impl Cohorts {
    /// The table or event that was aggregated.
    #[must_use]
    pub fn dataset(&self) -> &str {
        &self.dataset
    }

    /// The field that the groups share.
    #[must_use]
    pub fn by(&self) -> &str {
        &self.by
    }

    /// The field that was summed, if one was.
    #[must_use]
    pub fn measure(&self) -> Option<&str> {
        self.measure.as_deref()
    }

    /// The groups, by label.
    #[must_use]
    pub fn cohorts(&self) -> &[Cohort] {
        &self.cohorts
    }

    /// What was suppressed, as one group of its own without a label.
    #[must_use]
    pub fn remainder(&self) -> Option<&Cohort> {
        self.remainder.as_ref()
    }

    /// The sum over all groups, without the remainder.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.cohorts.iter().filter_map(|cohort| cohort.sum).sum()
    }
}

/// Values of one field after its declared transform, each shared by at least `minimum_subjects` subjects.
///
/// Like [`Cohorts`], it is read by the inbox only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deidentified {
    pub(super) dataset: String,
    pub(super) field: String,
    pub(super) category: String,
    pub(super) transform: String,
    pub(super) minimum_subjects: u32,
    /// Sorted, so that the order says nothing of the records.
    pub(super) values: Vec<String>,
    pub(super) suppressed: bool,
}

impl Deidentified {
    /// The table or event.
    #[must_use]
    pub fn dataset(&self) -> &str {
        &self.dataset
    }

    /// The field.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The transform that was applied, as declared: `bucket(10)`.
    #[must_use]
    pub fn transform(&self) -> &str {
        &self.transform
    }

    /// One transformed value for each record, sorted.
    #[must_use]
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// Whether values shared by too few subjects were left out.
    #[must_use]
    pub fn suppressed(&self) -> bool {
        self.suppressed
    }
}

/// How the inbox reads [`Cohorts`]; the fields are those of the type, or this does not compile.
#[derive(Deserialize)]
#[serde(remote = "Cohorts", deny_unknown_fields)]
struct ReadCohorts {
    dataset: String,
    by: String,
    by_category: String,
    measure: Option<String>,
    minimum_subjects: u32,
    cohorts: Vec<Cohort>,
    remainder: Option<Cohort>,
}

/// How the inbox reads [`Deidentified`].
#[derive(Deserialize)]
#[serde(remote = "Deidentified", deny_unknown_fields)]
struct ReadDeidentified {
    dataset: String,
    field: String,
    category: String,
    transform: String,
    minimum_subjects: u32,
    values: Vec<String>,
    suppressed: bool,
}

impl Cohorts {
    pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        ReadCohorts::deserialize(from)
    }
}

impl Deidentified {
    pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        ReadDeidentified::deserialize(from)
    }
}

/// A value that can name a cohort.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot name a cohort",
    note = "texts, booleans and integers can; implement `Label` for a type of your own"
)]
pub trait Label {
    /// The text that the group goes by.
    fn label(&self) -> String;
}

/// A value that can be summed, in whole minor units.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be summed",
    note = "integers can; implement `Measure` for a type of your own"
)]
pub trait Measure {
    /// The amount.
    fn amount(&self) -> i64;
}

/// A number that can be put into buckets.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be put into buckets",
    note = "integers can; implement `Bucketed` for a type of your own"
)]
pub trait Bucketed {
    /// The bucket of this width that holds the number: `30-39` for 34 and 10.
    fn bucket(&self, width: u64) -> String;
}

#[diagnostic::do_not_recommend]
impl Label for String {
    fn label(&self) -> String {
        self.clone()
    }
}

#[diagnostic::do_not_recommend]
impl Label for bool {
    fn label(&self) -> String {
        self.to_string()
    }
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl Label for $type {
            fn label(&self) -> String {
                self.to_string()
            }
        }

        #[diagnostic::do_not_recommend]
        impl Measure for $type {
            fn amount(&self) -> i64 {
                i64::from(*self)
            }
        }

        #[diagnostic::do_not_recommend]
        impl Bucketed for $type {
            fn bucket(&self, width: u64) -> String {
                let width = i128::from(width.max(1));
                let start = i128::from(*self).div_euclid(width) * width;
                format!("{start}-{}", start + width - 1)
            }
        }
    )*};
}
integers!(u8, u16, u32, i8, i16, i32, i64);
