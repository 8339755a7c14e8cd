//! Identifiers of several parts: two columns, or one type that says how it is written.

use std::borrow::Cow;

use rt::{Boundary, Cell, Column, DataKey, DecodeError, RecordId, Sealed, SubjectId, TenantId};

/// A line of an order: two columns identify it.
#[derive(Boundary)]
#[boundary(table = "order_lines", tenancy = tenant)]
pub struct OrderLine {
    /// First part.
    #[boundary(record_id)]
    pub order: String,
    /// Second part.
    #[boundary(record_id)]
    pub line: i32,
    /// Role.
    #[boundary(tenant)]
    pub tenant: TenantId,
    /// Role.
    #[boundary(subject)]
    pub subject: SubjectId,
    /// Role.
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(category = "user.content", residency = in_country, purpose(Billing))]
    text: Sealed<String>,
}

/// A tuple in a column of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShipmentId(pub u32, pub u32);

impl RecordId for ShipmentId {
    fn canonical(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}-{}", self.0, self.1))
    }
}

impl Column for ShipmentId {
    fn to_cell(&self) -> Cell {
        self.canonical().into_owned().to_cell()
    }

    fn from_cell(cell: &Cell) -> Result<Self, DecodeError> {
        let wrong = DecodeError::new("a shipment: two numbers with a dash between");
        let text = String::from_cell(cell)?;
        let (year, number) = text.split_once('-').ok_or(wrong)?;
        Ok(Self(
            year.parse().map_err(|_| wrong)?,
            number.parse().map_err(|_| wrong)?,
        ))
    }
}

/// A shipment.
#[derive(Boundary)]
#[boundary(table = "shipments", tenancy = tenant)]
pub struct Shipment {
    /// Both parts.
    #[boundary(record_id)]
    pub id: ShipmentId,
    /// Role.
    #[boundary(tenant)]
    pub tenant: TenantId,
    /// Role.
    #[boundary(subject)]
    pub subject: SubjectId,
    /// Role.
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(category = "user.contact.address.street", residency = in_country, purpose(Billing))]
    street: Sealed<String>,
}
