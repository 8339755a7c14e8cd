//! A whole policy, read and asked.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use boundary_schema::{
    Basis, ColumnMeaning, ColumnRole, CratePlane, Dialect, KeyAuthority, KeyPlace, Keys, Plane, Policy,
    Sensitivity, SinkKind,
};

const PAYMENTS: &str = include_str!("payments.toml");

fn payments() -> Policy {
    Policy::parse("boundary.toml", PAYMENTS).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn every_section_of_the_payments_example_is_read() {
    let policy = payments();
    let regions: Vec<_> = policy.regions().keys().map(ToString::to_string).collect();
    assert_eq!(regions, ["eu", "hub", "in"]);
    let india = &policy.regions()["in"];
    assert_eq!(
        (india.name.as_str(), india.jurisdiction.as_str(), india.plane),
        ("in", "IN", Plane::InCountry)
    );

    let marketing = &policy.purposes()["marketing"];
    assert_eq!(
        (marketing.data_use.as_str(), marketing.basis),
        ("marketing.communications.email", Basis::Consent)
    );

    let amount = policy.categories().get("user.financial.amount").unwrap();
    assert_eq!(amount.sensitivity, Sensitivity::Personal);
    assert!(
        amount
            .description
            .as_deref()
            .unwrap()
            .starts_with("What one person paid")
    );
    assert_eq!(policy.categories().iter().count(), 87);

    assert_eq!(policy.roles()["service"].purposes.len(), 2);
    let inbox = &policy.sinks()["hub_inbox"];
    assert_eq!((inbox.kind, inbox.region.as_str()), (SinkKind::Queue, "hub"));
    assert!(
        policy
            .crates()
            .of(CratePlane::Central)
            .contains("payments-central")
    );

    assert_eq!(policy.consent().grant_max_age, Duration::from_secs(300));
    assert_eq!(policy.keys().lease, Duration::from_secs(60));
    assert_eq!(policy.keys().deletion_wait, Duration::from_secs(7 * 24 * 60 * 60));
    assert!(policy.keys().tables().is_empty());
    let release = policy.release();
    assert_eq!(release.destination, "hub");
    assert_eq!((release.minimum_subjects, release.max_share_percent), (20, 50));
}

#[test]
fn the_data_keys_of_a_table_are_kept_as_the_policy_says_of_it() {
    let said = r#"lease = "60s"
deletion_wait = "30d"

[keys.tables.sessions]
data_key = "inline"

[keys.tables."billing.invoices"]
authority = "retention"
"#;
    let text = PAYMENTS.replacen("lease = \"60s\"\n", said, 1);
    let policy = Policy::parse("boundary.toml", &text).unwrap_or_else(|errors| panic!("{errors}"));
    let keys = policy.keys();
    assert_eq!(keys.deletion_wait, Duration::from_secs(Keys::LONGEST_WAIT));
    assert_eq!(keys.tables().len(), 2);
    let of = |table| (keys.of_table(table).data_key, keys.of_table(table).authority);
    assert_eq!(of("sessions"), (KeyPlace::Inline, KeyAuthority::Tenant));
    assert_eq!(
        of("billing.invoices"),
        (KeyPlace::KeyTable, KeyAuthority::Retention)
    );
    for unnamed in ["invoices", "Sessions", ""] {
        assert_eq!(
            of(unnamed),
            (KeyPlace::KeyTable, KeyAuthority::Tenant),
            "{unnamed}"
        );
    }
}

#[test]
fn a_role_may_act_for_its_own_purposes_and_nothing_else() {
    let policy = payments();
    assert!(policy.purpose_allowed("service", "billing"));
    assert!(!policy.purpose_allowed("service", "support"));
    assert!(!policy.purpose_allowed("service", "unheard_of"));
    assert!(!policy.purpose_allowed("unheard_of", "billing"));
}

#[test]
fn a_crate_is_found_by_its_package_or_crate_name() {
    let policy = payments();
    assert_eq!(policy.plane_of_crate("payments-model"), Some(CratePlane::Shared));
    assert_eq!(
        policy.plane_of_crate("payments_in_country"),
        Some(CratePlane::InCountry)
    );
    assert_eq!(policy.plane_of_crate("payments-demo"), Some(CratePlane::Tools));
    assert_eq!(policy.plane_of_crate("payments"), None);
}

#[test]
fn a_jurisdiction_has_a_region_when_exactly_one_is_in_country() {
    let policy = payments();
    assert_eq!(policy.region_of_jurisdiction("IN").unwrap().name, "in");
    assert!(
        policy.region_of_jurisdiction("US").is_none(),
        "the hub is central"
    );
    assert!(
        policy.region_of_jurisdiction("DE").is_none(),
        "EU is not guessed for a member state"
    );

    let second = "[regions.eu_north]\njurisdiction = \"EU\"\nplane = \"in_country\"\n";
    let policy = Policy::parse("boundary.toml", &format!("{PAYMENTS}\n{second}")).unwrap();
    assert!(policy.region_of_jurisdiction("EU").is_none());
    let both: Vec<_> = policy
        .regions_of_jurisdiction("EU")
        .map(|region| region.name.as_str())
        .collect();
    assert_eq!(both, ["eu", "eu_north"]);
}

#[test]
fn the_bases_are_those_of_article_6() {
    assert_eq!(Basis::ALL.len(), 6);
    let with = |question: fn(Basis) -> bool| -> Vec<&str> {
        Basis::ALL
            .iter()
            .filter(|basis| question(**basis))
            .map(|basis| basis.as_str())
            .collect()
    };
    assert_eq!(with(Basis::needs_consent), ["consent"]);
    assert_eq!(
        with(Basis::may_be_objected_to),
        ["public_task", "legitimate_interests"]
    );
}

#[test]
fn a_lease_of_zero_is_a_policy_without_a_cache() {
    let policy = Policy::parse("boundary.toml", &PAYMENTS.replace("\"60s\"", "\"0s\"")).unwrap();
    assert!(policy.keys().lease.is_zero());
}

#[test]
fn categories_and_sinks_may_be_left_out() {
    let start = PAYMENTS.find("[categories.").unwrap();
    let end = PAYMENTS.find("[roles.service]").unwrap();
    let text = format!("{}{}", &PAYMENTS[..start], &PAYMENTS[end..]);
    let start = text.find("[sinks.").unwrap();
    let end = text.find("[crates]").unwrap();
    let policy = Policy::parse("boundary.toml", &format!("{}{}", &text[..start], &text[end..])).unwrap();
    assert_eq!(policy.categories().iter().count(), 85);
    assert!(policy.sinks().is_empty());
}

#[test]
fn the_nearest_file_above_is_found_and_loaded() {
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("find");
    let deep = root.join("a/b");
    // An earlier run may have left its files.
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&deep).unwrap();
    fs::write(root.join(Policy::FILE_NAME), PAYMENTS).unwrap();
    let found = Policy::find(&deep).unwrap();
    assert_eq!(found, root.join(Policy::FILE_NAME));
    assert_eq!(Policy::load(&found).unwrap(), payments());

    fs::write(root.join("a").join(Policy::FILE_NAME), "version = 1").unwrap();
    assert_eq!(
        Policy::find(&deep).unwrap(),
        root.join("a").join(Policy::FILE_NAME)
    );
}

#[test]
fn a_file_that_is_absent_is_an_error_without_a_place() {
    let errors = Policy::load("no/such/boundary.toml").unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors.first().position, None);
    assert!(
        errors
            .to_string()
            .starts_with("no/such/boundary.toml: cannot be read: "),
        "{errors}"
    );
}

#[test]
fn a_file_that_is_not_utf8_is_refused() {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("latin1.toml");
    fs::write(&file, b"version = 1 # caf\xe9").unwrap();
    assert!(
        Policy::load(&file)
            .unwrap_err()
            .to_string()
            .contains("cannot be read")
    );
}

#[test]
fn tables_migrations_and_allowances_are_read_with_their_places() {
    let text = format!(
        "{PAYMENTS}\n[tables.\"billing.notes\"]\nid = {{ role = \"record_id\" }}\n\
         body = {{ category = \"user.content\", residency = \"pinned(in)\", purposes = [\"support\"], opaque = true }}\n\
         [[migrations]]\npath = \"db\"\ndialect = \"sqlite\"\n\
         [[allow]]\nrule = \"column-published\"\nat = \"public.a.b\"\nreason = \"c\"\nowner = \"d\"\nuntil = \"2027-02-28\"\n"
    );
    let policy = Policy::parse("boundary.toml", &text).unwrap();
    let columns: Vec<_> = policy.columns().iter().collect();
    let [body, id] = columns.as_slice() else {
        panic!("{columns:?}")
    };
    assert_eq!(
        (body.table.as_str(), body.column.as_str(), body.opaque),
        ("billing.notes", "body", true)
    );
    assert_eq!(&text[body.span.clone()], "body");
    assert_eq!(id.meaning, ColumnMeaning::Role(ColumnRole::RecordId));
    let ColumnMeaning::Category {
        category,
        residency,
        purposes,
    } = &body.meaning
    else {
        panic!("{body:?}")
    };
    assert_eq!(
        (category.as_str(), residency.to_string().as_str()),
        ("user.content", "pinned(in)")
    );
    assert_eq!(purposes.len(), 1);
    assert_eq!(policy.migrations()[0].dialect, Some(Dialect::Sqlite));
    let allowed = &policy.allowed()[0];
    assert_eq!(allowed.until, "2027-02-28");
    assert!(text[allowed.span.clone()].starts_with("[[allow]]"));
}

#[test]
fn padding_is_that_of_the_nearest_category_and_of_whole_words_only() {
    assert_eq!(payments().envelope().bucket("user.contact.email"), None);
    let padding = "[envelope.padding]\nuser = 16\n\"user.contact\" = 64\n\"user.contact.email\" = 100\n\
                   \"user.demographic.age\" = 8\n";
    let policy = Policy::parse("boundary.toml", &format!("{PAYMENTS}\n{padding}"));
    let policy = policy.unwrap_or_else(|errors| panic!("{errors}"));
    let bucket = |category| policy.envelope().bucket(category);
    assert_eq!(bucket("user.contact.email"), Some(100));
    assert_eq!(bucket("user.contact.email.work"), Some(100));
    assert_eq!(bucket("user.contact.emails"), Some(64));
    assert_eq!(bucket("user.contacts"), Some(16));
    assert_eq!(bucket("user.demographic.age"), Some(8));
    assert_eq!(bucket("users"), None);
    assert_eq!(bucket("system.operations"), None);
    assert_eq!(bucket(""), None);
    assert_eq!(
        policy.envelope().padding().next(),
        Some(("user.demographic.age", 8))
    );
}
