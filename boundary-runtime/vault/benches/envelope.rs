//! Sealing and opening a record, against the primitives it is made of.

fn main() {}
