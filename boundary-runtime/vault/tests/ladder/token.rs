//! A token of SoftHSM2 for each test, in a temporary folder, and the customer's own hand at it.
//!
//! The library reads from the environment where its tokens lie, once, when it is loaded, and a program that forbids unsafe code
//! cannot change its own environment. So a test of a token starts itself again, as a process that has it from the start.
#![allow(unreachable_pub)]

use std::any::type_name;
use std::path::{Path, PathBuf};
use std::process::Command;

use boundary_vault::{Pkcs11Config, Pkcs11Custody};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use zeroize::Zeroizing;

const FOLDER: &str = "BOUNDARY_TEST_TOKEN";
const ASKED: &str = "BOUNDARY_TEST_CUSTOMER";
pub const LABEL: &str = "boundary test";
pub const PIN: &str = "a PIN of tests";

/// Runs a test with a new token, in a process of its own.
pub fn with_token<B: AsyncFnOnce(TestToken)>(body: B) {
    if std::env::var_os(FOLDER).is_some() {
        let token = TestToken::found();
        token.initialize();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(body(token));
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).expect("a folder");
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        tokens.display()
    );
    std::fs::write(folder.path().join("softhsm2.conf"), text).expect("a file");
    let (_, name) = type_name::<B>().split_once("::").expect("a path");
    let name = name.trim_end_matches("::{{closure}}");
    let run = this_test(name, folder.path())
        .output()
        .expect("this program starts again");
    let (said, failed) = (
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr),
    );
    assert!(
        run.status.success() && said.contains("1 passed"),
        "{name}:\n{said}\n{failed}"
    );
}

fn this_test(name: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .env("SOFTHSM2_CONF", folder.join("softhsm2.conf"));
    command
}

pub struct TestToken {
    pub folder: PathBuf,
    pub library: Pkcs11,
}

fn library_path() -> &'static str {
    let places = [
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/local/lib/softhsm/libsofthsm2.so",
    ];
    let found = places.into_iter().find(|place| Path::new(place).exists());
    found.expect("SoftHSM2 is not installed: Debian's package is called softhsm2")
}

fn initialize(library: &Pkcs11) {
    let locking = CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK);
    library.initialize(locking).expect("initialized");
}

fn pin(text: &str) -> AuthPin {
    text.into()
}

impl TestToken {
    /// The token of this process.
    fn found() -> Self {
        let library = Pkcs11::new(library_path()).expect("a library");
        initialize(&library);
        let folder = std::env::var_os(FOLDER).expect("this process was started by a test");
        Self {
            folder: folder.into(),
            library,
        }
    }

    fn initialize(&self) {
        let slot = self.library.get_all_slots().expect("slots")[0];
        self.library
            .init_token(slot, &pin("an officer's PIN"), LABEL)
            .expect("a token");
        let session = self.library.open_rw_session(self.slot()).expect("a session");
        session
            .login(UserType::So, Some(&pin("an officer's PIN")))
            .expect("logged in");
        session.init_pin(&pin(PIN)).expect("a PIN");
    }

    /// Ends every session in this process and every login, as when a device is unplugged, and plugs it in again.
    pub fn unplug(&self) {
        self.library.clone().finalize().expect("finalized");
        initialize(&self.library);
    }

    pub fn slot(&self) -> Slot {
        let slots = self.library.get_slots_with_token().expect("slots");
        let is_ours = |slot: &Slot| {
            self.library
                .get_token_info(*slot)
                .is_ok_and(|token| token.label() == LABEL)
        };
        slots.into_iter().find(is_ours).expect("the token")
    }

    pub fn config(&self) -> Pkcs11Config {
        Pkcs11Config {
            library: library_path().into(),
            token: LABEL.to_owned(),
            pin: Zeroizing::new(PIN.to_owned()),
            region: "in".to_owned(),
            folder: self.folder.join("region"),
            // Long enough for a busy machine.
            budget: std::time::Duration::from_secs(60),
        }
    }

    pub async fn custody(&self) -> Pkcs11Custody {
        Pkcs11Custody::open(self.config()).await.expect("a custody")
    }

    /// The customer at the token, in this process: a session of their own.
    pub fn customer(&self) -> Customer {
        let session = self.library.open_rw_session(self.slot()).expect("a session");
        // In already, if the custody is.
        let _ = session.login(UserType::User, Some(&pin(PIN)));
        Customer(session)
    }

    /// The customer at the token with a program of their own: another process.
    pub fn customers_program(&self, does: &str, label: &str) {
        let run = this_test(
            "pkcs11::the_customers_program_does_only_what_it_is_asked_to",
            &self.folder,
        )
        .env(ASKED, format!("{does} {label}"))
        .output()
        .expect("this program starts again");
        let said = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success() && said.contains("1 passed"), "{said}");
    }
}

/// What [`TestToken::customers_program`] runs.
pub fn customers_program() {
    let Ok(asked) = std::env::var(ASKED) else { return };
    let customer = TestToken::found().customer();
    let (does, label) = asked.split_once(' ').expect("an order and a label");
    match does {
        "disable" => customer.set_enabled(label, false),
        "enable" => customer.set_enabled(label, true),
        "destroy" => customer.destroy(label),
        other => panic!("no such order: {other}"),
    }
}

pub struct Customer(pub Session);

impl Customer {
    pub fn find(&self, label: &str) -> Vec<ObjectHandle> {
        let found = self.0.find_objects(&[Attribute::Label(label.into())]);
        found.expect("a search")
    }

    /// All secret keys, with these attributes of each.
    pub fn keys(&self, attributes: &[AttributeType]) -> Vec<Vec<Attribute>> {
        let found = self
            .0
            .find_objects(&[Attribute::Class(ObjectClass::SECRET_KEY)])
            .expect("a search");
        let read = |key| self.0.get_attributes(key, attributes).expect("attributes");
        found.into_iter().map(read).collect()
    }

    pub fn set_enabled(&self, label: &str, is_enabled: bool) {
        let [key] = *self.find(label) else {
            panic!("one key")
        };
        let attributes = [Attribute::Encrypt(is_enabled), Attribute::Decrypt(is_enabled)];
        self.0.update_attributes(key, &attributes).expect("changed");
    }

    pub fn destroy(&self, label: &str) {
        let [key] = *self.find(label) else {
            panic!("one key")
        };
        self.0.destroy_object(key).expect("destroyed");
    }

    /// A key of AES with what is usual, and with these attributes instead.
    pub fn make(&self, label: &str, length: u32, is_extractable: bool) {
        let template = [
            Attribute::KeyType(KeyType::AES),
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(is_extractable),
            Attribute::Encrypt(true),
            Attribute::Decrypt(true),
            Attribute::Label(label.into()),
            Attribute::ValueLen(u64::from(length).into()),
        ];
        self.0
            .generate_key(&Mechanism::AesKeyGen, &template)
            .expect("a key");
    }
}
