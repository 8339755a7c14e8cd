//! Every wrapper, an alias of one, a column of another name, two models in one module, a private model.

#![deny(warnings, missing_docs)]

use boundary_runtime::{Boundary, DataKey, Resident, Sealed, SubjectId, TenantId};

boundary_runtime::policy!();

/// Ciphertext under another name.
pub type Secret = Sealed<String>;

/// A person.
#[derive(Boundary)]
#[boundary(table = "people", tenancy = tenant)]
pub struct Person {
    /// Role.
    #[boundary(record_id)]
    pub id: i64,
    /// Role.
    #[boundary(tenant)]
    pub tenant: TenantId,
    /// Role.
    #[boundary(subject)]
    pub subject: SubjectId,
    /// Role.
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(category = "user.name", residency = in_country, purpose(Billing), column = "full_name")]
    name: Secret,
    #[boundary(category = "user.contact.phone_number", residency = regional, purpose(Billing, Support))]
    phone: Option<Sealed<String>>,
    #[boundary(category = "user.contact.address.city", residency = in_country, purpose(Analytics), release(cohort))]
    city: Resident<String>,
    #[boundary(category = "user.demographic.age", residency = in_country, purpose(Analytics))]
    #[boundary(release(cohort, deidentify = bucket(10)))]
    age: Option<Resident<u8>>,
    #[boundary(category = "user.government_id", residency = pinned(In), purpose(Billing))]
    r#type: Sealed<Vec<u8>>,
    /// Plain.
    #[boundary(category = "system.operations", residency = global)]
    pub plan: String,
}

/// A visit of a person.
#[derive(Boundary)]
#[boundary(event = "person.visited")]
pub struct Visit {
    /// Role.
    #[boundary(record_id)]
    pub id: i64,
    /// Role.
    #[boundary(tenant)]
    pub tenant: TenantId,
    /// Role.
    #[boundary(subject)]
    pub subject: SubjectId,
    /// Role.
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(category = "user.device.ip_address", residency = in_country, purpose(Support))]
    address: Sealed<String>,
}

mod private {
    use boundary_runtime::Boundary;

    /// A currency.
    #[derive(Boundary)]
    #[boundary(table = "currencies", tenancy = global)]
    pub(crate) struct Currency {
        #[boundary(record_id)]
        code: String,
        #[boundary(category = "system.operations", residency = global)]
        digits: i64,
    }

    pub(crate) fn declared() -> usize {
        Currency::DECLARATION.fields.len()
    }
}

fn main() {
    let field = Person::DECLARATION.field("name").unwrap();
    assert_eq!((field.column, field.residency.to_string().as_str()), ("full_name", "in_country"));
    assert_eq!(Person::DECLARATION.field("type").unwrap().residency.to_string(), "pinned(in)");
    assert_eq!(Visit::DECLARATION.name, "person.visited");
    assert_eq!(private::declared(), 2);
    assert_eq!(policy::load().unwrap().regions().len(), 3);
}
