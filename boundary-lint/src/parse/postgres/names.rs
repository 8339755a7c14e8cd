//! Names and types, folded as Postgres folds them.

use squawk_syntax::ast::{self, AstNode};

use super::Lower;
use crate::parse::statement::{Name, TypeName};
use crate::source::Span;

/// Postgres keeps this many bytes of a name.
const LONGEST_NAME: usize = 63;

/// The text of a name node: folded unless quoted, cut to the length that Postgres keeps.
pub(super) fn text(node: &impl AstNode) -> String {
    cut(ast::normalize_name_node(node.syntax()))
}

fn cut(mut name: String) -> String {
    if name.len() > LONGEST_NAME {
        let end = (0..=LONGEST_NAME)
            .rev()
            .find(|&at| name.is_char_boundary(at))
            .unwrap_or(0);
        name.truncate(end);
    }
    name
}

/// The parts of a path, outermost first.
fn parts(mut qualifier: Option<ast::PathRef>, last: String) -> Vec<String> {
    let mut parts = vec![last];
    while let Some(path) = qualifier {
        if let Some(segment) = path.segment() {
            parts.push(text(&segment));
        }
        qualifier = path.qualifier();
    }
    parts.reverse();
    parts
}

fn name(parts: Vec<String>, span: Span) -> Option<Name> {
    // A third part names the database, which can only be this one.
    let mut parts = parts.into_iter().rev();
    let name = parts.next().filter(|name| !name.is_empty())?;
    Some(Name {
        name,
        schema: parts.next(),
        span,
    })
}

impl Lower<'_> {
    /// The name that a path defines.
    pub(super) fn path(&self, path: Option<ast::Path>) -> Option<Name> {
        let path = path?;
        name(parts(path.qualifier(), text(&path.segment()?)), self.span(&path))
    }

    /// The name that a path refers to.
    pub(super) fn path_ref(&self, path: Option<ast::PathRef>) -> Option<Name> {
        let path = path?;
        name(parts(path.qualifier(), text(&path.segment()?)), self.span(&path))
    }

    /// The name that any node made of one path refers to.
    pub(super) fn reference(&self, node: Option<impl AstNode>) -> Option<Name> {
        let node = node?;
        if let Some(path) = node.syntax().children().find_map(ast::PathRef::cast) {
            return self.path_ref(Some(path));
        }
        let name = text(&node);
        (!name.is_empty()).then(|| Name {
            schema: None,
            name,
            span: self.span(&node),
        })
    }

    /// The type that a node names.
    pub(super) fn type_name(&self, ty: &ast::Type) -> Option<TypeName> {
        let builtin = |name: &str| TypeName {
            schema: Some("pg_catalog".to_owned()),
            name: name.to_owned(),
            array: false,
        };
        let zoned = |zone: Option<ast::Timezone>, with: &str, without: &str| {
            builtin(if matches!(zone, Some(ast::Timezone::WithTimezone(_))) {
                with
            } else {
                without
            })
        };
        Some(match ty {
            ast::Type::ArrayType(array) => TypeName {
                array: true,
                ..self.type_name(&array.ty()?)?
            },
            ast::Type::BitType(_) => builtin("bit"),
            ast::Type::BitVaryingType(_) => builtin("varbit"),
            ast::Type::CharacterType(_) => builtin("bpchar"),
            ast::Type::VarcharType(_) => builtin("varchar"),
            ast::Type::DoubleType(_) => builtin("float8"),
            ast::Type::IntervalType(_) => builtin("interval"),
            ast::Type::TimeType(time) => zoned(time.timezone(), "timetz", "time"),
            ast::Type::TimestampType(time) => zoned(time.timezone(), "timestamptz", "timestamp"),
            ast::Type::PathType(path) => {
                let reference = ast::HasPathRef::path_ref(path)?;
                let quoted = reference.segment().is_some_and(|segment| segment.is_quoted());
                let name = self.path_ref(Some(reference))?;
                if name.schema.is_none() && !quoted {
                    let short = match name.name.as_str() {
                        "int" | "integer" => "int4",
                        "smallint" => "int2",
                        "bigint" => "int8",
                        "real" => "float4",
                        "float" => float(path.arg_list()),
                        "decimal" | "dec" => "numeric",
                        "boolean" => "bool",
                        _ => {
                            return Some(TypeName {
                                schema: None,
                                name: name.name,
                                array: false,
                            });
                        }
                    };
                    return Some(builtin(short));
                }
                TypeName {
                    schema: name.schema,
                    name: name.name,
                    array: false,
                }
            }
        })
    }
}

/// `float(n)` is single up to 24 bits of precision.
fn float(arguments: Option<ast::ArgList>) -> &'static str {
    let bits = arguments.map(|list| list.syntax().text().to_string());
    let bits = bits
        .as_deref()
        .and_then(|text| text.trim_matches(['(', ')', ' ']).parse::<u32>().ok());
    if bits.is_some_and(|bits| bits <= 24) {
        "float4"
    } else {
        "float8"
    }
}
