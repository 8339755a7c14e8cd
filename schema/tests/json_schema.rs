//! The checked-in JSON Schema is the one that the table of keys gives.

use std::path::Path;

use serde_json::Value;

/// Run with `UPDATE=1` to write the file anew.
#[test]
fn the_checked_in_schema_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("boundary.schema.json");
    let made = boundary_schema::json_schema();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "boundary.schema.json is stale: run the tests of boundary-schema with UPDATE=1"
    );
}

#[test]
fn the_schema_is_json_and_describes_every_key() {
    let schema: Value = serde_json::from_str(&boundary_schema::json_schema()).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(
        schema["properties"]["release"]["properties"]["minimum_subjects"]["minimum"],
        2
    );
    let region = &schema["properties"]["regions"]["additionalProperties"];
    assert_eq!(
        region["properties"]["plane"]["enum"],
        serde_json::json!(["in_country", "central"])
    );
    assert_eq!(region["additionalProperties"], false);
    assert_described(&schema);
}

fn assert_described(schema: &Value) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        assert!(
            property["description"]
                .as_str()
                .is_some_and(|text| text.ends_with('.')),
            "{name}"
        );
        assert_described(property);
    }
    if schema["additionalProperties"].is_object() {
        assert_described(&schema["additionalProperties"]);
    }
}
