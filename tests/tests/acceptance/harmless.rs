//! Attacks that compile and must gain nothing.

use std::any::Any;
use std::sync::Mutex;

use boundary_runtime::{Cell, Central, Column, DecodeError, Grant, Plain, Record, Resident, Sealed, Session};
use payments_model::policy::{purpose, region};
use payments_model::{Customer, customer};

use crate::support::Site;

#[tokio::test]
async fn attack_37_a_downcast_finds_the_wrapper_and_never_the_value() {
    let site = Site::<region::In>::new().await;
    let customer = site.customer(1, "priya", "Pune").await;
    let (session, grant) = (
        site.session::<purpose::Billing>().await,
        site.grant::<purpose::Billing>("priya").await,
    );
    let opened: Box<dyn Any> = Box::new(customer.email(&session, &grant).unwrap());
    assert!(opened.downcast_ref::<String>().is_none());
    assert!(
        opened.is::<Plain<String>>(),
        "the attack did not even reach the wrapper"
    );
}

/// The trick of specialisation by auto-reference: whichever trait the type has is picked at compile time.
#[tokio::test]
#[allow(clippy::needless_borrow, reason = "the borrow is the trick")]
async fn attack_38_autoref_specialisation_finds_no_trait_that_shows_the_value() {
    struct Probe<T>(T);
    trait ByDebug {
        fn shown(&self) -> Option<String>;
    }
    impl<T: std::fmt::Debug> ByDebug for Probe<&T> {
        fn shown(&self) -> Option<String> {
            Some(format!("{:?}", self.0))
        }
    }
    trait Otherwise {
        fn shown(&self) -> Option<String>;
    }
    impl<T> Otherwise for &Probe<&T> {
        fn shown(&self) -> Option<String> {
            None
        }
    }

    let site = Site::<region::In>::new().await;
    let customer = site.customer(1, "priya", "Pune").await;
    let (session, grant) = (
        site.session::<purpose::Billing>().await,
        site.grant::<purpose::Billing>("priya").await,
    );
    let email = customer.email(&session, &grant).unwrap();
    assert_eq!((&Probe(&email)).shown(), None);
    assert_eq!((&Probe(&customer)).shown(), None);
    assert_eq!(
        (&Probe(&1)).shown().as_deref(),
        Some("1"),
        "the trick does not work at all"
    );
}

/// An expression that never ends takes any type, so the call below compiles. It is never made.
#[test]
fn attack_39_a_diverging_expression_stands_for_a_session_and_nothing_is_opened() {
    #[allow(
        unreachable_code,
        unused_variables,
        clippy::diverging_sub_expression,
        reason = "that is the attack"
    )]
    fn attack(customer: &Customer) {
        let session: Session<boundary_runtime::InCountry<region::In>, purpose::Billing> =
            panic!("no session");
        let grant: Grant<purpose::Billing> = panic!("no grant");
        let _ = customer.email(&session, &grant);
    }
    fn needs<S: customer::MayReadEmail>(_: fn(&S)) {}

    needs::<Session<boundary_runtime::InCountry<region::In>, purpose::Billing>>(|_| {});
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let customer =
        runtime.block_on(async { Site::<region::In>::new().await.customer(1, "priya", "Pune").await });
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| attack(&customer)));
    assert_eq!(outcome.unwrap_err().downcast_ref::<&str>(), Some(&"no session"));
}

/// A type of one's own reads a cell with its own code. The cell of a resident value is read when it is opened, not when
/// a row is.
#[tokio::test]
async fn attack_89_a_value_type_of_its_own_reads_the_cell_of_a_resident_value() {
    static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());
    struct Spy;
    impl Column for Spy {
        fn to_cell(&self) -> Cell {
            String::new().to_cell()
        }
        fn from_cell(cell: &Cell) -> Result<Self, DecodeError> {
            SEEN.lock().unwrap().push(String::from_cell(cell)?);
            Ok(Spy)
        }
    }

    let site = Site::<region::In>::new().await;
    let customer = site.customer(1, "priya", "Pune").await;
    let city = Customer::DECLARATION
        .fields
        .iter()
        .filter(|field| field.role != Some(boundary_runtime::schema::FieldRole::DataKey))
        .position(|field| field.field == "city")
        .unwrap();
    let cells = customer.cells();
    let spied = Resident::<Spy>::from_cell(&cells[city]).unwrap();
    let again = Option::<Resident<Spy>>::from_cell(&spied.to_cell()).unwrap();
    assert!(again.is_some(), "the attack did not even read the cell");
    assert!(Spy::from_cell(&cells[city]).is_err());
    assert!(Option::<Spy>::from_cell(&cells[city]).is_err());
    assert_eq!(*SEEN.lock().unwrap(), [""; 0]);
    // An open cell it does read, so the spy works.
    assert!(Spy::from_cell(&"open".to_owned().to_cell()).is_ok());
    assert_eq!(*SEEN.lock().unwrap(), ["open"]);
}

#[test]
fn wrappers_are_exactly_their_bytes() {
    assert_eq!(size_of::<Sealed<String>>(), size_of::<Box<[u8]>>());
    assert_eq!(size_of::<Option<Sealed<String>>>(), size_of::<Box<[u8]>>());
    assert_eq!(size_of::<Plain<String>>(), size_of::<String>());
}

/// Anybody makes a central session; it is the plane that it cannot choose.
#[test]
fn a_central_session_says_who_acts_and_shows_nothing_else() {
    let principal = boundary_runtime::Principal::new("board", "analyst");
    let session = Session::<Central, purpose::Analytics>::central(principal);
    assert_eq!(format!("{session:?}"), "Session(board as analyst for analytics)");
}
