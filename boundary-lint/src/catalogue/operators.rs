//! What operators give, and the type that values of several types meet in.

use super::ColumnType;

/// The type of what an operator gives.
pub(super) fn operator(operator: &str, left: &ColumnType, right: &ColumnType) -> ColumnType {
    use ColumnType::{Array, Builtin};
    let known = |ty: &ColumnType| match ty {
        Builtin(name) => *name,
        _ => "",
    };
    let (a, b) = (known(left), known(right));
    let ty = match (operator, a, b) {
        ("->>" | "#>>", _, _) => "text",
        ("->" | "#>" | "#-", "json" | "jsonb", _) => a,
        ("-", "jsonb", _) | ("||", "jsonb", _) | ("||", _, "jsonb") => "jsonb",
        ("||", "tsvector", _) => "tsvector",
        ("||", "bytea", _) => "bytea",
        ("||", _, _) if matches!(left, Array(_)) => return left.clone(),
        ("||", _, _) if matches!(right, Array(_)) => return right.clone(),
        ("||", _, _) => "text",
        (
            "=" | "<" | ">" | "<=" | ">=" | "<>" | "!=" | "~" | "~*" | "!~" | "!~*" | "~~" | "@>" | "<@"
            | "&&" | "?" | "?|" | "?&" | "@@",
            _,
            _,
        ) => "bool",
        ("at time zone", "timestamptz", _) => "timestamp",
        ("at time zone", "timestamp", _) => "timestamptz",
        ("-", "date", "date") => "int4",
        ("+" | "-", "date", "int4" | "int2") => "date",
        ("+" | "-", "date", "interval") => "timestamp",
        ("-", "timestamp" | "timestamptz", "timestamp" | "timestamptz") => "interval",
        ("+" | "-", "timestamp" | "timestamptz" | "interval" | "time", "interval" | "unknown") => a,
        ("+", "interval", "timestamp" | "timestamptz") => b,
        ("*" | "/", "interval", _) => "interval",
        ("*", _, "interval") => "interval",
        ("+" | "-" | "*" | "/" | "%" | "^", _, _) => match wider(operator, a, b) {
            Some(ty) => ty,
            None => return ColumnType::Unknown,
        },
        _ => return ColumnType::Unknown,
    };
    Builtin(ty)
}

const NUMBERS: &[&str] = &["int2", "int4", "int8", "numeric", "float4", "float8"];
const MOMENTS: &[&str] = &["unknown", "date", "timestamp", "timestamptz"];

/// The type that values of several types meet in, as `CASE` and `UNION` have it.
pub(super) fn common(types: &[ColumnType]) -> ColumnType {
    let mut met: Option<ColumnType> = None;
    for ty in types {
        met = Some(match (met, ty) {
            (None, ty) | (Some(ColumnType::Builtin("unknown")), ty) => ty.clone(),
            (Some(met), ColumnType::Builtin("unknown")) => met,
            (Some(ColumnType::Builtin(a)), ColumnType::Builtin(b)) => {
                let rank = |ladder: &[&str]| {
                    let at = |ty: &str| ladder.iter().position(|step| *step == ty);
                    Some(if at(a)? >= at(b)? { a } else { b })
                };
                // Types of text turn into each other, so the first one stays.
                ColumnType::Builtin(rank(NUMBERS).or_else(|| rank(MOMENTS)).unwrap_or(a))
            }
            (Some(ColumnType::Unknown), ty) => ty.clone(),
            (Some(met), _) => met,
        });
    }
    met.unwrap_or(ColumnType::Unknown)
}

fn wider(operator: &str, a: &'static str, b: &'static str) -> Option<&'static str> {
    let (a, b) = (
        if a == "unknown" { b } else { a },
        if b == "unknown" { a } else { b },
    );
    let rank = |ty: &str| NUMBERS.iter().position(|number| *number == ty);
    let (rank_a, rank_b) = (rank(a)?, rank(b)?);
    let widest = NUMBERS[rank_a.max(rank_b)];
    Some(match (operator, widest) {
        ("^", "numeric") => "numeric",
        ("^", _) => "float8",
        // Single and double precision meet whole numbers and decimals in double precision.
        (_, "float4") if a != b => "float8",
        _ => widest,
    })
}
