//! Attack 85: a resident value is written to a database of one's own through sqlx, to be read back in the clear.

use boundary_runtime::Resident;

fn attack(city: &Resident<String>) {
    let _ = sqlx::query::<sqlx::Sqlite>("SELECT ?").bind(city);
}

fn main() {}
