//! Sealing and opening a record of ten fields of 32 bytes, against the sum of the primitives it is made of.
//!
//! Four rows each way: `primitives` is AES-256-GCM, HKDF-Expand and the wrap with the same keys, lengths and
//! additional data and nothing else; `envelope` adds randomness, additional data, layout and checks; `opener` adds the
//! lease, the registry and the kept key, which is all of the vault; `session` is what an application calls, with
//! encoding, grant and audit. `scripts/bench-envelope` prints the ratios.
#![allow(clippy::expect_used, clippy::unwrap_used)]

// The rooms below the vault, compiled into the bench: their API is nobody else's.
#[path = "../src/envelope/mod.rs"]
#[allow(dead_code, unused_imports)]
mod envelope;
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
#[path = "../src/vault/registry.rs"]
#[allow(dead_code, unused_imports)]
mod registry;
#[path = "../tests/support/ten.rs"]
mod ten;

use std::hint::black_box;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aes_gcm::aead::KeyInit;
use aes_gcm::{AeadInOut, Aes256Gcm, Nonce};
use boundary_runtime::seam::{FieldAddress, Opener, RecordAddress};
use boundary_runtime::zeroize::Zeroizing;
use boundary_runtime::{Clock, DataKey, SubjectId, SystemClock, TenantId};
use boundary_schema::FieldDeclaration;
use criterion::{Criterion, criterion_group, criterion_main};
use envelope::{AdditionalData, Backend, RecordKeys, RecordNames, WrappingRoot};
use hkdf::Hkdf;
use opener::VaultOpener;
use sha2::Sha256;

const NAMES: RecordNames<'_> = RecordNames {
    tenant: ten::TENANT,
    region: "in",
    table: ten::TABLE.name,
    record_id: ten::RECORD_ID,
    subject: "s-1",
};
const FIELD: &FieldDeclaration = &ten::TABLE.fields[0];
const PLAINTEXT: [u8; 32] = [7; 32];

/// The primitives of one record, and nothing around them.
struct Primitives {
    lease_key: Hkdf<Sha256>,
    wrap_bound: Vec<u8>,
    field_bound: Vec<u8>,
    wrapped: ([u8; 32], [u8; 16]),
    fields: Vec<([u8; 32], [u8; 16])>,
}

impl Primitives {
    fn new() -> Self {
        let bound = AdditionalData::of_data_key(&NAMES, &[0; 16], 1).unwrap_or_else(|_| unreachable!());
        let mut fields = AdditionalData::of_fields(&NAMES).unwrap_or_else(|_| unreachable!());
        let field_bound = fields.field(NAMES.record_id, FIELD).unwrap_or_default().to_vec();
        let lease_key = Hkdf::from_prk(&[1; 32]).unwrap_or_else(|_| unreachable!());
        let mut made = Self {
            lease_key,
            wrap_bound: bound.as_bytes().to_vec(),
            field_bound,
            wrapped: ([0; 32], [0; 16]),
            fields: vec![],
        };
        (made.wrapped, made.fields) = made.seal();
        made
    }

    fn wrapping_cipher(&self) -> Aes256Gcm {
        let mut key = [0; 32];
        let _ = self
            .lease_key
            .expand_multi_info(&[b"boundary/wrapping-key", black_box(&[2; 32])], &mut key);
        Aes256Gcm::new((&key).into())
    }

    fn record_cipher(data_key: &[u8; 32]) -> Aes256Gcm {
        let mut okm = [0; 64];
        let root = Hkdf::<Sha256>::from_prk(black_box(data_key)).unwrap_or_else(|_| unreachable!());
        let _ = root.expand(b"boundary/record-keys", &mut okm);
        let (key, commitment) = okm.split_at(32);
        black_box(commitment);
        Aes256Gcm::new(key.try_into().unwrap_or_else(|_| unreachable!()))
    }

    #[allow(clippy::type_complexity)]
    fn seal(&self) -> (([u8; 32], [u8; 16]), Vec<([u8; 32], [u8; 16])>) {
        let data_key = [3; 32];
        let mut wrapped = data_key;
        let tag = seal(&self.wrapping_cipher(), &[0; 12], &self.wrap_bound, &mut wrapped);
        let cipher = Self::record_cipher(&data_key);
        let mut fields = Vec::with_capacity(10);
        for nonce in 0..10 {
            let mut field = black_box(PLAINTEXT);
            let tag = seal(&cipher, &[nonce; 12], &self.field_bound, &mut field);
            fields.push((field, tag));
        }
        ((wrapped, tag), fields)
    }

    fn open(&self) {
        let (mut data_key, tag) = black_box(self.wrapped);
        assert!(open(
            &self.wrapping_cipher(),
            &[0; 12],
            &self.wrap_bound,
            &mut data_key,
            &tag
        ));
        let cipher = Self::record_cipher(&data_key);
        for (nonce, (field, tag)) in (0..).zip(&self.fields) {
            let mut field = black_box(*field);
            assert!(open(&cipher, &[nonce; 12], &self.field_bound, &mut field, tag));
            black_box(field);
        }
    }
}

fn seal(cipher: &Aes256Gcm, nonce: &[u8; 12], bound: &[u8], content: &mut [u8]) -> [u8; 16] {
    let nonce: &Nonce<_> = nonce.into();
    cipher
        .encrypt_inout_detached(nonce, bound, content.into())
        .map_or([0; 16], Into::into)
}

fn open(cipher: &Aes256Gcm, nonce: &[u8; 12], bound: &[u8], content: &mut [u8], tag: &[u8; 16]) -> bool {
    cipher
        .decrypt_inout_detached(nonce.into(), bound, content.into(), tag.into())
        .is_ok()
}

/// The same record through the envelope: what the vault does once leases and declarations are checked.
struct Envelope {
    root: WrappingRoot,
}

impl Envelope {
    fn seal(&self) -> ([u8; 16], Vec<u8>, Vec<Vec<u8>>) {
        let id = random::bytes().unwrap_or_default();
        let bound = AdditionalData::of_data_key(&NAMES, &id, 1).unwrap_or_else(|_| unreachable!());
        let key = random::key().unwrap_or_default();
        let salt = random::bytes().unwrap_or_default();
        let (keys, wrapped) = RecordKeys::wrap(&key, &salt, &self.root, 1, bound.as_bytes());
        let mut data = AdditionalData::of_fields(&NAMES).unwrap_or_else(|_| unreachable!());
        let fields = (0..10).map(|_| {
            let nonce = random::bytes().unwrap_or_default();
            let bound = data.field(NAMES.record_id, FIELD).unwrap_or_default();
            let mut sealed = Vec::new();
            let _ = envelope::seal(&keys, &nonce, bound, black_box(&PLAINTEXT), &mut sealed);
            sealed
        });
        (id, wrapped.to_vec(), fields.collect())
    }

    fn open(&self, (id, wrapped, fields): &([u8; 16], Vec<u8>, Vec<Vec<u8>>)) {
        let bound = AdditionalData::of_data_key(&NAMES, id, 1).unwrap_or_else(|_| unreachable!());
        let keys = RecordKeys::unwrap(black_box(wrapped), &self.root, bound.as_bytes());
        let keys = keys.unwrap_or_else(|_| unreachable!());
        let mut data = AdditionalData::of_fields(&NAMES).unwrap_or_else(|_| unreachable!());
        for field in fields {
            let bound = data.field(NAMES.record_id, FIELD).unwrap_or_default();
            let mut plaintext = Zeroizing::new(Vec::new());
            assert!(envelope::open(&keys, bound, black_box(field), &mut plaintext).is_ok());
            black_box(&plaintext);
        }
    }
}

/// The same record through what a session holds.
struct Opening {
    opener: VaultOpener,
    tenant: TenantId,
    subject: SubjectId,
    clock: Arc<dyn Clock>,
}

impl Opening {
    fn new() -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let leases = lease::Leases::new(Duration::from_secs(3600), 8, Arc::clone(&clock));
        let tenant = TenantId::new(ten::TENANT);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap_or_else(|_| unreachable!());
        let keys = async || keys::Keyring::generate().map(|keyring| keyring.open(Backend::default()));
        let lease = runtime
            .block_on(leases.open(&tenant, keys))
            .unwrap_or_else(|_| unreachable!());
        let registry = Arc::new(registry::Registry::new(&[&ten::TABLE], &Default::default()));
        let leases = vec![(tenant.clone(), lease)];
        Self {
            opener: VaultOpener {
                region: "in".into(),
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
        let record = self.address();
        let key = self
            .opener
            .create(&record, self.clock.now())
            .unwrap_or_else(|_| unreachable!());
        let fields = ten::TABLE.fields.iter().map(|field| {
            let mut sealed = Vec::new();
            let _ = self.opener.seal(
                &key,
                &FieldAddress { record, field },
                black_box(&PLAINTEXT),
                &mut sealed,
                self.clock.now(),
            );
            sealed
        });
        let fields = fields.collect();
        (key, fields)
    }

    fn open(&self, (key, fields): &(DataKey, Vec<Vec<u8>>)) {
        let record = self.address();
        for (field, sealed) in ten::TABLE.fields.iter().zip(fields) {
            let mut plaintext = Zeroizing::new(Vec::new());
            assert!(
                self.opener
                    .open(
                        key,
                        &FieldAddress { record, field },
                        black_box(sealed),
                        &mut plaintext,
                        self.clock.now()
                    )
                    .is_ok()
            );
            black_box(&plaintext);
        }
    }
}

fn record(criterion: &mut Criterion) {
    let primitives = Primitives::new();
    let envelope = Envelope {
        root: WrappingRoot::new(Backend::default(), &[1; 32]),
    };
    let sealed = envelope.seal();
    let opening = Opening::new();
    let rows = [opening.seal(), opening.seal()];
    let application = ten::Application::new();
    let typed_rows = [application.seal(&PLAINTEXT), application.seal(&PLAINTEXT)];

    let mut group = criterion.benchmark_group("seal");
    group.bench_function("primitives", |bencher| bencher.iter(|| primitives.seal()));
    group.bench_function("envelope", |bencher| bencher.iter(|| envelope.seal()));
    group.bench_function("opener", |bencher| bencher.iter(|| opening.seal()));
    group.bench_function("session", |bencher| bencher.iter(|| application.seal(&PLAINTEXT)));
    group.finish();

    let mut group = criterion.benchmark_group("open");
    group.bench_function("primitives", |bencher| bencher.iter(|| primitives.open()));
    group.bench_function("envelope", |bencher| bencher.iter(|| envelope.open(&sealed)));
    // Two rows in turn, so that the data key of each is unwrapped anew.
    let mut turn = 0;
    let mut next = move || {
        turn = 1 - turn;
        turn
    };
    group.bench_function("opener", |bencher| bencher.iter(|| opening.open(&rows[next()])));
    group.bench_function("session", |bencher| {
        bencher.iter(|| application.open(&typed_rows[next()]))
    });
    group.finish();
}

criterion_group!(benches, record);
criterion_main!(benches);
