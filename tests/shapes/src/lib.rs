//! Models of the shapes that real code has. They compile in edition 2021, over a runtime that the manifest calls `rt`;
//! tests/round_trip.rs seals and opens each of them.

mod datasets;
mod identifiers;
mod indexes;
mod parameters;
mod private;
mod values;

rt::policy!();

pub use datasets::{CityTotal, NewRiskFeatures, NewVisit, RiskFeatures, Visit};
pub use identifiers::{NewOrderLine, NewShipment, OrderLine, Shipment, ShipmentId};
pub use indexes::{CardId, Contact, NewContact};
pub use parameters::{Ledgered, NewNote, NewProfile, Note, Profile, Score};
pub use private::{NewSecretive, Secretive};
pub use values::{Address, CardNumber, Gender, NewPerson, Person, Tier};
