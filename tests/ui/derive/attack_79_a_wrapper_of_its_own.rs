//! Attack 79: a type of one's own under the name of a wrapper, a marker type that holds something.

use boundary_runtime::{Boundary, DataKey, SubjectId, TenantId};

boundary_runtime::policy!();

pub struct Sealed<T>(pub T);

pub struct PhantomData(pub String);

#[derive(Boundary)]
#[boundary(table = "people", tenancy = tenant)]
pub struct Person {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(tenant)]
    pub tenant: TenantId,
    #[boundary(subject)]
    pub subject: SubjectId,
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(category = "user.name", residency = in_country, purpose(Billing))]
    name: Sealed<String>,
    pub email: PhantomData,
}

fn main() {}
