//! What can be told of a field's type from its text alone.

use quote::ToTokens;

/// The text of a type that is known to hold its value in the clear. What this does not know, the compiler finds by
/// the bound `Guarded` on the field's type.
pub(super) fn plain_type(ty: &syn::Type) -> Option<String> {
    const PLAIN: [&str; 26] = [
        "String", "str", "char", "bool", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32",
        "i64", "i128", "isize", "f32", "f64", "Vec", "Box", "Cow", "Arc", "Rc", "PathBuf", "HashMap",
        "BTreeMap",
    ];
    let names = outer_names(ty);
    match (ty, names.last()) {
        (syn::Type::Reference(_) | syn::Type::Array(_) | syn::Type::Tuple(_), _) => Some(text(ty)),
        (_, Some(name)) if PLAIN.contains(&name.as_str()) => Some(text(innermost(ty))),
        _ => None,
    }
}

fn text(ty: &syn::Type) -> String {
    ty.to_token_stream()
        .to_string()
        .replace(" < ", "<")
        .replace(" > ", ">")
        .replace(" >", ">")
        .replace("& ", "&")
}

/// The names of a type through its `Option`s: `Option<Sealed<String>>` is `Option`, `Sealed`.
pub(crate) fn outer_names(ty: &syn::Type) -> Vec<String> {
    let syn::Type::Path(path) = ty else {
        return Vec::new();
    };
    let Some(segment) = path.path.segments.last() else {
        return Vec::new();
    };
    let mut names = vec![segment.ident.to_string()];
    if segment.ident == "Option"
        && let Some(inner) = argument(segment)
    {
        names.extend(outer_names(inner));
    }
    names
}

fn innermost(ty: &syn::Type) -> &syn::Type {
    match ty {
        syn::Type::Path(path) => match path.path.segments.last() {
            Some(segment) if segment.ident == "Option" => argument(segment).map_or(ty, innermost),
            _ => ty,
        },
        _ => ty,
    }
}

fn argument(segment: &syn::PathSegment) -> Option<&syn::Type> {
    match &segment.arguments {
        syn::PathArguments::AngleBracketed(arguments) => {
            arguments.args.iter().find_map(|argument| match argument {
                syn::GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
        }
        _ => None,
    }
}
