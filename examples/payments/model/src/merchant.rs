//! The catalogue of merchants, replicated everywhere.

use boundary_runtime::Boundary;

/// A merchant, as every region knows it.
#[derive(Boundary)]
#[boundary(table = "merchants", tenancy = global)]
pub struct Merchant {
    /// Key of the merchant.
    #[boundary(record_id)]
    pub id: String,
    /// The name it trades under.
    #[boundary(category = "system.operations", residency = global)]
    pub trade_name: String,
}
