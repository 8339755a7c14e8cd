//! A typed accessor against the same open by hand: what the generated function adds to the call that it makes.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench that cannot go on stops")]

#[path = "../tests/support/mod.rs"]
#[allow(dead_code, unreachable_pub)]
mod support;

use std::hint::black_box;

use boundary_shapes::{NewSecretive, Secretive};
use criterion::{criterion_group, criterion_main, Criterion};
use rt::{Column, RawSession, Record, Sealed};
use support::{site, Site};

/// Position of `name` in the declaration.
const NAME: usize = 4;

fn accessor(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let Site {
        session,
        grant,
        residence,
        folder: _folder,
        ..
    } = runtime.block_on(site());
    let new = NewSecretive {
        id: 1,
        name: "Priya".to_owned(),
    };
    let record = new.seal(&session, &residence).unwrap();
    // The same sealed value, outside its record: what a developer without the derive would hold.
    let name: Sealed<String> = Column::from_cell(&record.cells()[3]).unwrap();
    assert_eq!(Secretive::DECLARATION.fields[NAME].field, "name");
    let mut group = criterion.benchmark_group("accessor");
    group.bench_function("by hand", |bencher| {
        bencher.iter(|| assert!(session.open(black_box(&record), NAME, &name, &grant).is_ok()));
    });
    group.bench_function("typed", |bencher| {
        bencher.iter(|| assert!(black_box(&record).name(&session, &grant).is_ok()));
    });
    group.finish();
}

criterion_group!(benches, accessor);
criterion_main!(benches);
