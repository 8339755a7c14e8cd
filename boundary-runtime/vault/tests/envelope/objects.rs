//! Who may open an object, and which one: the rules of fields hold for the objects that belong to them.

use std::io::{Read, Write};
use std::time::Duration;

use boundary_runtime::audit::{Act, Outcome};
use boundary_runtime::seam::ObjectHeader;
use boundary_runtime::{
    AccessError, Cell, DataKey, Declaration, DecodeError, Grant, InCountry, KeyError, Misuse, ObjectError,
    ObjectReader, ObjectWriter, Purpose, RawSession, Record, Refusal, Region, Session, SubjectId, TenantId,
    TenantRecord,
};

use crate::support::*;

pub(crate) const SCAN: &str = "scan.pdf";

pub(crate) fn seal<S: RawSession>(
    session: &S,
    customer: &Customer,
    plaintext: &[u8],
) -> Result<Vec<u8>, ObjectError> {
    let mut writer = ObjectWriter::seal(session, customer, "email", SCAN, Vec::new())?;
    writer.write_all(plaintext)?;
    Ok(writer.finish()?)
}

pub(crate) fn open<R: Region, U: Purpose>(
    session: &Session<InCountry<R>, U>,
    customer: &Customer,
    (field, object): (&str, &str),
    sealed: &[u8],
    grant: &Grant<U>,
) -> Result<Vec<u8>, AccessError> {
    let read = || -> Result<Vec<u8>, ObjectError> {
        let reader = ObjectReader::open(session, customer, field, object, sealed, grant)?;
        let mut plaintext = Vec::new();
        reader
            .disclose("a test compares it")
            .read_to_end(&mut plaintext)?;
        Ok(plaintext)
    };
    match read() {
        Ok(plaintext) => Ok(plaintext),
        Err(ObjectError::Access(error)) => Err(error),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn attack_41_an_object_moved_to_another_name_field_record_or_tenant_does_not_open() {
    let place = Place::<In>::new().await;
    for tenant in ["acme", "globex"] {
        place.provision(tenant).await;
    }
    let session = place.session(&["acme", "globex"]).await.unwrap();
    let victim = Customer::seal(&session, &place.residence("acme", "s-7"), 7).unwrap();
    let sealed = seal(&session, &victim, b"a scan").unwrap();
    let grant = place.grant(&victim).await;
    assert_eq!(
        open(&session, &victim, ("email", SCAN), &sealed, &grant).unwrap(),
        b"a scan"
    );

    let opaque = Err(AccessError::Undecryptable);
    assert_eq!(
        open(&session, &victim, ("email", "other.pdf"), &sealed, &grant),
        opaque
    );
    assert_eq!(open(&session, &victim, ("phone", SCAN), &sealed, &grant), opaque);
    let other = Customer {
        id: 8,
        ..victim.copy()
    };
    assert_eq!(open(&session, &other, ("email", SCAN), &sealed, &grant), opaque);
    for (tenant, subject, id) in [("acme", "s-8", 7), ("globex", "s-7", 7)] {
        let thief = Customer::seal(&session, &place.residence(tenant, subject), id).unwrap();
        let grant = place.grant(&thief).await;
        assert_eq!(
            open(&session, &thief, ("email", SCAN), &sealed, &grant),
            opaque,
            "{tenant}"
        );
    }

    // With a header that says it is the thief's, around the same wrapped part.
    let (mut chunks, globex) = (&sealed[..], TenantId::new("globex"));
    let mut header = ObjectHeader::read(&mut chunks).unwrap().unwrap();
    header.data_key =
        DataKey::from_parts(header.data_key.id(), &globex, "in", header.data_key.wrapped()).unwrap();
    let renamed = [&header.to_bytes().unwrap(), chunks].concat();
    let thief = Customer {
        tenant: globex,
        ..victim.copy()
    };
    let of_thief = place.grant(&thief).await;
    assert_eq!(
        open(&session, &thief, ("email", SCAN), &renamed, &of_thief),
        opaque
    );
    // And the chunks under the header of another object of the same field.
    let other = seal(&session, &victim, b"a scan").unwrap();
    let exchanged = [&other[..sealed.len() - chunks.len()], chunks].concat();
    assert_eq!(
        open(&session, &victim, ("email", SCAN), &exchanged, &grant),
        opaque
    );
}

#[tokio::test]
async fn an_object_asks_for_the_grant_the_purpose_the_field_and_the_region_and_is_audited() {
    let place = Place::<In>::new().await;
    place.provision("acme").await;
    let session = place.session(&["acme"]).await.unwrap();
    let customer = Customer::seal(&session, &place.residence("acme", "s-7"), 7).unwrap();
    let other = Customer::seal(&session, &place.residence("acme", "s-8"), 8).unwrap();
    let sealed = seal(&session, &customer, b"a scan").unwrap();
    let grant = place.grant(&customer).await;

    let before = place.audit.records().len();
    open(&session, &customer, ("email", SCAN), &sealed, &grant).unwrap();
    let of_other = place.grant(&other).await;
    let refused = open(&session, &customer, ("email", SCAN), &sealed, &of_other);
    assert_eq!(refused, Err(Misuse::GrantOfAnotherSubject.into()));
    let header = ObjectHeader::read(&mut &sealed[..]).unwrap().unwrap();
    let records = place.audit.records();
    let outcomes = records[before..].iter().map(|record| {
        assert_eq!((record.act, record.field), (Act::Open, Some("email")));
        assert_eq!(
            record.data_key,
            Some(header.data_key.id()),
            "the object's own key"
        );
        assert_eq!(record.declaration, Some("customers"));
        assert_eq!(record.note.as_deref(), Some("an object"));
        record.outcome
    });
    assert_eq!(outcomes.collect::<Vec<_>>(), [Outcome::Done, Outcome::Refused]);

    // The purpose is the field's; a role of the record has none.
    let support: Session<InCountry<In>, Support> = place
        .vault
        .session(
            &boundary_runtime::Principal::new("desk", "support_agent"),
            &[TenantId::new("acme")],
        )
        .await
        .unwrap();
    let refused = |error| {
        matches!(
            error,
            Some(ObjectError::Access(AccessError::Policy(Refusal::Purpose { .. })))
        )
    };
    assert!(refused(seal(&support, &customer, b"").err()));
    assert!(refused(
        ObjectWriter::seal(&session, &customer, "id", SCAN, Vec::new()).err()
    ));
    let unknown = ObjectWriter::seal(&session, &customer, "emial", SCAN, Vec::new()).err();
    let expected = Misuse::UnknownField {
        declaration: "Customer",
    };
    assert!(matches!(unknown, Some(ObjectError::Access(AccessError::Caller(misuse))) if misuse == expected));

    // Nothing was written where it was refused, and a key of another region is said to be one.
    let mut nothing = Vec::new();
    assert!(ObjectWriter::seal(&support, &customer, "email", SCAN, &mut nothing).is_err());
    assert!(nothing.is_empty());
    let mut chunks = &sealed[..];
    let mut header = ObjectHeader::read(&mut chunks).unwrap().unwrap();
    let key = &header.data_key;
    header.data_key = DataKey::from_parts(key.id(), &customer.tenant, "eu", key.wrapped()).unwrap();
    let abroad = [&header.to_bytes().unwrap(), chunks].concat();
    let refused = open(&session, &customer, ("email", SCAN), &abroad, &grant);
    assert_eq!(refused, Err(Misuse::AnotherRegion.into()));
}

#[tokio::test]
async fn attack_68_an_object_under_way_stops_when_its_lease_ends_or_is_revoked() {
    let place = Place::<In>::new().await;
    place.provision("acme").await;
    let session = place.session(&["acme"]).await.unwrap();
    let customer = Customer::seal(&session, &place.residence("acme", "s-7"), 7).unwrap();
    let plaintext = vec![7; 200_000];
    let sealed = seal(&session, &customer, &plaintext).unwrap();
    let grant = place.grant(&customer).await;

    let mut reader = ObjectReader::open(&session, &customer, "email", SCAN, &sealed[..], &grant)
        .unwrap()
        .disclose("a test reads a part of it");
    let mut writer = ObjectWriter::seal(&session, &customer, "email", SCAN, Vec::new()).unwrap();
    let mut part = vec![0; 65_536];
    reader.read_exact(&mut part).unwrap();
    writer.write_all(&plaintext).unwrap();
    place.wait(Duration::from_secs(60));
    let expired = KeyError::LeaseExpired {
        bound: Duration::from_secs(60),
    };
    let reason = |error: std::io::Error| match ObjectError::from(error) {
        ObjectError::Access(error) => error,
        error => panic!("{error}"),
    };
    assert_eq!(
        reason(reader.read(&mut part).unwrap_err()),
        expired.clone().into()
    );
    assert_eq!(reason(writer.finish().unwrap_err()), expired.into());
    assert!(reader.read(&mut part).is_err(), "and stays so");

    let session = place.session(&["acme"]).await.unwrap();
    let grant = place.grant(&customer).await;
    let mut reader = ObjectReader::open(&session, &customer, "email", SCAN, &sealed[..], &grant)
        .unwrap()
        .disclose("a test reads a part of it");
    reader.read_exact(&mut part).unwrap();
    place.vault.suspend(&operator(), &customer.tenant).await.unwrap();
    assert_eq!(
        reason(reader.read(&mut part).unwrap_err()),
        KeyError::Disabled.into()
    );
}

/// A record of a table that the vault was not told of.
struct Stranger(Customer);

impl Record for Stranger {
    const DECLARATION: &'static Declaration = &STRANGERS;
    fn cells(&self) -> Vec<Cell> {
        Vec::new()
    }
}

impl TenantRecord for Stranger {
    fn tenant(&self) -> &TenantId {
        self.0.tenant()
    }
    fn subject(&self) -> &SubjectId {
        self.0.subject()
    }
    fn data_key(&self) -> &DataKey {
        self.0.data_key()
    }
    fn record_id(&self) -> std::borrow::Cow<'_, str> {
        self.0.record_id()
    }
    fn from_cells(_: &[Cell], _: DataKey) -> Result<Self, DecodeError> {
        Err(DecodeError::new("no store in these tests"))
    }
}

#[tokio::test]
async fn an_object_of_a_table_that_was_not_registered_is_neither_sealed_nor_opened() {
    let place = Place::<In>::new().await;
    place.provision("acme").await;
    let session = place.session(&["acme"]).await.unwrap();
    let customer = Customer::seal(&session, &place.residence("acme", "s-7"), 7).unwrap();
    let sealed = seal(&session, &customer, b"a scan").unwrap();
    let grant = place.grant(&customer).await;
    let stranger = Stranger(customer);
    let expected = |error| {
        let unregistered = Refusal::Unregistered {
            declaration: "Stranger",
        };
        matches!(error, Some(ObjectError::Access(AccessError::Policy(refusal))) if refusal == unregistered)
    };
    assert!(expected(
        ObjectWriter::seal(&session, &stranger, "email", SCAN, Vec::new()).err()
    ));
    assert!(expected(
        ObjectReader::open(&session, &stranger, "email", SCAN, &sealed[..], &grant).err()
    ));
}
