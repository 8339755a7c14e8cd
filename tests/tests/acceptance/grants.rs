//! Attacks 42 and 43: a grant is for one subject, one tenant, one purpose and a bounded time.

use boundary_runtime::control::Decision;
use boundary_runtime::{AccessError, Column, GrantProblem, Misuse, Record, Refusal, SubjectId};
use boundary_schema::{FieldRole, Protection};
use payments_model::policy::{purpose, region};
use payments_model::{Customer, Payment};

use crate::support::{Site, refusal};

#[tokio::test]
async fn what_was_sealed_opens_for_its_purpose_and_is_audited() {
    let site = Site::<region::In>::new().await;
    let customer = site.customer(1, "priya", "Pune").await;
    site.store.put(&customer).await.unwrap();
    let customer = site
        .store
        .get::<Customer>(&site.tenant, "1")
        .await
        .unwrap()
        .unwrap();
    let (session, grant) = (
        site.session::<purpose::Billing>().await,
        site.grant::<purpose::Billing>("priya").await,
    );
    let email = customer.email(&session, &grant).unwrap();
    assert_eq!(email.disclose("compare in a test"), "priya@example.org");
    let support = site.session::<purpose::Support>().await;
    let grant = site.grant::<purpose::Support>("priya").await;
    assert!(customer.phone(&support, &grant).unwrap().is_none());
    assert_eq!(
        customer
            .city(&support, &grant)
            .unwrap()
            .disclose("compare in a test"),
        "Pune"
    );
    drop((session, support));

    let (data, folder) = (site.data(), site.folder.clone());
    drop(site);
    let log = std::fs::read_to_string(data.join("audit.journal")).unwrap();
    assert_eq!(log.matches(r#""act":"open""#).count(), 3, "{log}");
    assert!(
        log.contains(r#""field":"email""#) && !log.contains("priya"),
        "{log}"
    );
    drop(folder);
}

#[tokio::test]
async fn a_setter_encrypts_on_write() {
    let site = Site::<region::In>::new().await;
    let mut customer = site.customer(1, "priya", "Pune").await;
    let (session, grant) = (
        site.session::<purpose::Billing>().await,
        site.grant::<purpose::Billing>("priya").await,
    );
    customer
        .set_email(&session, "new@example.org".to_owned())
        .unwrap();
    site.store.put(&customer).await.unwrap();
    let customer = site
        .store
        .get::<Customer>(&site.tenant, "1")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        customer
            .email(&session, &grant)
            .unwrap()
            .disclose("compare in a test"),
        "new@example.org"
    );
    let bytes = std::fs::read(site.data().join("rows.sqlite")).unwrap();
    assert!(
        !bytes.windows(11).any(|window| window == b"new@example"),
        "the new value is in the clear on disk"
    );
}

#[tokio::test]
async fn attack_42_a_grant_of_one_subject_does_not_open_the_record_of_another() {
    let site = Site::<region::In>::new().await;
    let customer = site.customer(1, "priya", "Pune").await;
    let (session, grant) = (
        site.session::<purpose::Billing>().await,
        site.grant::<purpose::Billing>("rohan").await,
    );
    let error = refusal(customer.email(&session, &grant));
    assert_eq!(error, AccessError::Caller(Misuse::GrantOfAnotherSubject));
}

/// The field that carries the subject is public, so that services can read it. What is sealed is bound to it all the same.
#[tokio::test]
async fn attack_72_the_subject_of_a_record_is_changed_so_that_another_grant_fits() {
    let site = Site::<region::In>::new().await;
    let mut customer = site.customer(1, "priya", "Pune").await;
    site.residence("asha");
    let grant = site.grant::<purpose::Billing>("asha").await;
    let session = site.session::<purpose::Billing>().await;
    // Opened once for the right subject, so that the record's keys are at hand.
    assert!(customer.email(&session, &site.grant("priya").await).is_ok());

    customer.subject = SubjectId::new("asha");
    assert_eq!(
        refusal(customer.email(&session, &grant)),
        AccessError::Undecryptable,
        "a sealed field"
    );
    let support = site.session::<purpose::Support>().await;
    let grant = site.grant::<purpose::Support>("asha").await;
    assert_eq!(
        refusal(customer.city(&support, &grant)),
        AccessError::Undecryptable,
        "a resident field"
    );
}

#[tokio::test]
async fn attack_43_a_grant_ends_with_its_time_and_with_a_withdrawal() {
    let site = Site::<region::In>::new().await;
    let customer = site.customer(1, "priya", "Pune").await;
    site.decide("priya", "marketing", Decision::Granted).await;
    let old = site.grant::<purpose::Marketing>("priya").await;
    // The policy bounds a grant to five minutes and a lease to one.
    site.advance(299);
    assert!(
        customer
            .email(&site.session::<purpose::Marketing>().await, &old)
            .is_ok()
    );
    site.advance(1);
    let error = refusal(customer.email(&site.session::<purpose::Marketing>().await, &old));
    assert_eq!(error, AccessError::Grant(GrantProblem::Expired));

    let held = site.grant::<purpose::Marketing>("priya").await;
    site.decide("priya", "marketing", Decision::Withdrawn).await;
    let session = site.session::<purpose::Marketing>().await;
    assert_eq!(
        refusal(customer.email(&session, &held)),
        AccessError::Grant(GrantProblem::Withdrawn)
    );
    // A later consent gives new grants; the one from before the withdrawal stays dead.
    site.decide("priya", "marketing", Decision::Granted).await;
    assert_eq!(
        refusal(customer.email(&session, &held)),
        AccessError::Grant(GrantProblem::Withdrawn)
    );
    assert!(
        customer
            .email(&session, &site.grant::<purpose::Marketing>("priya").await)
            .is_ok()
    );
}

/// M34: consent to one purpose gives no right for another; and without consent there is none to begin with.
#[tokio::test]
async fn a_purpose_on_consent_needs_a_consent_of_its_own() {
    let site = Site::<region::In>::new().await;
    let pseudonyms = site.pseudonyms().await;
    let ask = |subject: &str| {
        let now = boundary_runtime::Clock::now(&*site.clock);
        site.control
            .grant::<purpose::Marketing>(&pseudonyms, &site.tenant, &subject.into(), now)
    };
    assert_eq!(refusal(ask("priya")), AccessError::Grant(GrantProblem::NoConsent));
    site.decide("priya", "analytics", Decision::Granted).await;
    assert_eq!(refusal(ask("priya")), AccessError::Grant(GrantProblem::NoConsent));
    site.decide("rohan", "marketing", Decision::Granted).await;
    assert_eq!(refusal(ask("priya")), AccessError::Grant(GrantProblem::NoConsent));
    assert!(ask("rohan").is_ok());
}

/// M70: the role decides before any key is used.
#[tokio::test]
async fn a_role_without_the_purpose_gets_no_session() {
    let site = Site::<region::In>::new().await;
    let agent = boundary_runtime::Principal::new("agent-7", "support_agent");
    let result = site
        .vault
        .session::<purpose::Billing>(&agent, std::slice::from_ref(&site.tenant))
        .await;
    let role = Refusal::Role {
        role: "support_agent".into(),
        purpose: "billing".into(),
    };
    assert_eq!(refusal(result), AccessError::Policy(role));
}

/// The row of a record, as stores see it, gives a resident value to nobody else.
#[tokio::test]
async fn the_cell_of_a_resident_value_does_not_read_as_its_plain_type() {
    let site = Site::<region::In>::new().await;
    let customer = site.customer(1, "priya", "Pune").await;
    let columns = Customer::DECLARATION
        .fields
        .iter()
        .filter(|field| field.role != Some(FieldRole::DataKey));
    let mut closed = 0;
    for (field, cell) in columns.zip(customer.cells()) {
        let readable = String::from_cell(&cell).is_ok() || i64::from_cell(&cell).is_ok();
        let plain = field.protection == Protection::Plain;
        assert_eq!(readable, plain, "{}", field.field);
        closed += usize::from(!plain);
    }
    assert_eq!(closed, 6);
}

/// The rows of one table do not open as those of another, whatever the types say.
#[tokio::test]
async fn a_payment_opens_only_what_is_its_own() {
    let site = Site::<region::In>::new().await;
    let payment = site.payment(1, "priya", "Pune", 100).await;
    site.store.put(&payment).await.unwrap();
    let payment = site
        .store
        .get::<Payment>(&site.tenant, "1")
        .await
        .unwrap()
        .unwrap();
    let (session, grant) = (
        site.session::<purpose::Billing>().await,
        site.grant::<purpose::Billing>("priya").await,
    );
    assert!(payment.card_number(&session, &grant).is_ok());
    // The sealed card of this payment, put where another payment's card was: a copy in the database.
    let other = site.payment(2, "priya", "Pune", 100).await;
    site.store.put(&other).await.unwrap();
    rusqlite::Connection::open(site.data().join("rows.sqlite"))
        .unwrap()
        .execute(
            "UPDATE payments SET card_number = (SELECT card_number FROM payments WHERE id = 1) WHERE id = 2",
            [],
        )
        .unwrap();
    let moved = site
        .store
        .get::<Payment>(&site.tenant, "2")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        refusal(moved.card_number(&session, &grant)),
        AccessError::Undecryptable
    );
}
