use std::collections::BTreeSet;

use super::*;

#[test]
fn the_table_has_85_unique_keys_in_order() {
    let keys: BTreeSet<_> = BUILT_IN.iter().map(|row| row.key).collect();
    assert_eq!(keys.len(), 85);
    assert!(
        keys.iter().copied().eq(BUILT_IN.iter().map(|row| row.key)),
        "ordered, so that a diff is readable"
    );
}

#[test]
fn there_are_56_unique_data_uses_in_order() {
    let uses: BTreeSet<_> = DATA_USES.iter().copied().collect();
    assert_eq!(uses.len(), 56);
    assert!(uses.iter().copied().eq(DATA_USES.iter().copied()));
}

#[test]
fn no_row_is_less_sensitive_than_the_row_above_it_and_every_parent_is_known() {
    let taxonomy = Taxonomy::built_in();
    for row in BUILT_IN {
        assert!(is_category_key(row.key), "{}", row.key);
        if let Some((parent, _)) = row.key.rsplit_once('.') {
            let parent = taxonomy
                .get(parent)
                .unwrap_or_else(|| panic!("{} has no parent", row.key));
            assert!(row.sensitivity >= parent.sensitivity, "{}", row.key);
        }
    }
}

#[test]
fn everything_about_a_person_is_personal_and_operations_are_not() {
    for category in Taxonomy::built_in().iter() {
        if category.key.starts_with("user") {
            assert!(category.is_personal(), "{}", category.key);
        }
    }
    let taxonomy = Taxonomy::built_in();
    assert!(!taxonomy.get("system.operations").unwrap().is_personal());
    assert!(taxonomy.get("system.authentication").unwrap().is_personal());
}

#[test]
fn special_categories_are_sensitive() {
    let taxonomy = Taxonomy::built_in();
    for key in [
        "user.health_and_medical",
        "user.health_and_medical.genetic",
        "user.biometric.fingerprint",
        "user.demographic.race_ethnicity",
        "user.demographic.political_opinion",
        "user.demographic.religious_belief",
        "user.demographic.sexual_orientation",
        "user.criminal_history",
        "user.childrens",
        "user.government_id.passport_number",
        "user.authorization.password",
        "user.location.precise",
        "user.financial.credit_card",
    ] {
        assert_eq!(
            taxonomy.get(key).unwrap().sensitivity,
            Sensitivity::Sensitive,
            "{key}"
        );
    }
}

#[test]
fn direct_identifiers_are_told_from_coarse_traits() {
    let taxonomy = Taxonomy::built_in();
    let identifies = |key: &str| taxonomy.get(key).unwrap().identifies();
    for key in [
        "user",
        "user.name.first",
        "user.contact.email",
        "user.device.ip_address",
        "user.unique_id.pseudonymous",
    ] {
        assert!(identifies(key), "{key}");
    }
    for key in [
        "user.contact.address.city",
        "user.demographic.age_range",
        "user.location",
        "system.operations",
    ] {
        assert!(!identifies(key), "{key}");
    }
}

#[test]
fn an_extension_inherits_and_may_only_tighten() {
    let mut taxonomy = Taxonomy::built_in();
    taxonomy
        .extend(
            "user.government_id.aadhaar",
            Sensitivity::Sensitive,
            None,
            Some("12 digits"),
        )
        .unwrap();
    let aadhaar = taxonomy.get("user.government_id.aadhaar").unwrap();
    assert!(aadhaar.identifies());
    assert_eq!(aadhaar.description.as_deref(), Some("12 digits"));

    taxonomy
        .extend("user.account.number", Sensitivity::Personal, Some(true), None)
        .unwrap();
    assert!(taxonomy.get("user.account.number").unwrap().identifies());

    let refused = |key: &str, sensitivity, identifies| {
        Taxonomy::built_in()
            .extend(key, sensitivity, identifies, None)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused("user.government_id.aadhaar", Sensitivity::Personal, None),
        "the category `user.government_id.aadhaar` is personal, less than the sensitive of `user.government_id` \
         which it extends"
    );
    assert_eq!(
        refused("user.name.nick", Sensitivity::Personal, Some(false)),
        "the category `user.name.nick` cannot deny that it identifies a person: `user.name`, which it extends, does"
    );
    assert_eq!(
        refused("user.name", Sensitivity::Sensitive, None),
        "`user.name` is a known category already; extend it with a narrower key below it"
    );
    assert_eq!(
        refused("customer.name", Sensitivity::Personal, None),
        "the category `customer.name` is below no known category; its first word must be `user` or `system`"
    );
    for key in ["", "user.", ".user", "user..name", "User.name", "user name"] {
        assert_eq!(
            Taxonomy::built_in().extend(key, Sensitivity::Sensitive, None, None),
            Err(ExtensionError::Key(key.to_owned())),
            "{key:?}"
        );
    }
}

#[test]
fn an_extension_of_an_extension_is_held_to_the_nearer_one() {
    let mut taxonomy = Taxonomy::built_in();
    taxonomy
        .extend("user.demographic.caste", Sensitivity::Sensitive, None, None)
        .unwrap();
    let error = taxonomy.extend(
        "user.demographic.caste.certificate",
        Sensitivity::Personal,
        None,
        None,
    );
    assert!(
        matches!(error, Err(ExtensionError::LessSensitive { ancestor, .. }) if ancestor == "user.demographic.caste")
    );
}

#[test]
fn data_uses_are_known_or_below_a_known_one() {
    assert!(is_data_use("marketing"));
    assert!(is_data_use("essential.service.payment_processing.refunds"));
    assert!(!is_data_use("marketingx"));
    assert!(!is_data_use("marketing."));
    assert!(!is_data_use(""));
    assert_eq!(nearest_data_use("marketting"), Some("marketing"));
}

#[test]
fn words_parse_as_they_are_printed() {
    for sensitivity in Sensitivity::ALL {
        assert_eq!(sensitivity.to_string().parse(), Ok(*sensitivity));
    }
    assert!(Sensitivity::Public < Sensitivity::Internal && Sensitivity::Personal < Sensitivity::Sensitive);
    assert_eq!(
        "secret".parse::<Sensitivity>().unwrap_err().to_string(),
        "unknown sensitivity `secret`, expected one of `public`, `internal`, `personal`, `sensitive`"
    );
}

#[test]
fn what_many_people_share_or_nobody_is_looked_up_by_is_not_indexable() {
    let mut taxonomy = Taxonomy::built_in();
    for key in [
        "user.contact.email",
        "user.contact.phone_number",
        "user.government_id.national_identification_number",
        "user.financial.credit_card",
        "user.unique_id",
    ] {
        assert!(taxonomy.get(key).unwrap().indexable(), "{key}");
    }
    for key in [
        "user.demographic.gender",
        "user.demographic.age_range",
        "user.demographic.date_of_birth",
        "user.demographic.race_ethnicity",
        "user.contact.address.country",
        "user.contact.address.postal_code",
        "user.health_and_medical",
        "user.biometric.fingerprint",
        "user.name.first",
        "user.authorization.password",
    ] {
        assert!(!taxonomy.get(key).unwrap().indexable(), "{key}");
    }
    for row in BUILT_IN {
        assert!(row.identifies || !row.indexable, "{}", row.key);
    }

    let personal = Sensitivity::Personal;
    taxonomy
        .extend("user.account.customer_number", personal, Some(true), None)
        .unwrap();
    taxonomy
        .extend("user.account.segment", personal, None, None)
        .unwrap();
    taxonomy
        .extend("user.name.nickname", personal, Some(true), None)
        .unwrap();
    taxonomy
        .extend("user.contact.email.work", personal, None, None)
        .unwrap();
    let indexable = |key: &str| taxonomy.get(key).unwrap().indexable();
    assert!(indexable("user.account.customer_number") && indexable("user.contact.email.work"));
    assert!(!indexable("user.account.segment") && !indexable("user.name.nickname"));
}
