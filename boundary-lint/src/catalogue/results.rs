//! What Postgres' own functions give, and which of them a migration may call without changing columns.

use super::ColumnType;

/// Functions whose results are of one type.
const RESULTS: &[(&str, &[&str])] = &[
    (
        "bool",
        &[
            "bool_and",
            "bool_or",
            "every",
            "has_schema_privilege",
            "has_table_privilege",
            "isempty",
            "isfinite",
            "json_exists",
            "jsonb_exists",
            "pg_is_in_recovery",
            "pg_try_advisory_lock",
            "pg_try_advisory_xact_lock",
            "regexp_like",
            "starts_with",
        ],
    ),
    (
        "bytea",
        &[
            "convert_to",
            "decode",
            "gen_random_bytes",
            "hmac",
            "sha224",
            "sha256",
            "sha384",
            "sha512",
        ],
    ),
    ("date", &["make_date", "to_date"]),
    (
        "float8",
        &[
            "acos",
            "asin",
            "atan",
            "atan2",
            "corr",
            "cos",
            "cot",
            "cume_dist",
            "degrees",
            "percent_rank",
            "pi",
            "radians",
            "random",
            "regr_slope",
            "similarity",
            "sin",
            "tan",
            "ts_rank",
            "ts_rank_cd",
            "word_similarity",
        ],
    ),
    ("inet", &["inet_client_addr", "inet_server_addr"]),
    (
        "int4",
        &[
            "array_length",
            "array_lower",
            "array_ndims",
            "array_position",
            "array_upper",
            "ascii",
            "bit_count",
            "bit_length",
            "cardinality",
            "char_length",
            "character_length",
            "inet_client_port",
            "json_array_length",
            "jsonb_array_length",
            "length",
            "masklen",
            "ntile",
            "num_nonnulls",
            "num_nulls",
            "octet_length",
            "pg_backend_pid",
            "position",
            "scale",
            "strpos",
        ],
    ),
    (
        "int8",
        &[
            "count",
            "currval",
            "dense_rank",
            "hashtextextended",
            "lastval",
            "nextval",
            "pg_column_size",
            "pg_database_size",
            "pg_relation_size",
            "pg_total_relation_size",
            "rank",
            "regr_count",
            "row_number",
            "setval",
            "txid_current",
        ],
    ),
    (
        "interval",
        &[
            "age",
            "justify_days",
            "justify_hours",
            "justify_interval",
            "make_interval",
        ],
    ),
    (
        "json",
        &[
            "array_to_json",
            "json_agg",
            "json_array",
            "json_build_array",
            "json_build_object",
            "json_object",
            "json_object_agg",
            "json_strip_nulls",
            "row_to_json",
            "to_json",
        ],
    ),
    (
        "jsonb",
        &[
            "jsonb_agg",
            "jsonb_build_array",
            "jsonb_build_object",
            "jsonb_insert",
            "jsonb_object",
            "jsonb_object_agg",
            "jsonb_path_query_array",
            "jsonb_path_query_first",
            "jsonb_set",
            "jsonb_strip_nulls",
            "to_jsonb",
        ],
    ),
    ("numeric", &["extract", "factorial", "to_number"]),
    (
        "text",
        &[
            "btrim",
            "chr",
            "col_description",
            "concat",
            "concat_ws",
            "convert_from",
            "current_query",
            "current_setting",
            "encode",
            "format",
            "format_type",
            "host",
            "initcap",
            "json_extract_path_text",
            "json_typeof",
            "jsonb_extract_path_text",
            "jsonb_pretty",
            "jsonb_typeof",
            "left",
            "lower",
            "lpad",
            "ltrim",
            "md5",
            "obj_description",
            "overlay",
            "pg_get_constraintdef",
            "pg_get_expr",
            "pg_get_indexdef",
            "pg_get_viewdef",
            "pg_size_pretty",
            "pg_typeof_text",
            "quote_ident",
            "quote_literal",
            "quote_nullable",
            "regexp_replace",
            "regexp_substr",
            "repeat",
            "replace",
            "reverse",
            "right",
            "rpad",
            "rtrim",
            "set_config",
            "split_part",
            "string_agg",
            "substr",
            "substring",
            "to_char",
            "to_hex",
            "translate",
            "unistr",
            "upper",
            "version",
        ],
    ),
    ("timestamp", &["make_timestamp"]),
    (
        "timestamptz",
        &[
            "clock_timestamp",
            "make_timestamptz",
            "now",
            "pg_postmaster_start_time",
            "statement_timestamp",
            "to_timestamp",
            "transaction_timestamp",
        ],
    ),
    (
        "tsquery",
        &[
            "phraseto_tsquery",
            "plainto_tsquery",
            "to_tsquery",
            "websearch_to_tsquery",
        ],
    ),
    (
        "tsvector",
        &["array_to_tsvector", "setweight", "to_tsvector", "tsvector_concat"],
    ),
    (
        "uuid",
        &[
            "gen_random_uuid",
            "gen_random_ulid",
            "uuid_generate_v1",
            "uuid_generate_v1mc",
            "uuid_generate_v4",
            "uuidv4",
            "uuidv7",
        ],
    ),
    ("xml", &["query_to_xml", "table_to_xml", "xmlagg", "xmlcomment"]),
];

/// Functions whose result has the type of their first argument.
const LIKE_FIRST: &[&str] = &[
    "abs",
    "any_value",
    "coalesce",
    "first_value",
    "greatest",
    "lag",
    "last_value",
    "lead",
    "least",
    "max",
    "min",
    "mod",
    "mode",
    "nth_value",
    "nullif",
    "array_append",
    "array_cat",
    "array_remove",
    "array_replace",
    "trim_array",
    "date_bin",
    "bit_and",
    "bit_or",
    "generate_series",
    "json_extract_path",
    "jsonb_extract_path",
    "trunc",
    "round",
    "ceil",
    "ceiling",
    "floor",
    "sign",
];

/// Functions that a migration calls for what they do to data or to the session, never to columns.
const CALLED_FOR_EFFECT: &[&str] = &[
    "lo_create",
    "lo_unlink",
    "pg_advisory_lock",
    "pg_advisory_unlock",
    "pg_advisory_unlock_all",
    "pg_advisory_xact_lock",
    "pg_cancel_backend",
    "pg_notify",
    "pg_reload_conf",
    "pg_sleep",
    "pg_stat_reset",
    "pg_terminate_backend",
    "unnest",
    "sum",
    "avg",
    "sqrt",
    "power",
    "array_agg",
    "date_trunc",
    "pg_get_serial_sequence",
    "to_regclass",
    "to_regtype",
    "pg_typeof",
    "stddev",
    "variance",
    "exp",
    "ln",
    "log",
    "div",
    "array",
    "row",
    "jsonb_each",
    "jsonb_each_text",
    "json_each",
    "json_each_text",
    "jsonb_array_elements",
    "jsonb_array_elements_text",
    "json_array_elements",
    "json_array_elements_text",
    "jsonb_object_keys",
    "json_object_keys",
    "string_to_array",
    "regexp_split_to_array",
    "regexp_split_to_table",
    "regexp_matches",
    "exists",
    "timezone",
    "date_part",
    "pg_table_is_visible",
    "pg_get_userbyid",
    "array_to_string",
    "current_database",
    "current_schema",
];

/// Whether a function is Postgres' own and leaves columns alone.
pub(super) fn leaves_columns_alone(name: &str) -> bool {
    CALLED_FOR_EFFECT.contains(&name)
        || LIKE_FIRST.contains(&name)
        || RESULTS.iter().any(|(_, names)| names.contains(&name))
}

/// The type of a call of one of Postgres' own functions.
pub(super) fn result(name: &str, arguments: &[ColumnType]) -> ColumnType {
    let first = arguments.first().cloned().unwrap_or(ColumnType::Unknown);
    let builtin_first = match &first {
        ColumnType::Builtin(name) => *name,
        _ => "",
    };
    if let Some((ty, _)) = RESULTS.iter().find(|(_, names)| names.contains(&name)) {
        return ColumnType::Builtin(ty);
    }
    let builtin = match (name, builtin_first) {
        ("sum", "int2" | "int4") => "int8",
        ("sum", "int8" | "numeric") => "numeric",
        ("sum", "float4") => "float4",
        ("sum", "float8") | ("avg", "float4" | "float8") => "float8",
        ("sum" | "avg", "interval") => "interval",
        ("sum", "money") => "money",
        ("avg", "int2" | "int4" | "int8" | "numeric") => "numeric",
        (
            "round" | "trunc" | "ceil" | "ceiling" | "floor" | "sign" | "sqrt" | "exp" | "ln" | "log"
            | "power" | "stddev" | "variance",
            ty,
        ) => {
            // Whole numbers go through the double precision form, except where a second argument asks for numeric.
            match ty {
                "numeric" => "numeric",
                "" => return ColumnType::Unknown,
                _ if arguments.len() > 1 && matches!(name, "round" | "trunc") => "numeric",
                "int2" | "int4" | "int8" if matches!(name, "stddev" | "variance") => "numeric",
                _ => "float8",
            }
        }
        ("date_trunc", "timestamp") => "timestamp",
        ("date_part", _) => "float8",
        ("max" | "min" | "nullif", "varchar") => "text",
        ("date_trunc", _) => match arguments.get(1) {
            Some(ColumnType::Builtin("timestamp")) => "timestamp",
            Some(ColumnType::Builtin("interval")) => "interval",
            Some(ColumnType::Builtin("date" | "timestamptz")) => "timestamptz",
            _ => return ColumnType::Unknown,
        },
        ("timezone", _) => return ColumnType::Unknown,
        (
            "array_to_string"
            | "jsonb_array_elements_text"
            | "json_array_elements_text"
            | "jsonb_object_keys"
            | "json_object_keys",
            _,
        ) => "text",
        ("jsonb_array_elements", _) => "jsonb",
        ("json_array_elements", _) => "json",
        ("regexp_split_to_table", _) => "text",
        ("current_database" | "current_schema" | "pg_get_userbyid", _) => "name",
        ("string_to_array" | "regexp_split_to_array" | "regexp_matches", _) => {
            return ColumnType::Array(Box::new(ColumnType::Builtin("text")));
        }
        ("array_agg", _) => return ColumnType::Array(Box::new(first)),
        ("unnest", _) => {
            return match first {
                ColumnType::Array(element) => *element,
                _ => ColumnType::Unknown,
            };
        }
        ("coalesce" | "greatest" | "least" | "nullif", _) => {
            return arguments
                .iter()
                .find(|ty| !matches!(ty, ColumnType::Builtin("unknown")))
                .cloned()
                .unwrap_or(first);
        }
        _ if LIKE_FIRST.contains(&name) => return first,
        _ => return ColumnType::Unknown,
    };
    ColumnType::Builtin(builtin)
}
