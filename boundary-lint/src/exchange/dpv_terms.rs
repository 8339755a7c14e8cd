//! Terms of the Data Privacy Vocabulary for categories, data uses and legal bases.
//!
//! Source: W3C Data Privacy Vocabularies and Controls CG, DPV 2.2 (`dpv`, `pd`, `legal/eu/gdpr`), <https://w3id.org/dpv/2.2>. A key that is not
//! in a table goes by the nearest one above it that is, so a term may say less than the key and never more. Only terms of that version may enter.

use boundary_schema::Basis;

/// Personal data, by the keys of fideslang. What DPV has no narrower word for goes by a broader one.
pub(super) const CATEGORIES: &[(&str, &str)] = &[
    ("system", "dpv:NonPersonalData"),
    ("system.authentication", "dpv:Data"),
    ("user", "dpv:PersonalData"),
    ("user.account.username", "pd:Username"),
    ("user.authorization", "pd:Authenticating"),
    ("user.authorization.biometric", "pd:Biometric"),
    ("user.authorization.password", "pd:Password"),
    ("user.behavior", "pd:Behavioural"),
    ("user.behavior.browsing_history", "pd:BrowsingBehaviour"),
    (
        "user.behavior.media_consumption",
        "pd:ServiceConsumptionBehaviour",
    ),
    ("user.behavior.purchase_history", "pd:PurchasesAndSpendingHabit"),
    ("user.biometric", "pd:Biometric"),
    ("user.biometric.fingerprint", "pd:Fingerprint"),
    ("user.biometric.retinal", "pd:Retina"),
    ("user.contact", "pd:Contact"),
    ("user.contact.address", "pd:PhysicalAddress"),
    ("user.contact.address.city", "pd:City"),
    ("user.contact.address.country", "pd:Country"),
    ("user.contact.address.postal_code", "pd:PostalCode"),
    ("user.contact.address.state", "pd:Region"),
    ("user.contact.address.street", "pd:Street"),
    ("user.contact.email", "pd:EmailAddress"),
    ("user.contact.phone_number", "pd:TelephoneNumber"),
    ("user.content.self_image", "pd:Picture"),
    ("user.criminal_history", "pd:Criminal"),
    ("user.demographic", "pd:Demographic"),
    ("user.demographic.age", "pd:Age"),
    ("user.demographic.age_range", "pd:AgeRange"),
    ("user.demographic.date_of_birth", "pd:BirthDate"),
    ("user.demographic.gender", "pd:Gender"),
    ("user.demographic.language", "pd:Language"),
    ("user.demographic.marital_status", "pd:MaritalStatus"),
    ("user.demographic.political_opinion", "pd:PoliticalOpinion"),
    ("user.demographic.profile", "pd:IndividualProfile"),
    ("user.demographic.race_ethnicity", "pd:Ethnicity"),
    ("user.demographic.religious_belief", "pd:ReligiousBelief"),
    ("user.demographic.sexual_orientation", "pd:Sexual"),
    ("user.device", "pd:DeviceBased"),
    ("user.device.ip_address", "pd:IPAddress"),
    ("user.financial", "pd:Financial"),
    ("user.financial.bank_account", "pd:BankAccount"),
    ("user.financial.credit_card", "pd:PaymentCard"),
    ("user.government_id", "pd:OfficialID"),
    ("user.government_id.passport_number", "pd:Passport"),
    (
        "user.government_id.vehicle_registration",
        "pd:VehicalLicenseRegistration",
    ),
    ("user.health_and_medical", "pd:MedicalHealth"),
    ("user.health_and_medical.genetic", "pd:Genetic"),
    ("user.job_title", "pd:Professional"),
    ("user.location", "pd:Location"),
    ("user.name", "pd:Name"),
    ("user.payment", "pd:Transactional"),
    ("user.privacy_preferences", "pd:PrivacyPreference"),
    ("user.social", "pd:Social"),
    ("user.unique_id", "pd:UID"),
    ("user.workplace", "pd:Professional"),
];

/// Purposes, by the data uses of fideslang.
pub(super) const USES: &[(&str, &str)] = &[
    ("analytics", "dpv:ServiceUsageAnalytics"),
    ("employment", "dpv:HumanResourceManagement"),
    ("employment.recruitment", "dpv:PersonnelHiring"),
    ("essential.fraud_detection", "dpv:FraudPreventionAndDetection"),
    ("essential.legal_obligation", "dpv:LegalCompliance"),
    ("essential.service", "dpv:ServiceProvision"),
    ("essential.service.authentication", "dpv:IdentityAuthentication"),
    ("essential.service.notifications", "dpv:CommunicationManagement"),
    (
        "essential.service.operations.improve",
        "dpv:ImproveExistingProductsAndServices",
    ),
    ("essential.service.operations.support", "dpv:CustomerCare"),
    ("essential.service.payment_processing", "dpv:PaymentManagement"),
    ("essential.service.security", "dpv:EnforceSecurity"),
    ("functional", "dpv:ServiceProvision"),
    (
        "functional.service.improve",
        "dpv:ImproveExistingProductsAndServices",
    ),
    ("marketing", "dpv:Marketing"),
    ("marketing.advertising", "dpv:Advertising"),
    (
        "marketing.advertising.first_party.targeted",
        "dpv:TargetedAdvertising",
    ),
    (
        "marketing.advertising.third_party.targeted",
        "dpv:TargetedAdvertising",
    ),
    ("marketing.communications", "dpv:DirectMarketing"),
    ("personalize", "dpv:Personalisation"),
    ("sales", "dpv:SellProducts"),
];

/// What a use is of which no table knows anything above it.
const SOME_PURPOSE: &str = "dpv:Purpose";

/// What a category is of which no table knows anything above it.
const SOME_DATA: &str = "dpv:Data";

/// The term of a category.
pub(super) fn category(key: &str) -> &'static str {
    nearest(CATEGORIES, key).unwrap_or(SOME_DATA)
}

/// The term of a data use.
pub(super) fn data_use(key: &str) -> &'static str {
    nearest(USES, key).unwrap_or(SOME_PURPOSE)
}

/// The term of a legal basis.
pub(super) const fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Consent => "eu-gdpr:A6-1-a",
        Basis::Contract => "eu-gdpr:A6-1-b",
        Basis::LegalObligation => "eu-gdpr:A6-1-c",
        Basis::VitalInterests => "eu-gdpr:A6-1-d",
        Basis::PublicTask => "eu-gdpr:A6-1-e",
        Basis::LegitimateInterests => "eu-gdpr:A6-1-f",
    }
}

fn nearest(table: &[(&str, &'static str)], key: &str) -> Option<&'static str> {
    let mut path = key;
    loop {
        if let Some((_, term)) = table.iter().find(|(known, _)| *known == path) {
            return Some(term);
        }
        path = path.rsplit_once('.')?.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use boundary_schema::{Taxonomy, taxonomy::DATA_USES};

    #[test]
    fn the_tables_are_in_order_and_know_only_keys_of_the_taxonomy_or_below_it() {
        let taxonomy = Taxonomy::built_in();
        for table in [CATEGORIES, USES] {
            assert!(table.is_sorted_by(|a, b| a.0 < b.0));
        }
        for (key, term) in CATEGORIES {
            assert!(taxonomy.nearest_ancestor(key).is_some(), "{key}");
            assert!(term.starts_with("dpv:") || term.starts_with("pd:"), "{term}");
        }
        for (key, _) in USES {
            assert!(DATA_USES.contains(key), "{key}");
        }
    }

    #[test]
    fn what_is_about_a_person_is_never_called_something_else() {
        for category in Taxonomy::built_in().iter() {
            let term = super::category(&category.key);
            let personal = term == "dpv:PersonalData" || term.starts_with("pd:");
            assert_eq!(
                category.key.starts_with("user"),
                personal,
                "{}: {term}",
                category.key
            );
        }
    }

    #[test]
    fn what_has_no_term_goes_by_the_nearest_above_it() {
        for (key, expected) in [
            ("user.contact.email", "pd:EmailAddress"),
            ("user.government_id.aadhaar", "pd:OfficialID"),
            ("user.telemetry", "dpv:PersonalData"),
            ("system.operations", "dpv:NonPersonalData"),
            ("elsewhere", "dpv:Data"),
        ] {
            assert_eq!(category(key), expected, "{key}");
        }
        assert_eq!(
            data_use("essential.service.payment_processing.refunds"),
            "dpv:PaymentManagement"
        );
        assert_eq!(data_use("train_ai_system"), "dpv:Purpose");
    }
}
