//! Attack 1, with the file that belongs to a field: the central plane asks for it, and for a place to seal one.

use boundary_runtime::{Central, Grant, ObjectReader, ObjectWriter, Session};
use payments_model::policy::purpose;
use payments_model::Customer;

fn attack(customer: &Customer, central: &Session<Central, purpose::Billing>, grant: &Grant<purpose::Billing>) {
    let sealed: &[u8] = b"copied from the region's bucket";
    let _ = ObjectReader::open(central, customer, "national_id", "scan.pdf", sealed, grant);
    let _ = ObjectWriter::seal(central, customer, "national_id", "scan.pdf", Vec::new());
}

fn main() {}
