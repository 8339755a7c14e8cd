//! Looking records up by a sealed field: what is found, what is not, and attack 62 on the index itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use boundary_shapes::{policy::purpose::Billing, policy::region::In, CardId, Contact, NewContact};
use rt::audit::{Act, MemoryAudit, Outcome};
use rt::control::Residence;
use rt::store::StoreError;
use rt::{
    BlindIndex, Clock, InCountry, ManualClock, Principal, Session, SubjectId, SystemClock, TenantId,
    Timestamp,
};

use crate::support::{site, site_with, Site};

fn service() -> Principal {
    Principal::new("test", "service")
}

fn contact(id: i64, email: &str, phone: Option<&str>) -> NewContact {
    NewContact {
        id,
        email: email.to_owned(),
        phone: phone.map(str::to_owned),
        card: CardId(id.unsigned_abs()),
    }
}

impl Site {
    async fn session_of(&self, tenant: &str) -> Session<InCountry<In>, Billing> {
        let tenants = [TenantId::new(tenant)];
        self.vault.session(&service(), &tenants).await.unwrap()
    }

    fn residence_of(&self, tenant: &str, subject: &str) -> Residence {
        let (tenant, subject) = (TenantId::new(tenant), SubjectId::new(subject));
        self.control.register(&tenant, &subject, "IN").unwrap()
    }

    async fn with_contacts(&self) {
        let migrations = self.folder.path().join("contacts");
        std::fs::create_dir(&migrations).unwrap();
        let sql =
            "CREATE TABLE contacts (id INTEGER, tenant TEXT, subject TEXT, email BLOB, email_index BLOB, \
                   phone BLOB, phone_found_by BLOB, card BLOB, card_index BLOB, PRIMARY KEY (tenant, id));
                   CREATE INDEX contacts_by_email ON contacts (tenant, email_index);";
        std::fs::write(migrations.join("1_contacts.sql"), sql).unwrap();
        self.store.migrate(&migrations).await.unwrap();
    }

    async fn found(&self, session: &Session<InCountry<In>, Billing>, email: &str) -> Vec<i64> {
        let lookup = Contact::find_email(session, &TenantId::new("acme"), email.to_owned()).unwrap();
        let found = self.store.find(session, &lookup).await.unwrap();
        found.iter().map(|contact| contact.id).collect()
    }
}

/// The bytes of the index of an e-mail address.
fn index_of(session: &Session<InCountry<In>, Billing>, residence: &Residence, email: &str) -> Vec<u8> {
    let sealed = contact(1, email, None).seal(session, residence).unwrap();
    sealed.email_index().to_vec()
}

#[tokio::test]
async fn a_record_is_found_by_its_sealed_value_in_any_spelling_and_comes_back_sealed() {
    let site = site().await;
    site.with_contacts().await;
    let session = &site.session;
    for (id, email) in [(1, "Asha@Example.com"), (2, "ben@example.com")] {
        let new = contact(id, email, Some("+91 22 1"));
        site.store
            .put(&new.seal(session, &site.residence).unwrap())
            .await
            .unwrap();
    }
    assert_eq!(site.found(session, " asha@example.COM ").await, [1]);
    assert!(site.found(session, "asha@example.co").await.is_empty());

    let tenant = TenantId::new("acme");
    let lookup = Contact::find_phone(session, &tenant, "0091-221".to_owned()).unwrap();
    assert!(site.store.find(session, &lookup).await.unwrap().is_empty());
    let lookup = Contact::find_phone(session, &tenant, "91-221".to_owned()).unwrap();
    assert_eq!(lookup.column(), "phone_found_by");
    assert_eq!(site.store.find(session, &lookup).await.unwrap().len(), 2);
    let lookup = Contact::find_card(session, &tenant, CardId(2)).unwrap();
    let found = site.store.find(session, &lookup).await.unwrap();
    let [ben] = found.as_slice() else {
        panic!("{} were found", found.len())
    };
    let email = ben.email(session, &site.grant).unwrap();
    assert_eq!(email.disclose("a test compares it"), "ben@example.com");
}

/// As docs/blind-index.md shows it.
async fn found_as_the_page_says(site: Site) -> Result<usize, StoreError> {
    let (session, store, tenant) = (site.session, site.store, TenantId::new("acme"));
    let lookup = Contact::find_email(&session, &tenant, "asha@example.com".to_owned())?;
    let found: Vec<Contact> = store.find(&session, &lookup).await?;
    Ok(found.len())
}

#[tokio::test]
async fn the_page_of_blind_indexes_shows_a_look_up_that_works() {
    let site = site().await;
    site.with_contacts().await;
    let new = contact(1, "asha@example.com", None);
    site.store
        .put(&new.seal(&site.session, &site.residence).unwrap())
        .await
        .unwrap();
    assert_eq!(found_as_the_page_says(site).await.unwrap(), 1);
}

#[tokio::test]
async fn a_setter_changes_value_and_index_together() {
    let site = site().await;
    site.with_contacts().await;
    let new = contact(1, "asha@example.com", None);
    let mut asha = new.seal(&site.session, &site.residence).unwrap();
    assert!(asha.phone_index().is_none());
    asha.set_email(&site.session, "asha@example.org".to_owned())
        .unwrap();
    asha.set_phone(&site.session, Some("22 1".to_owned())).unwrap();
    assert!(asha.phone_index().is_some());
    site.store.put(&asha).await.unwrap();
    assert!(site.found(&site.session, "asha@example.com").await.is_empty());
    assert_eq!(site.found(&site.session, "asha@example.org").await, [1]);
}

#[tokio::test]
async fn what_is_found_before_a_rotation_is_found_after_it_and_a_renewed_index_is_of_the_new_generation() {
    let site = site().await;
    site.with_contacts().await;
    let (tenant, email) = (TenantId::new("acme"), "asha@example.com");
    let asha = contact(1, email, None)
        .seal(&site.session, &site.residence)
        .unwrap();
    site.store.put(&asha).await.unwrap();
    site.vault
        .rotate(&Principal::new("onboarding", "operator"), &tenant)
        .await
        .unwrap();

    let session = site.session_of("acme").await;
    let ben = contact(2, email, None).seal(&session, &site.residence).unwrap();
    site.store.put(&ben).await.unwrap();
    let generation = |bytes: &[u8]| BlindIndex::from_bytes(bytes).unwrap().generation();
    assert_eq!(
        (generation(asha.email_index()), generation(ben.email_index())),
        (1, 2)
    );
    assert_ne!(asha.email_index()[5..], ben.email_index()[5..], "another key");
    assert_eq!(site.found(&session, email).await, [1, 2]);

    let mut stored: Vec<Contact> = site.store.all().await.unwrap();
    for contact in &mut stored {
        contact.reindex_email(&session).unwrap();
        site.store.put(contact).await.unwrap();
    }
    assert_eq!(stored[0].email_index(), ben.email_index());
    assert_eq!(site.found(&session, email).await, [1, 2]);
}

#[tokio::test]
async fn a_look_up_and_what_it_finds_are_audited_without_the_value() {
    let audit = Arc::new(MemoryAudit::default());
    let site = site_with(audit.clone(), Arc::new(SystemClock)).await;
    site.with_contacts().await;
    let asha = contact(1, "asha@example.com", None)
        .seal(&site.session, &site.residence)
        .unwrap();
    site.store.put(&asha).await.unwrap();
    site.found(&site.session, "asha@example.com").await;
    site.found(&site.session, "nobody@example.com").await;

    let records = audit.records();
    let lookups: Vec<_> = records
        .iter()
        .filter(|record| record.act == Act::Lookup)
        .collect();
    let found: Vec<_> = lookups.iter().map(|record| record.data_key).collect();
    assert_eq!(found, [None, Some(asha.data_key.id()), None]);
    for lookup in lookups {
        assert_eq!(
            (lookup.declaration, lookup.field),
            (Some("contacts"), Some("email"))
        );
        assert_eq!((lookup.purpose, lookup.outcome), (Some("billing"), Outcome::Done));
    }
    assert!(!format!("{records:?}").contains("example.com"));
}

#[tokio::test]
async fn a_value_of_which_nothing_is_left_is_indexed_at_random_and_never_found() {
    let site = site().await;
    site.with_contacts().await;
    let indexes: BTreeSet<Vec<u8>> = (1..=8)
        .map(|id| index_of(&site.session, &site.residence, &" ".repeat(id)))
        .collect();
    assert!(
        indexes.len() > 1,
        "what many lack would be an index that many share"
    );
    let blank = contact(1, " ", None)
        .seal(&site.session, &site.residence)
        .unwrap();
    site.store.put(&blank).await.unwrap();
    let lookup = Contact::find_email(&site.session, &TenantId::new("acme"), " ".to_owned()).unwrap();
    assert!(lookup.candidates().is_empty());
    assert!(site.store.find(&site.session, &lookup).await.unwrap().is_empty());
}

#[tokio::test]
async fn attack_62_equal_values_of_two_tenants_columns_or_authorities_have_unlike_indexes() {
    let (site, other) = (site().await, site().await);
    let operator = Principal::new("onboarding", "operator");
    site.vault
        .provision(&operator, &TenantId::new("zenith"))
        .await
        .unwrap();
    let zenith = site.session_of("zenith").await;
    let resident = site.residence_of("zenith", "priya");
    let differ = (0..32).any(|number| {
        let email = format!("asha{number}@example.com");
        let here = index_of(&site.session, &site.residence, &email);
        assert_eq!(here, index_of(&site.session, &site.residence, &email));
        here != index_of(&zenith, &resident, &email)
            && here != index_of(&other.session, &other.residence, &email)
    });
    assert!(differ);
    // Thirty-two times in a row: one equal pair of 11 bits may be chance.
    let equal = |session: &Session<_, Billing>, residence: &Residence| {
        let same = |number: &i32| {
            let email = format!("asha{number}@example.com");
            index_of(&site.session, &site.residence, &email) == index_of(session, residence, &email)
        };
        (0..32).filter(same).count()
    };
    assert!(equal(&zenith, &resident) < 4, "another tenant");
    assert!(
        equal(&other.session, &other.residence) < 4,
        "the same tenant's name under another authority"
    );
    let twice = contact(7, "7", Some("7"))
        .seal(&site.session, &site.residence)
        .unwrap();
    assert_ne!(
        twice.phone_index().unwrap()[5..7],
        twice.email_index()[5..7],
        "another column"
    );
}

#[tokio::test]
async fn attack_62_a_dictionary_without_the_key_finds_nobody_because_many_values_share_an_index() {
    let site = site().await;
    let mut shared: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    for number in 0..4096 {
        let email = format!("person{number}@example.com");
        *shared
            .entry(index_of(&site.session, &site.residence, &email))
            .or_default() += 1;
    }
    // 11 bits for a declared cardinality of 65,536: 2,048 indexes, however many values there are.
    assert!(
        shared.len() <= 2048 && shared.len() > 1600,
        "{} indexes",
        shared.len()
    );
    assert!(shared
        .keys()
        .all(|index| index.len() == 7 && index[6] & 0b0001_1111 == 0));
}

#[tokio::test]
async fn attack_62_what_an_index_finds_besides_is_dropped_by_opening_it() {
    let site = site().await;
    site.with_contacts().await;
    let wanted = index_of(&site.session, &site.residence, "asha@example.com");
    let alike = (0..)
        .map(|number| format!("person{number}@example.com"))
        .find(|email| index_of(&site.session, &site.residence, email) == wanted)
        .unwrap();
    for (id, email) in [(1, "asha@example.com"), (2, alike.as_str())] {
        let new = contact(id, email, None);
        site.store
            .put(&new.seal(&site.session, &site.residence).unwrap())
            .await
            .unwrap();
    }
    assert_eq!(site.found(&site.session, "asha@example.com").await, [1]);
    assert_eq!(site.found(&site.session, &alike).await, [2]);
}

#[tokio::test]
async fn attack_62_a_look_up_ends_with_the_authority_and_is_for_tenants_of_the_session() {
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_800_000_000_000)));
    let site = site_with(Arc::new(MemoryAudit::default()), clock.clone()).await;
    let (tenant, operator) = (TenantId::new("acme"), Principal::new("onboarding", "operator"));
    let find = |session: &Session<_, Billing>, tenant: &TenantId| {
        Contact::find_email(session, tenant, "asha@example.com".to_owned()).err()
    };
    assert_eq!(find(&site.session, &tenant), None);
    let other = find(&site.session, &TenantId::new("zenith"));
    assert_eq!(other, Some(rt::Misuse::TenantNotInSession.into()));

    let indexes = |session: &Session<_, Billing>| -> Vec<Vec<u8>> {
        let email = |number| format!("asha{number}@example.com");
        (0..8)
            .map(|number| index_of(session, &site.residence, &email(number)))
            .collect()
    };
    let before = indexes(&site.session);
    let due = site.vault.schedule_deletion(&operator, &tenant).await.unwrap();
    assert_eq!(find(&site.session, &tenant), Some(rt::KeyError::Disabled.into()));
    assert!(site
        .vault
        .session::<Billing>(&service(), std::slice::from_ref(&tenant))
        .await
        .is_err());
    clock.advance(due.since(clock.now()));
    site.vault.destroy(&operator, &tenant).await.unwrap();
    site.vault.provision(&operator, &tenant).await.unwrap();
    assert_ne!(
        indexes(&site.session_of("acme").await),
        before,
        "another authority of the same name"
    );
}
