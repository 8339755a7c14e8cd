//! What a retrofit is to do, and what it will find.

use std::fmt;

use boundary_schema::{Declaration, FieldDeclaration, FieldRole, Kind, Protection};

use super::RetrofitError;

/// What a value of the plain column becomes once its sealed form was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Clearing {
    /// NULL.
    Null,
    /// This text, for a column of texts that may not be NULL. From then on a row with this text counts as cleared.
    Text(&'static str),
}

/// Which column of which table is to be sealed, and into which field.
///
/// The table has the plain column and, beside it, the sealed one, which is the column that the declared field names and
/// which may be NULL. Tenant, subject and the record's identifier are read from the columns of the declared roles.
///
/// ```
/// # use boundary_runtime::schema::{Declaration, FieldDeclaration, FieldRole, Kind, Protection, Residency, Tenancy};
/// # static CUSTOMERS: Declaration = Declaration {
/// #     kind: Kind::Table, name: "customers", tenancy: Tenancy::Tenant, rust: "Customer", file: "", line: 1, policy: None,
/// #     derived_from: &[],
/// #     fields: &[
/// #         FieldDeclaration::role("id", "id", FieldRole::RecordId, 1),
/// #         FieldDeclaration::role("tenant", "tenant", FieldRole::Tenant, 1),
/// #         FieldDeclaration::role("subject", "subject", FieldRole::Subject, 1),
/// #         FieldDeclaration::role("data_key", "data_key", FieldRole::DataKey, 1),
/// #         FieldDeclaration::value("email", "email_sealed", "user.contact.email", Residency::InCountry, &["billing"],
/// #             Protection::Sealed, 1),
/// #     ],
/// # };
/// use boundary_runtime::retrofit::Plan;
///
/// let plan = Plan::new(&CUSTOMERS, "email", "email_plain")?.with_batch(1_000);
/// assert_eq!(plan.name(), "customers.email_sealed");
/// # Ok::<(), boundary_runtime::retrofit::RetrofitError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) declaration: &'static Declaration,
    pub(super) field: &'static FieldDeclaration,
    pub(super) plain: String,
    pub(super) batch: u32,
    pub(super) clearing: Clearing,
    pub(super) plain_wins: bool,
}

impl Plan {
    /// Seals what is in column `plain` into the declared field with this Rust name, 500 rows at a time.
    ///
    /// # Errors
    /// If the declaration is no table of a tenant's records, or the field is not a sealed one, or its column is the plain
    /// one.
    pub fn new(
        declaration: &'static Declaration,
        field: &str,
        plain: impl Into<String>,
    ) -> Result<Self, RetrofitError> {
        let plain = plain.into();
        let wrong = |problem: String| RetrofitError::Plan {
            name: format!("{}.{field}", declaration.name),
            problem,
        };
        let roles = [
            FieldRole::RecordId,
            FieldRole::Tenant,
            FieldRole::Subject,
            FieldRole::DataKey,
        ];
        if declaration.kind != Kind::Table || roles.iter().any(|role| declaration.role(*role).is_none()) {
            return Err(wrong(
                "only a table whose records have identifier, tenant, subject and data key can be sealed"
                    .to_owned(),
            ));
        }
        let declared = declaration
            .field(field)
            .filter(|field| field.protection == Protection::Sealed)
            .ok_or_else(|| {
                wrong(format!(
                    "`{}` declares no sealed field of this name",
                    declaration.rust
                ))
            })?;
        if declared.column == plain {
            return Err(wrong(
                "plain and sealed column are one; name the sealed one with `#[boundary(column = \"…\")]` and add it to \
                 the table"
                    .to_owned(),
            ));
        }
        Ok(Self {
            declaration,
            field: declared,
            plain,
            batch: 500,
            clearing: Clearing::Null,
            plain_wins: false,
        })
    }

    /// The same plan with so many rows in one transaction, at least one.
    #[must_use]
    pub fn with_batch(mut self, rows: u32) -> Self {
        self.batch = rows.max(1);
        self
    }

    /// The same plan with what a verified value of the plain column becomes.
    #[must_use]
    pub fn clearing_to(mut self, clearing: Clearing) -> Self {
        self.clearing = clearing;
        self
    }

    /// The same plan, in which the plain column is right where the two differ: for an application that writes nothing
    /// but the plain column yet. Otherwise rows that differ are left as they are and counted.
    #[must_use]
    pub fn where_plain_wins(mut self) -> Self {
        self.plain_wins = true;
        self
    }

    /// The name of the retrofit: table and sealed column.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}.{}", self.declaration.name, self.field.column)
    }
}

/// What a retrofit will find and write, as far as it can be known before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Survey {
    /// The plan in a sentence.
    pub plan: String,
    /// Rows of the table.
    pub rows: u64,
    /// Rows with a value in the plain column.
    pub plain: u64,
    /// Rows with a value in the sealed column.
    pub sealed: u64,
    /// Rows whose record has a data key.
    pub data_keys: u64,
    /// About how many bytes will be written: each sealed value is 30 bytes longer than the plain one, and a data key has
    /// about 150.
    pub bytes: u64,
}

impl fmt::Display for Survey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.plan)?;
        writeln!(
            f,
            "rows {}, with a plain value {}, with a sealed one {}, with a data key {}",
            self.rows, self.plain, self.sealed, self.data_keys
        )?;
        write!(f, "about {} bytes to write", self.bytes)
    }
}
