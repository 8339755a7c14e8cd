//! One record of ten fields of 32 bytes, sealed and opened by Boundary and by others, against the sum of the primitives.
//!
//! `scripts/bench-peers` prints the table. Each row does what its library offers for the record; what that protects differs, and
//! `docs/benchmarks.md` says how.
#![allow(clippy::expect_used, clippy::unwrap_used)]

#[cfg(feature = "aws-esdk")]
mod esdk;
#[path = "../../floor/mod.rs"]
mod floor;
mod kms_aead_record;
#[path = "../../rounds/mod.rs"]
mod rounds;
#[path = "../../../tests/support/ten.rs"]
mod ten;
mod tink;

use std::hint::black_box;

use boundary_vault::Backend;
use rounds::Row;

pub const FIELDS: usize = 10;
pub const PLAINTEXT: [u8; 32] = [7; 32];

/// As long as the additional data of Boundary's fields and wraps: what a peer binds its ciphertext to.
pub const FIELD_BOUND: [u8; 100] = [5; 100];
const WRAP_BOUND: [u8; 92] = [6; 92];

/// Two records in turn, so that the data key of each is unwrapped anew.
fn in_turn(rows: [ten::Row; 2], application: &ten::Application) -> impl FnMut() {
    let mut turn = 0;
    move || {
        turn = 1 - turn;
        application.open(&rows[turn]);
    }
}

fn ours<'a>(name: &'static str, application: &'a ten::Application) -> Row<'a> {
    let rows = [application.seal(&PLAINTEXT), application.seal(&PLAINTEXT)];
    Row::new(
        name,
        || drop(black_box(application.seal(&PLAINTEXT))),
        in_turn(rows, application),
    )
}

fn main() {
    let floor = floor::RustCrypto::new(WRAP_BOUND.to_vec(), FIELD_BOUND.to_vec());
    let aws_floor = floor::aws_lc::AwsLc::new(WRAP_BOUND.to_vec(), FIELD_BOUND.to_vec());
    let default = ten::Application::new(Backend::RustCrypto);
    let aws_lc = ten::Application::new(Backend::AwsLc);
    #[allow(unused_mut)]
    let mut rows = vec![
        Row::new(
            "primitives, RustCrypto",
            || drop(black_box(floor.seal())),
            || floor.open(),
        ),
        Row::new(
            "primitives, aws-lc-rs",
            || drop(black_box(aws_floor.seal())),
            || aws_floor.open(),
        ),
        ours("Boundary, a session", &default),
        ours("Boundary, a session, aws-lc-rs", &aws_lc),
        tink::envelope(),
        tink::one_static_key(),
        kms_aead_record::row(),
    ];
    #[cfg(feature = "aws-esdk")]
    rows.extend(esdk::rows());
    rounds::run(rows);
}
