//! Sealing and opening a record of ten fields of 32 bytes, against the sum of the primitives it is made of.
//!
//! Four rows each way: `primitives` is AES-256-GCM, HKDF-Expand and the wrap with the same keys, lengths and
//! additional data and nothing else; `envelope` adds randomness, additional data, layout and checks; `opener` adds the
//! lease, the registry and the kept key, which is all of the vault; `session` is what an application calls, with
//! encoding, grant and audit. `scripts/bench-envelope` prints the ratios.
#![allow(clippy::expect_used, clippy::unwrap_used)]

// The rooms below the vault, compiled into the bench: their API is nobody else's.
#[path = "../src/envelope/mod.rs"]
#[allow(dead_code, unused_imports, unreachable_pub)]
mod envelope;
#[path = "floor/mod.rs"]
mod floor;
#[path = "../src/keys/mod.rs"]
#[allow(dead_code, unused_imports, unreachable_pub)]
mod keys;
#[path = "../src/lease/mod.rs"]
#[allow(dead_code, unused_imports, unreachable_pub)]
mod lease;
#[path = "../src/vault/objects.rs"]
#[allow(dead_code, unused_imports)]
mod objects;
#[path = "../src/vault/opener.rs"]
#[allow(dead_code, unused_imports)]
mod opener;
#[path = "../src/random.rs"]
#[allow(dead_code, unused_imports)]
mod random;
#[path = "../src/vault/record.rs"]
#[allow(dead_code, unused_imports)]
mod record;
#[path = "record/mod.rs"]
mod record_of_ten;
#[path = "../src/vault/registry.rs"]
#[allow(dead_code, unused_imports)]
mod registry;
#[path = "rounds/mod.rs"]
mod rounds;
#[path = "../src/secret.rs"]
#[allow(dead_code)]
mod secret;
#[path = "../tests/support/ten.rs"]
mod ten;

use std::hint::black_box;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use boundary_runtime::seam::{FieldAddress, Opener, RecordAddress};
use boundary_runtime::zeroize::Zeroizing;
use boundary_runtime::{Clock, DataKey, SubjectId, SystemClock, TenantId};
use envelope::Backend;
use opener::VaultOpener;
use record_of_ten::{Envelope, PLAINTEXT, bounds};
use rounds::Row;

/// The same record through what a session holds.
struct Opening {
    opener: VaultOpener,
    tenant: TenantId,
    subject: SubjectId,
    clock: Arc<dyn Clock>,
}

impl Opening {
    fn new(backend: Backend) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let leases = lease::Leases::new(Duration::from_secs(3600), 8, Arc::clone(&clock));
        let tenant = TenantId::new(ten::TENANT);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap_or_else(|_| unreachable!());
        let keys = async || keys::Keyring::generate().map(|keyring| keyring.open(backend));
        let lease = runtime
            .block_on(leases.open(&keys::AuthorityName::from(&tenant), keys))
            .unwrap_or_else(|_| unreachable!());
        let registry = Arc::new(registry::Registry::new(&[&ten::TABLE], &Default::default(), None));
        let leases = vec![(tenant.clone(), lease)];
        Self {
            opener: VaultOpener {
                region: "in".into(),
                class: keys::AuthorityClass::Tenant,
                leases,
                registry,
                last: Mutex::default(),
            },
            tenant,
            subject: SubjectId::new("s-1"),
            clock,
        }
    }

    fn address(&self) -> RecordAddress<'_> {
        RecordAddress {
            declaration: &ten::TABLE,
            tenant: &self.tenant,
            record_id: ten::RECORD_ID,
            subject: &self.subject,
        }
    }

    fn seal(&self) -> (DataKey, Vec<Vec<u8>>) {
        let now = self.clock.now();
        let created = self.opener.create(&self.address(), now);
        let (key, mut record) = created.unwrap_or_else(|_| unreachable!());
        let fields = ten::TABLE.fields.iter().map(|field| {
            let plaintext = black_box(PLAINTEXT);
            let mut sealed = Vec::new();
            let done = record.seal(field, &plaintext, &mut sealed, now);
            assert!(done.is_ok());
            sealed
        });
        let fields = fields.collect();
        drop(record);
        (key, fields)
    }

    fn open(&self, (key, fields): &(DataKey, Vec<Vec<u8>>)) {
        let record = self.address();
        for (field, sealed) in ten::TABLE.fields.iter().zip(black_box(fields)) {
            let mut plaintext = Zeroizing::new(Vec::new());
            assert!(
                self.opener
                    .open(
                        key,
                        &FieldAddress { record, field },
                        sealed,
                        &mut plaintext,
                        self.clock.now()
                    )
                    .is_ok()
            );
            black_box(&plaintext);
        }
    }
}

/// Two rows in turn, so that the data key of each is unwrapped anew.
fn in_turn<T>(rows: [T; 2], open: impl Fn(&T)) -> impl FnMut() {
    let mut turn = 0;
    move || {
        turn = 1 - turn;
        open(&rows[turn]);
    }
}

/// The rows of one backend, the floor first.
fn rows<'a>(
    names: [&'static str; 4],
    floor: (impl FnMut() + 'a, impl FnMut() + 'a),
    envelope: &'a Envelope,
    opening: &'a Opening,
    application: &'a ten::Application,
) -> Vec<Row<'a>> {
    let sealed = envelope.seal();
    let kept = [opening.seal(), opening.seal()];
    let typed = [application.seal(&PLAINTEXT), application.seal(&PLAINTEXT)];
    vec![
        Row::new(names[0], floor.0, floor.1),
        Row::new(
            names[1],
            || drop(black_box(envelope.seal())),
            move || envelope.open(&sealed),
        ),
        Row::new(
            names[2],
            || drop(black_box(opening.seal())),
            in_turn(kept, |row| opening.open(row)),
        ),
        Row::new(
            names[3],
            || drop(black_box(application.seal(&PLAINTEXT))),
            in_turn(typed, |row| application.open(row)),
        ),
    ]
}

fn main() {
    let (wrap, field) = bounds();
    let primitives = floor::RustCrypto::new(wrap.clone(), field.clone());
    let backend = Backend::RustCrypto;
    let (envelope, opening) = (Envelope::new(backend), Opening::new(backend));
    let application = ten::Application::new(boundary_vault::Backend::RustCrypto);
    let floor = (|| drop(black_box(primitives.seal())), || primitives.open());
    let names = ["primitives", "envelope", "opener", "session"];
    rounds::run(rows(names, floor, &envelope, &opening, &application));

    #[cfg(feature = "aws-lc-rs")]
    {
        let primitives = floor::aws_lc::AwsLc::new(wrap, field);
        let backend = Backend::AwsLc;
        let (envelope, opening) = (Envelope::new(backend), Opening::new(backend));
        let application = ten::Application::new(boundary_vault::Backend::AwsLc);
        let floor = (|| drop(black_box(primitives.seal())), || primitives.open());
        let names = [
            "primitives, aws-lc-rs",
            "envelope, aws-lc-rs",
            "opener, aws-lc-rs",
            "session, aws-lc-rs",
        ];
        println!();
        rounds::run(rows(names, floor, &envelope, &opening, &application));
    }
}
