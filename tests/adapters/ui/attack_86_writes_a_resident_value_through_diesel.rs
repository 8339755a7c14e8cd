//! Attack 86: a resident value is written to a database of one's own through diesel, to be read back in the clear.

use boundary_runtime::Resident;
use diesel::expression::AsExpression;
use diesel::sql_types::Text;

fn attack(city: Resident<String>) {
    let _ = AsExpression::<Text>::as_expression(city);
}

fn main() {}
