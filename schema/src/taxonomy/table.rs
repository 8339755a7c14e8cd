//! The built-in keys. This is the only place that spells them.

use super::Sensitivity::{self, Internal, Personal, Public, Sensitive};

/// One row of the built-in table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BuiltIn {
    /// Dotted key of the category.
    pub key: &'static str,
    /// How sensitive a value of it is; also the least that an extension below it may be.
    pub sensitivity: Sensitivity,
    /// Whether one value points at one person, device or account by itself.
    pub identifies: bool,
    /// Whether a blind index may be kept of its values: there are about as many of them as people, devices or accounts,
    /// and none is much more frequent than another.
    pub indexable: bool,
}

/// A category whose value points at one person.
const fn one(key: &'static str, sensitivity: Sensitivity) -> BuiltIn {
    BuiltIn {
        key,
        sensitivity,
        identifies: true,
        indexable: false,
    }
}

/// A category whose value points at one person and is about as frequent as any other: what a record is looked up by.
const fn handle(key: &'static str, sensitivity: Sensitivity) -> BuiltIn {
    BuiltIn {
        key,
        sensitivity,
        identifies: true,
        indexable: true,
    }
}

/// A category whose value any number of people may share.
const fn any(key: &'static str, sensitivity: Sensitivity) -> BuiltIn {
    BuiltIn {
        key,
        sensitivity,
        identifies: false,
        indexable: false,
    }
}

/// The 85 data categories of fideslang 3.1.4 (`default_taxonomy/data_categories.py`), ordered by key.
///
/// The keys are facts; the other columns are our judgement:
///
/// - **Everything about a person is at least personal**, published content and privacy choices included: that a
///   person made it public does not stop it from being about them.
/// - **Sensitive** are the special categories of GDPR Art. 9 (health, genetic and biometric data, race, politics,
///   religion, sexual orientation), criminal history (Art. 10), data of children (recital 38), and what lets a holder
///   act as, charge or find the person: credentials, government ids, accounts and cards, precise location.
/// - **The sensitivity of a group is the floor of what is below it**, so `user.financial` and `user.location` are
///   personal while `user.financial.bank_account` and `user.location.precise` are sensitive, and `system` is public
///   so that a policy can name data meant for everybody. No row is less sensitive than the row above it.
/// - `system.authentication` is sensitive although it is about no person: it is keys and tokens, and replicating
///   them everywhere would undo every other rule.
/// - **Identifying** are names, addresses to reach or find somebody, numbers given to one person, account or device,
///   bodily features, and the bare `user`, which says too little to be trusted. Coarse traits (city, postal code,
///   age, gender) are not: the release rules' minimum of distinct subjects holds those.
/// - **Indexable** are of these the ones that are given out once: addresses to reach somebody, numbers, accounts,
///   devices. Names are not, because some are far more frequent than others; neither are bodily features, precise
///   places, pictures and credentials, which nobody looks a record up by; nor an immigration record and the bare
///   `user` and `user.payment`, which may be a word of a short list.
pub const BUILT_IN: &[BuiltIn] = &[
    any("system", Public),
    one("system.authentication", Sensitive),
    any("system.operations", Internal),
    one("user", Personal),
    any("user.account", Personal),
    any("user.account.settings", Personal),
    handle("user.account.username", Personal),
    any("user.authorization", Personal),
    one("user.authorization.biometric", Sensitive),
    one("user.authorization.credentials", Sensitive),
    one("user.authorization.password", Sensitive),
    any("user.behavior", Personal),
    any("user.behavior.browsing_history", Personal),
    any("user.behavior.media_consumption", Personal),
    any("user.behavior.purchase_history", Personal),
    any("user.behavior.search_history", Personal),
    one("user.biometric", Sensitive),
    one("user.biometric.fingerprint", Sensitive),
    one("user.biometric.health", Sensitive),
    one("user.biometric.retinal", Sensitive),
    one("user.biometric.voice", Sensitive),
    any("user.childrens", Sensitive),
    handle("user.contact", Personal),
    handle("user.contact.address", Personal),
    any("user.contact.address.city", Personal),
    any("user.contact.address.country", Personal),
    any("user.contact.address.postal_code", Personal),
    any("user.contact.address.state", Personal),
    handle("user.contact.address.street", Personal),
    handle("user.contact.email", Personal),
    handle("user.contact.fax_number", Personal),
    any("user.contact.organization", Personal),
    handle("user.contact.phone_number", Personal),
    handle("user.contact.url", Personal),
    any("user.content", Personal),
    any("user.content.private", Personal),
    any("user.content.public", Personal),
    one("user.content.self_image", Personal),
    any("user.criminal_history", Sensitive),
    any("user.demographic", Personal),
    any("user.demographic.age_range", Personal),
    any("user.demographic.date_of_birth", Personal),
    any("user.demographic.gender", Personal),
    any("user.demographic.language", Personal),
    any("user.demographic.marital_status", Personal),
    any("user.demographic.political_opinion", Sensitive),
    any("user.demographic.profile", Personal),
    any("user.demographic.race_ethnicity", Sensitive),
    any("user.demographic.religious_belief", Sensitive),
    any("user.demographic.sexual_orientation", Sensitive),
    any("user.device", Personal),
    handle("user.device.cookie", Personal),
    handle("user.device.cookie_id", Personal),
    handle("user.device.device_id", Personal),
    handle("user.device.ip_address", Personal),
    any("user.financial", Personal),
    handle("user.financial.bank_account", Sensitive),
    handle("user.financial.credit_card", Sensitive),
    handle("user.government_id", Sensitive),
    handle("user.government_id.birth_certificate", Sensitive),
    handle("user.government_id.drivers_license_number", Sensitive),
    one("user.government_id.immigration", Sensitive),
    handle("user.government_id.national_identification_number", Sensitive),
    handle("user.government_id.passport_number", Sensitive),
    handle("user.government_id.vehicle_registration", Sensitive),
    any("user.health_and_medical", Sensitive),
    one("user.health_and_medical.genetic", Sensitive),
    handle("user.health_and_medical.insurance_beneficiary_id", Sensitive),
    handle("user.health_and_medical.record_id", Sensitive),
    any("user.job_title", Personal),
    any("user.location", Personal),
    any("user.location.imprecise", Personal),
    one("user.location.precise", Sensitive),
    one("user.name", Personal),
    one("user.name.first", Personal),
    one("user.name.last", Personal),
    one("user.payment", Sensitive),
    any("user.privacy_preferences", Personal),
    any("user.sensor", Personal),
    any("user.social", Personal),
    any("user.telemetry", Personal),
    handle("user.unique_id", Personal),
    handle("user.unique_id.pseudonymous", Personal),
    any("user.user_sensor", Personal),
    any("user.workplace", Personal),
];

/// The 56 data uses of fideslang 3.1.4 (`default_taxonomy/data_uses.py`), ordered by key.
pub const DATA_USES: &[&str] = &[
    "analytics",
    "analytics.reporting",
    "analytics.reporting.ad_performance",
    "analytics.reporting.campaign_insights",
    "analytics.reporting.content_performance",
    "analytics.reporting.system",
    "analytics.reporting.system.performance",
    "collect",
    "employment",
    "employment.recruitment",
    "essential",
    "essential.fraud_detection",
    "essential.legal_obligation",
    "essential.service",
    "essential.service.authentication",
    "essential.service.notifications",
    "essential.service.notifications.email",
    "essential.service.notifications.sms",
    "essential.service.operations",
    "essential.service.operations.improve",
    "essential.service.operations.support",
    "essential.service.payment_processing",
    "essential.service.security",
    "essential.service.upgrades",
    "finance",
    "functional",
    "functional.service",
    "functional.service.improve",
    "functional.storage",
    "functional.storage.privacy_preferences",
    "marketing",
    "marketing.advertising",
    "marketing.advertising.first_party",
    "marketing.advertising.first_party.contextual",
    "marketing.advertising.first_party.targeted",
    "marketing.advertising.frequency_capping",
    "marketing.advertising.negative_targeting",
    "marketing.advertising.profiling",
    "marketing.advertising.serving",
    "marketing.advertising.third_party",
    "marketing.advertising.third_party.targeted",
    "marketing.communications",
    "marketing.communications.email",
    "marketing.communications.sms",
    "operations",
    "personalize",
    "personalize.content",
    "personalize.content.limited",
    "personalize.content.profiled",
    "personalize.content.profiling",
    "personalize.profiling",
    "personalize.system",
    "sales",
    "third_party_sharing",
    "third_party_sharing.legal_obligation",
    "train_ai_system",
];
