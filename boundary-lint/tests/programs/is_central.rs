//! A small central binary.
#![forbid(unsafe_code)]
use boundary_runtime::{Central, Principal, Purpose, Session};
struct Analytics;
impl Purpose for Analytics { const NAME: &'static str = "analytics"; }
fn main() {
    let session: Session<Central, Analytics> = Session::central(Principal::new("pipeline", "analyst"));
    println!("{session:?}");
}
