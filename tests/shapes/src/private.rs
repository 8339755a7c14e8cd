//! A model in a private module of a private module, re-exported under the crate's root.

mod inner {
    use rt::{Boundary, DataKey, Sealed, SubjectId, TenantId};

    /// A model that another module re-exports.
    #[derive(Boundary)]
    #[boundary(table = "secretives", tenancy = tenant)]
    pub struct Secretive {
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
        #[boundary(category = "user.name", residency = in_country, purpose(Billing))]
        name: Sealed<String>,
    }
}

pub use inner::{NewSecretive, Secretive};
