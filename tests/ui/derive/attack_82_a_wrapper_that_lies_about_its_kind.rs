//! Attack 82: under the name of one wrapper another, in a model whose declaration goes by the name.

use boundary_runtime::{Boundary, DataKey, Plaintext, SubjectId, TenantId};

boundary_runtime::policy!();

pub mod lying {
    pub type Sealed<T> = boundary_runtime::Resident<T>;
}
use lying::Sealed;

#[derive(Boundary)]
#[boundary(table = "profiles", tenancy = tenant)]
pub struct Profile<T: Plaintext + boundary_runtime::Column> {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(tenant)]
    pub tenant: TenantId,
    #[boundary(subject)]
    pub subject: SubjectId,
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(category = "user.biometric", residency = in_country, purpose(Billing))]
    value: Sealed<T>,
}

fn use_it(profile: &Profile<String>) {
    let _ = boundary_runtime::Record::cells(profile);
}

fn main() {
    let _ = use_it;
}
