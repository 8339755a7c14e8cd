//! What each mistake in a policy is told, word for word.
//!
//! Every case changes one thing in a valid policy and states all that is reported.

use boundary_schema::{Policy, PolicyErrors, Position};

const PAYMENTS: &str = include_str!("payments.toml");

fn errors_of(text: &str) -> PolicyErrors {
    match Policy::parse("boundary.toml", text) {
        Err(errors) => errors,
        Ok(_) => panic!("no mistake was found"),
    }
}

/// Replaces the first `from` of the valid policy by `to` and compares the report.
#[track_caller]
fn reported(from: &str, to: &str, expected: &str) {
    assert!(PAYMENTS.contains(from), "{from:?} is not in the policy");
    assert_eq!(errors_of(&PAYMENTS.replacen(from, to, 1)).to_string(), expected);
}

#[test]
fn three_mistakes_are_three_errors_in_the_order_of_the_file() {
    let text = PAYMENTS
        .replacen("max_share_percent = 50", "max_share_percent = 0", 1)
        .replacen("jurisdiction = \"IN\"", "jurisdction = \"IN\"", 1)
        .replacen("basis = \"consent\"", "basis = \"consnet\"", 1);
    let errors = errors_of(&text);
    assert_eq!(errors.len(), 3);
    assert_eq!(
        errors.to_string(),
        "boundary.toml:5:1: unknown key `jurisdction` in `regions.in`, expected one of `jurisdiction`, `plane`; \
         did you mean `jurisdiction`?\n\
         boundary.toml:26:9: `purposes.marketing.basis`: found `consnet`, expected one of `consent`, `contract`, \
         `legal_obligation`, `vital_interests`, `public_task`, `legitimate_interests`; did you mean `consent`?\n\
         boundary.toml:76:21: `release.max_share_percent`: found `0`, expected a whole number from 1 to 100"
    );
    let first = errors.first();
    assert_eq!(first.position, Some(Position { line: 5, column: 1 }));
    assert_eq!(first.help.as_deref(), Some("did you mean `jurisdiction`?"));
    assert_eq!(errors.into_iter().count(), 3);
}

#[test]
fn an_empty_file_lacks_every_required_section() {
    assert_eq!(
        errors_of("").to_string(),
        "boundary.toml:1:1: the policy lacks the key `version`, expected the number 1\n\
         boundary.toml:1:1: the policy lacks the key `regions`, expected a table of tables, each under a name\n\
         boundary.toml:1:1: the policy lacks the key `purposes`, expected a table of tables, each under a name\n\
         boundary.toml:1:1: the policy lacks the key `roles`, expected a table of tables, each under a name\n\
         boundary.toml:1:1: the policy lacks the key `crates`, expected a table\n\
         boundary.toml:1:1: the policy lacks the key `consent`, expected a table\n\
         boundary.toml:1:1: the policy lacks the key `keys`, expected a table\n\
         boundary.toml:1:1: the policy lacks the key `release`, expected a table"
    );
}

#[test]
fn columns_count_characters_and_not_bytes() {
    reported(
        "[regions.hub]\njurisdiction = \"US\"\nplane = \"central\"",
        "[regions]\nhub = { \"né\" = 1, jurisdiction = \"US\", plane = \"central\" }",
        "boundary.toml:13:9: unknown key `né` in `regions.hub`, expected one of `jurisdiction`, `plane`",
    );
    let text = PAYMENTS.replacen("lease = \"60s\"", "lease = \"60s\", é", 1);
    let column = errors_of(&text).first().position.unwrap().column;
    assert_eq!(column, 14);
    let text = PAYMENTS
        .replace('\n', "\r\n")
        .replacen("lease = \"60s\"", "lease = 60", 1);
    assert_eq!(
        errors_of(&text).first().position,
        Some(Position { line: 71, column: 9 })
    );
}

macro_rules! mistakes {
    ($($name:ident: $from:literal => $to:literal, $expected:literal;)+) => {
        $( #[test] fn $name() { reported($from, $to, $expected); } )+
    };
}

mistakes! {
    a_column_without_residency:
        "[release]" => "[tables.notes]\nbody = { category = \"user.content\" }\n[release]",
        "boundary.toml:74:1: the column lacks the key `residency`; write `role = …`, or `category = …` and \
         `residency = …`";

    a_column_that_says_nothing:
        "[release]" => "[tables.notes]\nbody = { opaque = true }\n[release]",
        "boundary.toml:74:1: the column needs a role or a category, one of the two; write `role = …`, or \
         `category = …` and `residency = …`";

    a_column_with_a_role_and_a_residency:
        "[release]" => "[tables.notes]\nid = { role = \"record_id\", residency = \"global\" }\n[release]",
        "boundary.toml:74:40: a column with a role has no `residency`; write `role = …`, or `category = …` and \
         `residency = …`";

    a_column_of_an_unknown_category:
        "[release]" => "[tables.notes]\nbody = { category = \"user.contnet\", residency = \"global\" }\n[release]",
        "boundary.toml:74:21: found the unknown category `user.contnet`; did you mean `user.content`?";

    a_column_pinned_to_an_unknown_region:
        "[release]" => "[tables.notes]\nbody = { category = \"user.content\", residency = \"pinned(inn)\" }\n[release]",
        "boundary.toml:74:49: `tables.notes.body.residency`: found the unknown region `inn`, expected one of `eu`, \
         `hub`, `in`; did you mean `in`?";

    a_table_without_columns:
        "[release]" => "[tables]\nnotes = 1\n[release]",
        "boundary.toml:74:9: `tables.notes`: found `1`, expected a table of columns";

    a_bucket_of_an_unknown_category:
        "[release]" => "[envelope.padding]\n\"user.contcat\" = 64\n[release]",
        "boundary.toml:74:1: `envelope.padding`: found the unknown category `user.contcat`; did you mean \
         `user.contact`?";

    a_bucket_of_one_byte:
        "[release]" => "[envelope.padding]\n\"user.contact\" = 1\n[release]",
        "boundary.toml:74:18: `envelope.padding.\"user.contact\"`: found `1`, expected a whole number from 2 to 65536";

    a_bucket_beyond_the_largest:
        "[release]" => "[envelope.padding]\nuser = 65537\n[release]",
        "boundary.toml:74:8: `envelope.padding.user`: found `65537`, expected a whole number from 2 to 65536";

    a_bucket_of_an_unquoted_category:
        "[release]" => "[envelope.padding]\nuser.contact = 64\n[release]",
        "boundary.toml:74:1: `envelope.padding.user` is not a category but a whole branch; quote the key of the \
         category: `\"user.contact\" = 64`";

    padding_that_is_no_table:
        "[release]" => "[envelope]\npadding = 64\n[release]",
        "boundary.toml:74:11: `envelope.padding`: found `64`, expected a table of whole numbers, each under a \
         category key";

    a_day_that_is_none:
        "[release]" => "[[allow]]\nrule = \"a\"\nat = \"b\"\nreason = \"c\"\nowner = \"d\"\nuntil = \"soon\"\n[release]",
        "boundary.toml:78:9: `allow.until`: found `soon`, expected a day as \"YYYY-MM-DD\"";

    an_allowance_without_an_owner:
        "[release]" => "[[allow]]\nrule = \"a\"\nat = \"b\"\nreason = \"c\"\nuntil = \"2027-01-31\"\n[release]",
        "boundary.toml:73:1: `allow` lacks the key `owner`, expected a text that is not empty";

    an_unknown_dialect:
        "[release]" => "[[migrations]]\npath = \"db\"\ndialect = \"postgresql\"\n[release]",
        "boundary.toml:75:11: `migrations.dialect`: found `postgresql`, expected one of `postgres`, `sqlite`, \
         `mysql`; did you mean `postgres`?";

    a_version_that_is_not_ours:
        "version = 1" => "version = 2",
        "boundary.toml:2:11: `version`: found `2`, expected the number 1";

    a_missing_version:
        "version = 1\n" => "",
        "boundary.toml:1:1: the policy lacks the key `version`, expected the number 1";

    a_jurisdiction_in_words:
        "jurisdiction = \"IN\"" => "jurisdiction = \"India\"",
        "boundary.toml:5:16: `regions.in.jurisdiction`: found `India`, expected \"EU\" or a country as \
         two capital letters (ISO 3166-1)";

    a_jurisdiction_in_small_letters:
        "jurisdiction = \"IN\"" => "jurisdiction = \"in\"",
        "boundary.toml:5:16: `regions.in.jurisdiction`: found `in`, expected \"EU\" or a country as two \
         capital letters (ISO 3166-1)";

    a_jurisdiction_that_is_a_number:
        "jurisdiction = \"IN\"" => "jurisdiction = 91",
        "boundary.toml:5:16: `regions.in.jurisdiction`: found `91`, expected \"EU\" or a country as two \
         capital letters (ISO 3166-1)";

    a_misspelt_plane:
        "plane = \"central\"" => "plane = \"centrl\"",
        "boundary.toml:14:9: `regions.hub.plane`: found `centrl`, expected one of `in_country`, \
         `central`; did you mean `central`?";

    a_region_named_outside_the_alphabet:
        "[regions.hub]" => "[regions.Hub]\njurisdiction = \"US\"\nplane = \"central\"\n\n[regions.hub]",
        "boundary.toml:12:10: `Hub` in `regions`: a name starts with a lowercase letter, not 'H'";

    a_region_that_is_no_table:
        "[regions.in]\n" => "regions.fr = 3\n\n[regions.in]\n",
        "boundary.toml:4:14: `regions.fr`: found `3`, expected a table";

    an_unknown_section:
        "[crates]" => "[crate]",
        "boundary.toml:61:2: unknown key `crate` in the policy, expected one of `version`, `regions`, \
         `purposes`, `categories`, `roles`, `sinks`, `crates`, `consent`, `keys`, `release`, `envelope`, `tables`, \
         `migrations`, `allow`, `approve`, `backups`; did you mean `crates`?";

    a_missing_section:
        "[keys]\nlease = \"60s\"\n" => "",
        "boundary.toml:1:1: the policy lacks the key `keys`, expected a table";

    a_missing_key:
        "lease = \"60s\"\n" => "",
        "boundary.toml:70:1: `keys` lacks the key `lease`, expected a duration such as \"90s\", \"5m\" or \
         \"1h\", at most \"1h\"";

    a_misspelt_basis:
        "basis = \"contract\"" => "basis = \"contact\"",
        "boundary.toml:18:9: `purposes.billing.basis`: found `contact`, expected one of `consent`, \
         `contract`, `legal_obligation`, `vital_interests`, `public_task`, `legitimate_interests`; did \
         you mean `contract`?";

    a_misspelt_data_use:
        "\"marketing.communications.email\"" => "\"marketng.communications.email\"",
        "boundary.toml:25:7: `purposes.marketing.use`: found `marketng.communications.email`, expected a \
         data use of fideslang 3.1.4, or a narrower one below it; did you mean \
         `marketing.communications.email`?";

    a_purpose_that_no_one_declared:
        "purposes = [\"support\"]" => "purposes = [\"suport\"]",
        "boundary.toml:44:13: `roles.support_agent.purposes`: found the unknown purpose `suport`, \
         expected one of `analytics`, `billing`, `marketing`, `support`; did you mean `support`?";

    a_purpose_that_is_no_text:
        "purposes = [\"support\"]" => "purposes = [3]",
        "boundary.toml:44:13: `roles.support_agent.purposes`: found `3`, expected the name of a purpose";

    purposes_that_are_no_array:
        "purposes = [\"support\"]" => "purposes = \"support\"",
        "boundary.toml:44:12: `roles.support_agent.purposes`: found `support`, expected an array of names \
         of purposes";

    a_purpose_listed_twice:
        "purposes = [\"support\"]" => "purposes = [\"support\", \"support\"]",
        "boundary.toml:44:24: `roles.support_agent.purposes`: `support` is listed twice";

    a_table_too_deep:
        "[roles.analyst]" => "[roles.analyst.deep]",
        "boundary.toml:46:8: `roles.analyst` lacks the key `purposes`, expected an array of names of \
         purposes\nboundary.toml:46:16: unknown key `deep` in `roles.analyst`, expected one of `purposes`";

    a_misspelt_kind_of_sink:
        "kind = \"queue\"" => "kind = \"queu\"",
        "boundary.toml:50:8: `sinks.in_events.kind`: found `queu`, expected one of `queue`, `bucket`, \
         `table`, `warehouse`, `cache`, `search`, `log`, `metrics`, `file`, `http`; did you mean `queue`?";

    a_sink_in_no_region:
        "region = \"in\"" => "region = \"im\"",
        "boundary.toml:51:10: `sinks.in_events.region`: found the unknown region `im`, expected one of \
         `eu`, `hub`, `in`; did you mean `in`?";

    a_crate_in_two_lists:
        "\"payments-central\"" => "\"payments_model\"",
        "boundary.toml:64:12: `crates.central` lists `payments_model`, which `crates.shared` lists too; a \
         crate runs in one place";

    a_crate_twice_in_one_list:
        "[\"payments-demo\"]" => "[\"payments-demo\", \"payments-demo\"]",
        "boundary.toml:65:27: `crates.tools` lists `payments-demo`, which `crates.tools` lists too; a \
         crate runs in one place";

    a_package_that_cargo_could_not_have:
        "\"payments-central\"" => "\"payments central\"",
        "boundary.toml:64:12: `crates.central`: found `payments central`, expected the name of a package";

    a_list_of_crates_that_does_not_exist:
        "tools =" => "tool =",
        "boundary.toml:65:1: unknown key `tool` in `crates`, expected one of `shared`, `in_country`, \
         `central`, `tools`; did you mean `tools`?";

    a_duration_in_words:
        "\"5m\"" => "\"5 minutes\"",
        "boundary.toml:68:17: `consent.grant_max_age`: found `5 minutes`, expected a duration such as \
         \"90s\", \"5m\" or \"1h\", at most \"24h\"";

    a_duration_that_is_a_number:
        "\"5m\"" => "300",
        "boundary.toml:68:17: `consent.grant_max_age`: found `300`, expected a duration such as \"90s\", \
         \"5m\" or \"1h\", at most \"24h\"";

    a_grant_that_outlives_a_day:
        "\"5m\"" => "\"25h\"",
        "boundary.toml:68:17: `consent.grant_max_age`: found `25h`, expected a duration such as \"90s\", \
         \"5m\" or \"1h\", at most \"24h\"";

    a_lease_that_outlives_an_hour:
        "\"60s\"" => "\"61m\"",
        "boundary.toml:71:9: `keys.lease`: found `61m`, expected a duration such as \"90s\", \"5m\" or \
         \"1h\", at most \"1h\"";

    a_deletion_that_waits_for_an_hour:
        "lease = \"60s\"" => "lease = \"60s\"\ndeletion_wait = \"1h\"",
        "boundary.toml:72:17: `keys.deletion_wait`: found `1h`, expected a duration such as \"7d\", at least \"24h\" and \
         at most \"30d\"";

    a_deletion_that_waits_for_a_quarter:
        "lease = \"60s\"" => "lease = \"60s\"\ndeletion_wait = \"90d\"",
        "boundary.toml:72:17: `keys.deletion_wait`: found `90d`, expected a duration such as \"7d\", at least \"24h\" and \
         at most \"30d\"";

    data_keys_in_no_known_place:
        "lease = \"60s\"" => "lease = \"60s\"\ntables.sessions.data_key = \"in_line\"",
        "boundary.toml:72:28: `keys.tables.sessions.data_key`: found `in_line`, expected one of `key_table`, \
         `inline`; did you mean `inline`?";

    data_keys_of_no_known_authority:
        "lease = \"60s\"" => "lease = \"60s\"\ntables.invoices.authority = \"law\"",
        "boundary.toml:72:29: `keys.tables.invoices.authority`: found `law`, expected one of `tenant`, `retention`";

    a_misspelt_key_of_a_table_s_keys:
        "lease = \"60s\"" => "lease = \"60s\"\ntables.invoices.datakey = \"inline\"",
        "boundary.toml:72:17: unknown key `datakey` in `keys.tables.invoices`, expected one of `data_key`, \
         `authority`; did you mean `data_key`?";

    a_table_of_whose_keys_nothing_is_said:
        "lease = \"60s\"" => "lease = \"60s\"\ntables.invoices = {}",
        "boundary.toml:72:8: `keys.tables`: nothing is said of `invoices`; write `data_key = …`, `authority = …`, or both";

    backups_of_keys_that_outlive_those_of_rows:
        "\"7d\"" => "\"36d\"",
        "boundary.toml:80:8: `backups.keys`: backups of keys are kept longer than those of the rows they open; keep \
         backups of the key tables for a shorter time: an erasure reaches the backups when they are gone";

    a_release_into_an_in_country_region:
        "destination = \"hub\"" => "destination = \"in\"",
        "boundary.toml:74:15: `release.destination` is the in-country region `in`, expected a central \
         one: `hub`";

    a_release_to_nowhere:
        "destination = \"hub\"" => "destination = \"hubb\"",
        "boundary.toml:74:15: `release.destination`: found the unknown region `hubb`, expected one of \
         `eu`, `hub`, `in`; did you mean `hub`?";

    a_cohort_of_one:
        "minimum_subjects = 20" => "minimum_subjects = 1",
        "boundary.toml:75:20: `release.minimum_subjects`: found `1`, expected a whole number from 2 to \
         4294967295";

    a_negative_number_of_subjects:
        "minimum_subjects = 20" => "minimum_subjects = -1",
        "boundary.toml:75:20: `release.minimum_subjects`: found `-1`, expected a whole number from 2 to \
         4294967295";

    more_subjects_than_there_could_be:
        "minimum_subjects = 20" => "minimum_subjects = 99999999999999999999",
        "boundary.toml:75:20: `release.minimum_subjects`: found `99999999999999999999`, expected a whole \
         number from 2 to 4294967295";

    a_share_that_is_a_fraction:
        "max_share_percent = 50" => "max_share_percent = 0.5",
        "boundary.toml:76:21: `release.max_share_percent`: found `0.5`, expected a whole number from 1 to \
         100";

    a_share_above_the_whole:
        "max_share_percent = 50" => "max_share_percent = 101",
        "boundary.toml:76:21: `release.max_share_percent`: found `101`, expected a whole number from 1 to \
         100";

    a_category_outside_the_taxonomy:
        "user.demographic.age" => "usr.demographic.age",
        "boundary.toml:32:13: the category `usr.demographic.age` is below no known category; its first \
         word must be `user` or `system`; did you mean `user.demographic.age`?";

    a_category_that_is_built_in:
        "user.demographic.age" => "user.demographic.gender",
        "boundary.toml:32:13: `user.demographic.gender` is a known category already; extend it with a \
         narrower key below it";

    a_category_key_that_is_none:
        "user.demographic.age" => "User Age",
        "boundary.toml:32:13: \"User Age\" is not a category key: lowercase words joined by dots, such as \
         `user.contact.email`";

    a_category_without_quotes:
        "[categories.\"user.demographic.age\"]" => "[categories.user.demographic.age]",
        "boundary.toml:32:13: `categories.user` is not a category but a whole branch; quote the key of \
         the category: `[categories.\"user.demographic.age\"]`";

    a_category_weaker_than_its_ancestor:
        "sensitivity = \"personal\"" => "sensitivity = \"internal\"",
        "boundary.toml:32:13: the category `user.demographic.age` is internal, less than the personal of \
         `user.demographic` which it extends";

    a_category_that_denies_identity:
        "user.demographic.age\"]" => "user.name.nick\"]\nidentifies = false",
        "boundary.toml:32:13: the category `user.name.nick` cannot deny that it identifies a person: \
         `user.name`, which it extends, does";

    a_misspelt_sensitivity:
        "sensitivity = \"personal\"" => "sensitivity = \"secret\"",
        "boundary.toml:33:15: `categories.\"user.demographic.age\".sensitivity`: found `secret`, expected \
         one of `public`, `internal`, `personal`, `sensitive`";

    a_flag_that_is_a_number:
        "description = \"Age in whole years.\"" => "identifies = 1",
        "boundary.toml:34:14: `categories.\"user.demographic.age\".identifies`: found `1`, expected true \
         or false";

    an_empty_description:
        "\"Age in whole years.\"" => "\" \"",
        "boundary.toml:34:15: `categories.\"user.demographic.age\".description`: found ` `, expected a \
         text that is not empty";

    an_unclosed_header:
        "[keys]" => "[keys",
        "boundary.toml:70:6: not TOML: unclosed table, expected `]`";

    a_section_given_twice:
        "[keys]" => "[consent]",
        "boundary.toml:70:2: not TOML: duplicate key";

    a_value_left_out:
        "lease = \"60s\"" => "lease =",
        "boundary.toml:71:8: not TOML: string values must be quoted, expected literal string";

    text_that_is_cut_and_escaped:
        "jurisdiction = \"IN\"" => "jurisdiction = \
         \"a\\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"",
        "boundary.toml:5:16: `regions.in.jurisdiction`: found \
         `a\\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…`, expected \"EU\" or a country \
         as two capital letters (ISO 3166-1)";
}
