//! A crate without any prelude: no `Option`, no `Vec`, no names of other crates, no tool attributes.

#![no_implicit_prelude]
#![deny(warnings)]

::boundary_runtime::policy!(no_implicit_prelude);

/// An order.
#[derive(::boundary_runtime::Boundary)]
#[boundary(table = "orders", tenancy = tenant, no_implicit_prelude)]
pub struct Order {
    #[boundary(record_id)]
    id: ::std::string::String,
    #[boundary(record_id)]
    line: i64,
    #[boundary(tenant)]
    tenant: ::boundary_runtime::TenantId,
    #[boundary(subject)]
    subject: ::boundary_runtime::SubjectId,
    #[boundary(data_key)]
    data_key: ::boundary_runtime::DataKey,
    #[boundary(category = "user.name", residency = in_country, purpose(Billing))]
    name: ::boundary_runtime::Sealed<::std::string::String>,
    #[boundary(category = "user.contact.address.city", residency = pinned(In), purpose(Analytics), release(cohort))]
    city: ::std::option::Option<::boundary_runtime::Resident<::std::string::String>>,
    #[boundary(category = "system.operations", residency = global)]
    tier: Tier,
}

/// A tier.
#[derive(::boundary_runtime::Column)]
pub enum Tier {
    /// Cheap.
    Basic,
    /// Dear.
    Pro,
}

/// Made from orders.
#[derive(::boundary_runtime::Boundary)]
#[boundary(dataset = "cities", kind = aggregate, derived_from(Order), no_implicit_prelude)]
pub struct City {
    #[boundary(record_id)]
    id: i64,
    #[boundary(from(Order::city), transform = cohort, category = "user.contact.address.city", residency = global)]
    name: ::std::string::String,
}

fn main() {
    ::std::assert_eq!(Order::DECLARATION.fields.len(), 8);
    ::std::assert_eq!(City::DECLARATION.derived_from[0].name, "orders");
}
