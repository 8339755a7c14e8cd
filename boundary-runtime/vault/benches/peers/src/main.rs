//! One record of ten fields of 32 bytes, sealed and opened by Boundary and by others, against the sum of the primitives.
//!
//! `scripts/bench-peers` prints the table. Each row does what its library offers for the record; what that protects differs, and
//! `docs/benchmarks.md` says how.
#![allow(clippy::expect_used, clippy::unwrap_used)]

// The rooms below the vault, as in the bench of boundary-vault.
#[path = "../../../src/envelope/mod.rs"]
#[allow(dead_code, unused_imports, unreachable_pub)]
mod envelope;
#[cfg(feature = "aws-esdk")]
mod esdk;
#[path = "../../floor/mod.rs"]
mod floor;
mod kms_aead_record;
#[path = "../../../src/random.rs"]
#[allow(dead_code)]
mod random;
#[path = "../../record/mod.rs"]
mod record_of_ten;
#[path = "../../rounds/mod.rs"]
mod rounds;
#[path = "../../../src/secret.rs"]
#[allow(dead_code)]
mod secret;
#[path = "../../../tests/support/ten.rs"]
mod ten;
mod tink;

use std::hint::black_box;

pub use record_of_ten::PLAINTEXT;
use record_of_ten::{Envelope, bounds};
use rounds::Row;

pub const FIELDS: usize = 10;

/// As long as the additional data of Boundary's fields: what a peer binds its ciphertext to.
pub const FIELD_BOUND: [u8; 100] = [5; 100];

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

fn format<'a>(name: &'static str, envelope: &'a Envelope) -> Row<'a> {
    let sealed = envelope.seal();
    Row::new(
        name,
        || drop(black_box(envelope.seal())),
        move || envelope.open(&sealed),
    )
}

fn main() {
    let (wrap, field) = bounds();
    assert_eq!(field.len(), FIELD_BOUND.len(), "peers bind as much as we do");
    let floor = floor::RustCrypto::new(wrap.clone(), field.clone());
    let aws_floor = floor::aws_lc::AwsLc::new(wrap, field);
    let ours_by_default = Envelope::new(envelope::Backend::RustCrypto);
    let ours_by_aws_lc = Envelope::new(envelope::Backend::AwsLc);
    let default = ten::Application::new(boundary_vault::Backend::RustCrypto);
    let aws_lc = ten::Application::new(boundary_vault::Backend::AwsLc);
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
        format("Boundary, the envelope", &ours_by_default),
        format("Boundary, the envelope, aws-lc-rs", &ours_by_aws_lc),
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
