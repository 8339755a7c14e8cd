//! Guesses are measured on names with a known meaning, so that a new pattern cannot make them worse unseen.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must say so and stop")]

use boundary_lint::suggest::{Confidence, suggest};

/// Category, then names of columns. `-` is for what is about no person, `user.unique_id` for what only links to one.
const LABELLED: &[(&str, &str)] = &[
    (
        "user.contact.email",
        "email email_address contact_email billing_email primary_email userEmail emails recovery_email invoice_email work_email email_normalized new_email",
    ),
    (
        "user.contact.phone_number",
        "phone phone_number mobile_number telephone home_phone work_phone phoneNumber phone2 mobile_phone contact_phone cell_phone msisdn whatsapp",
    ),
    (
        "user.name.first",
        "first_name firstname given_name firstName vorname prenom",
    ),
    (
        "user.name.last",
        "last_name lastname surname family_name lastName nachname maiden_name apellido",
    ),
    (
        "user.name",
        "full_name display_name legal_name cardholder_name account_holder_name nickname middle_name beneficiary_name payer_name",
    ),
    (
        "user.account.username",
        "username user_name login screen_name github_login",
    ),
    (
        "user.contact.address.street",
        "street street_address address_line1 address_line_2 house_number billing_street",
    ),
    (
        "user.contact.address.city",
        "city billing_city town shipping_city ville",
    ),
    (
        "user.contact.address.postal_code",
        "postal_code zip_code postcode zip billing_zip plz zipcode pincode",
    ),
    (
        "user.contact.address",
        "home_address billing_address shipping_address mailing_address delivery_address address",
    ),
    (
        "user.contact.address.country",
        "country country_code billing_country shipping_country_code",
    ),
    (
        "user.demographic.date_of_birth",
        "date_of_birth birth_date birthday dob birthdate dateOfBirth geburtsdatum",
    ),
    ("user.demographic.gender", "gender sex pronouns"),
    ("user.demographic.marital_status", "marital_status civil_status"),
    ("user.demographic.race_ethnicity", "ethnicity race caste"),
    (
        "user.demographic.religious_belief",
        "religion religious_affiliation",
    ),
    (
        "user.demographic.political_opinion",
        "political_party party_affiliation political_opinion",
    ),
    ("user.demographic.sexual_orientation", "sexual_orientation"),
    ("user.demographic", "nationality citizenship salary annual_income"),
    (
        "user.government_id.national_identification_number",
        "ssn social_security_number aadhaar_number aadhaar tax_id national_id cpf dni nif personnummer curp nric voter_id itin pesel",
    ),
    (
        "user.government_id.passport_number",
        "passport_number passport passport_no",
    ),
    (
        "user.government_id.drivers_license_number",
        "driver_license_number driving_licence drivers_license license_number",
    ),
    (
        "user.government_id.vehicle_registration",
        "license_plate number_plate vin",
    ),
    (
        "user.financial.bank_account",
        "iban bic bank_account bank_account_number account_number routing_number sort_code ifsc_code ifsc upi_id vpa swift_code",
    ),
    (
        "user.financial.credit_card",
        "card_number credit_card_number cvv cvc card_expiry card_last4 card_exp_month masked_pan",
    ),
    (
        "user.device.ip_address",
        "ip ip_address client_ip remote_addr last_ip signup_ip ipAddress remote_ip login_ip_address",
    ),
    (
        "user.device.device_id",
        "idfa gaid imei mac_address device_fingerprint push_token device_token advertising_id",
    ),
    ("user.device.cookie_id", "cookie cookie_value session_cookie"),
    ("user.device", "user_agent useragent browser userAgent"),
    (
        "user.location.precise",
        "latitude longitude lat lng geolocation gps_position home_latitude",
    ),
    (
        "user.health_and_medical",
        "diagnosis medication allergies disability blood_type symptoms medical_history vaccination",
    ),
    (
        "user.health_and_medical.record_id",
        "mrn medical_record_number nhs_number",
    ),
    ("user.health_and_medical.genetic", "dna_sequence genome"),
    (
        "user.biometric",
        "face_embedding biometric_template iris_scan faceprint",
    ),
    ("user.biometric.voice", "voiceprint voice_sample"),
    (
        "user.authorization.password",
        "password password_hash encrypted_password hashed_password passwd passphrase pin_hash passwordHash pwd",
    ),
    (
        "user.authorization.credentials",
        "access_token refresh_token otp_secret totp_secret api_secret recovery_code session_token reset_token auth_token confirmation_token private_key security_answer",
    ),
    ("user.criminal_history", "criminal_record convictions"),
    (
        "user.content.self_image",
        "avatar avatar_url profile_picture photo selfie photo_url profile_image",
    ),
    (
        "user.content.private",
        "message_body private_message chat_message",
    ),
    (
        "user.privacy_preferences",
        "marketing_consent email_opt_in newsletter_opt_out",
    ),
    ("user.job_title", "job_title occupation profession"),
    ("user.behavior.search_history", "search_query search_term"),
    (
        "user.unique_id",
        "user_id customer_id member_id created_by updated_by owner_id author_id person_id employee_id",
    ),
    (
        "-",
        "id uuid created_at updated_at deleted_at version status state type kind name code sort_order position priority \
         retry_count attempts is_active enabled count quantity currency tenant_id merchant_id organization_id order_id \
         product_id batch_id job_status checksum etag sequence revision schema_version expires_at started_at finished_at \
         slug label color key value row_version total_count flag migration_id inserted_at modified_at data path \
         email_verified email_sent_at phone_verified password_changed_at ip_count card_type address_type device_type \
         avatar_enabled message_count login_attempts email_count country_count error_code error_message_id queue_name \
         table_name bucket file_size content_type mime_type hash digest signature_algorithm webhook_id event_type \
         event_id payload_version source target direction weight height width duration interval_seconds percent rate \
         discount tax_rate unit sku barcode stock warehouse_id shipment_id invoice_id invoice_number tracking_status \
         parent_id root_id depth left_id right_id published_at archived_at locked_at archived locked default_value \
         max_attempts min_value step threshold template_id locale_code region_id zone partition shard",
    ),
];

#[test]
fn guesses_are_as_good_as_they_were() {
    let mut made = [0usize; 3];
    let mut right = [0usize; 3];
    let (mut names, mut personal, mut recalled) = (0, 0, 0);
    let mut wrong = Vec::new();
    for (category, columns) in LABELLED {
        for column in columns.split_whitespace() {
            names += 1;
            let ty = match column {
                _ if column.ends_with("_at") => "timestamp with time zone",
                _ if column.ends_with("verified") || column.ends_with("enabled") => "boolean",
                _ if column.ends_with("count") || column.ends_with("attempts") => "integer",
                _ => "text",
            };
            let guess = suggest("things", column, ty);
            let is_personal = *category != "-";
            personal += usize::from(is_personal);
            recalled += usize::from(is_personal && guess.as_ref().is_some_and(|guess| guess.personal));
            let Some(guess) = guess else { continue };
            let at = guess.confidence as usize;
            made[at] += 1;
            let fits = match is_personal {
                // A narrower or wider category of the same branch is right as well.
                true => guess.category.starts_with(category) || category.starts_with(guess.category),
                false => !guess.personal,
            };
            right[at] += usize::from(fits);
            if !fits && guess.confidence > Confidence::Low {
                wrong.push(format!("{column}: {} for {category}", guess.category));
            }
        }
    }
    println!(
        "{names} names: low {}/{}, medium {}/{}, high {}/{}; {recalled} of {personal} personal ones are guessed to be",
        right[0], made[0], right[1], made[1], right[2], made[2]
    );
    println!("{}", wrong.join("\n"));
    assert!(names >= 300, "{names}");
    let at_least = |at: usize, percent: usize| right[at] * 100 >= made[at] * percent;
    assert!(
        at_least(2, 97),
        "high confidence is right in {} of {}",
        right[2],
        made[2]
    );
    assert!(
        at_least(1, 85),
        "medium confidence is right in {} of {}",
        right[1],
        made[1]
    );
    assert!(recalled * 100 >= personal * 93, "{recalled} of {personal}");
}
