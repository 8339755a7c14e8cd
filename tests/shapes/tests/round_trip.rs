//! Each shape is sealed, opened, stored and read back by its own accessors.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod blind_index;
mod support;

use std::borrow::Cow;
use std::marker::PhantomData;

use boundary_shapes::{
    Address, CardNumber, CityTotal, Gender, Ledgered, NewNote, NewOrderLine, NewPerson, NewProfile,
    NewRiskFeatures, NewSecretive, NewShipment, NewVisit, Note, OrderLine, Person, Profile, RiskFeatures,
    Score, Shipment, ShipmentId, Tier, Visit,
};
use rt::{Plain, TenantId};
use support::{site, Site};

fn text<T: AsRef<str> + rt::zeroize::Zeroize>(opened: &Plain<T>) -> String {
    opened.disclose("a test compares it").as_ref().to_owned()
}

#[tokio::test]
async fn newtypes_enums_lists_nested_structs_and_options_open_as_they_were_sealed() {
    let Site {
        session,
        grant,
        residence,
        ..
    } = site().await;
    let new = NewPerson {
        id: 7,
        card: CardNumber("9999014200000000".to_owned()),
        gender: Gender::NotSaid,
        address: Address::example(),
        phones: vec!["+91 22 1".to_owned(), String::new(), "+91 22 3".to_owned()],
        r#type: None,
        age: Some(34),
        tier: Tier::ProPlus,
        present: "Priya".to_owned(),
    };
    let mut person = new.seal(&session, &residence).unwrap();
    let card = person.card(&session, &grant).unwrap();
    assert_eq!(card.disclose("a test compares it").0, "9999014200000000");
    let gender = person.gender(&session, &grant).unwrap();
    assert_eq!(*gender.disclose("a test compares it"), Gender::NotSaid);
    let address = person.address(&session, &grant).unwrap();
    let address = address.disclose("a test compares it");
    assert_eq!(address.street, Address::example().street);
    assert_eq!(address.place.longitude, Address::example().place.longitude);
    let phones = person.phones(&session, &grant).unwrap();
    assert_eq!(phones.disclose("a test compares it")[2], "+91 22 3");
    assert_eq!(phones.disclose("a test compares it").len(), 3);
    assert!(person.r#type(&session, &grant).unwrap().is_none());
    person.set_type(&session, Some(vec![1, 2])).unwrap();
    let iris = person.r#type(&session, &grant).unwrap().unwrap();
    assert_eq!(iris.disclose("a test compares it"), &[1, 2]);
    let age = person.age(&session, &grant).unwrap().unwrap();
    assert_eq!(*age.disclose("a test compares it"), 34);
    assert_eq!(text(&person.present(&session, &grant).unwrap()), "Priya");
    assert!(Person::DECLARATION.field("absent").is_none());
}

#[tokio::test]
async fn an_identifier_of_several_columns_is_stored_and_found_by_all_of_them() {
    let Site {
        session,
        grant,
        residence,
        store,
        folder,
        ..
    } = site().await;
    let migrations = folder.path().join("migrations");
    std::fs::create_dir(&migrations).unwrap();
    std::fs::write(
        migrations.join("1_order_lines.sql"),
        "CREATE TABLE order_lines (\"order\" TEXT, line INTEGER, tenant TEXT, subject TEXT, text BLOB,
             PRIMARY KEY (tenant, \"order\", line));
         CREATE TABLE shipments (id TEXT, tenant TEXT, subject TEXT, street BLOB, PRIMARY KEY (tenant, id));",
    )
    .unwrap();
    store.migrate(&migrations).await.unwrap();
    // "1" and 12, "11" and 2: the same characters, two identifiers.
    for (order, line) in [("1", 12), ("11", 2), ("ü", -1)] {
        let new = NewOrderLine {
            order: order.to_owned(),
            line,
            text: format!("{order}/{line}"),
        };
        store.put(&new.seal(&session, &residence).unwrap()).await.unwrap();
    }
    let tenant = TenantId::new("acme");
    for (order, line) in [("1", 12), ("11", 2), ("ü", -1)] {
        let id = rt::RecordId::canonical(&(order.to_owned(), line)).into_owned();
        let found: OrderLine = store.get(&tenant, &id).await.unwrap().unwrap();
        assert_eq!((found.order.as_str(), found.line), (order, line));
        assert_eq!(
            text(&found.text(&session, &grant).unwrap()),
            format!("{order}/{line}")
        );
    }
    let new = NewShipment {
        id: ShipmentId(2026, 41),
        street: "12 M.G. Road".to_owned(),
    };
    store.put(&new.seal(&session, &residence).unwrap()).await.unwrap();
    let found: Shipment = store.get(&tenant, "2026-41").await.unwrap().unwrap();
    assert_eq!(found.id, ShipmentId(2026, 41));
    assert_eq!(text(&found.street(&session, &grant).unwrap()), "12 M.G. Road");
}

#[tokio::test]
async fn a_part_of_an_identifier_that_is_changed_leaves_the_record_closed() {
    let Site {
        session,
        grant,
        residence,
        ..
    } = site().await;
    let new = NewOrderLine {
        order: "1".to_owned(),
        line: 12,
        text: "tea".to_owned(),
    };
    let mut line = new.seal(&session, &residence).unwrap();
    assert_eq!(text(&line.text(&session, &grant).unwrap()), "tea");
    (line.order, line.line) = ("11".to_owned(), 2);
    assert!(line.text(&session, &grant).is_err());
}

#[tokio::test]
async fn models_with_parameters_have_one_declaration_and_open_for_each_instance() {
    let Site {
        session,
        grant,
        residence,
        ..
    } = site().await;
    let text_profile = NewProfile::<String, Ledgered, 10> {
        id: 1,
        value: "likes tea".to_owned(),
        score: Some(Score(7)),
        kind: PhantomData,
    };
    let number_profile = NewProfile::<u32, (), 5> {
        id: 2,
        value: 42,
        score: None,
        kind: PhantomData,
    };
    let first = text_profile.seal(&session, &residence).unwrap();
    let second = number_profile.seal(&session, &residence).unwrap();
    assert!(std::ptr::eq(
        Profile::<String, Ledgered, 10>::DECLARATION,
        Profile::<u32, (), 5>::DECLARATION
    ));
    assert_eq!(text(&first.value(&session, &grant).unwrap()), "likes tea");
    let score = first.score(&session, &grant).unwrap().unwrap();
    assert_eq!(score.disclose("a test compares it").0, 7);
    let value = second.value(&session, &grant).unwrap();
    assert_eq!(*value.disclose("a test compares it"), 42);

    let identifier = String::from("note-1");
    let note = NewNote {
        id: Cow::Borrowed(&identifier),
        body: "call back".to_owned(),
        template: Cow::Borrowed("plain"),
    };
    let note: Note<'_> = note.seal(&session, &residence).unwrap();
    assert_eq!(text(&note.body(&session, &grant).unwrap()), "call back");
    assert_eq!(note.template, "plain");
}

#[tokio::test]
async fn re_exported_models_and_datasets_seal_and_open() {
    let Site {
        session,
        grant,
        residence,
        ..
    } = site().await;
    let secretive = NewSecretive {
        id: 1,
        name: "Priya".to_owned(),
    };
    let secretive = secretive.seal(&session, &residence).unwrap();
    assert_eq!(text(&secretive.name(&session, &grant).unwrap()), "Priya");
    let features = NewRiskFeatures {
        id: 1,
        age_band: 30,
        mobility: -3,
        fingerprint: vec![1],
    };
    let features = features.seal(&session, &residence).unwrap();
    let mobility = features.mobility(&session, &grant).unwrap();
    assert_eq!(*mobility.disclose("a test compares it"), -3);
    let visit = NewVisit {
        id: 1,
        city: "Pune".to_owned(),
        age: 34,
    };
    assert_eq!(
        text(
            &visit
                .seal(&session, &residence)
                .unwrap()
                .city(&session, &grant)
                .unwrap()
        ),
        "Pune"
    );
}

#[test]
fn a_dataset_declares_what_it_was_made_from() {
    assert_eq!(RiskFeatures::DECLARATION.derived_from, [Person::DECLARATION]);
    let mobility = RiskFeatures::DECLARATION.field("mobility").unwrap();
    let from: Vec<_> = mobility
        .from
        .iter()
        .map(|source| (source.declaration.rust, source.field))
        .collect();
    assert_eq!(from, [("Person", "address"), ("Person", "phones")]);
    let city = CityTotal::DECLARATION.field("city").unwrap();
    assert_eq!(city.transform, Some(rt::schema::Release::Cohort));
    assert_eq!(city.from[0].declaration, Visit::DECLARATION);
}

/// A second model of the same table, with a purpose more than the first.
mod copied {
    use boundary_shapes::policy;
    use rt::{Boundary, DataKey, Sealed, SubjectId, TenantId};

    #[derive(Boundary)]
    #[boundary(table = "secretives", tenancy = tenant, policy = policy)]
    pub(crate) struct Copied {
        #[boundary(record_id)]
        pub(crate) id: i64,
        #[boundary(tenant)]
        pub(crate) tenant: TenantId,
        #[boundary(subject)]
        pub(crate) subject: SubjectId,
        #[boundary(data_key)]
        pub(crate) data_key: DataKey,
        #[boundary(category = "user.name", residency = in_country, purpose(Billing, Marketing, Support))]
        name: Sealed<String>,
    }
}

#[tokio::test]
async fn attack_71_a_second_model_of_the_same_table_allows_more() {
    let Site {
        session,
        grant,
        residence,
        ..
    } = site().await;
    let new = NewSecretive {
        id: 1,
        name: "Priya".to_owned(),
    };
    let record = new.seal(&session, &residence).unwrap();
    let copy = <copied::Copied as rt::TenantRecord>::from_cells(
        &rt::Record::cells(&record),
        record.data_key.clone(),
    );
    let copy = copy.unwrap();
    assert_eq!((copy.id, &copy.subject), (1, &record.subject));
    let refused = match copy.name(&session, &grant) {
        Ok(_) => panic!("the copy opened"),
        Err(refused) => refused,
    };
    let unregistered = rt::Refusal::Unregistered {
        declaration: "Copied",
    };
    assert_eq!(refused, unregistered.into());
    assert!(record.name(&session, &grant).is_ok());
}
