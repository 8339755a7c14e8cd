//! What models were made from, as `derived_from(…)` and `from(…)` say, read without compiling.
//!
//! The derive has judged it; here it is only listed. Structs that the lint does not know as models must be left out by whoever asks.

use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::{Attribute, Meta, Path, Token};

use super::declarations::{Stands, parsed};

/// A model and what it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// The struct's name.
    pub rust: String,
    /// The name of its table, event or dataset, as written.
    pub name: String,
    /// What it stands for.
    pub stands: Stands,
    /// The structs that a dataset was made from, by their last word.
    pub derived_from: Vec<String>,
    /// Its fields, in order.
    pub fields: Vec<Made>,
}

/// A field and what it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its name in Rust, without `r#`.
    pub name: String,
    /// The column that it stands for.
    pub column: String,
    /// Whether it has a category, and not only a role.
    pub is_value: bool,
    /// Structs and their fields; empty where it does not say.
    pub from: Vec<(String, String)>,
    /// The release that they went through, as written.
    pub transform: Option<String>,
}

/// The models of a Rust file; none where it does not parse, which is a finding of its own.
#[must_use]
pub fn models(text: &str) -> Vec<Model> {
    let Ok(file) = parsed(text) else {
        return Vec::new();
    };
    let mut reader = Reader(Vec::new());
    reader.visit_file(&file);
    reader.0
}

struct Reader(Vec<Model>);

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.0.extend(model(item));
        syn::visit::visit_item_struct(self, item);
    }
}

fn model(item: &syn::ItemStruct) -> Option<Model> {
    let said = entries(&item.attrs);
    let (name, stands) = said.iter().find_map(|meta| {
        let stands = match meta.path().get_ident()?.to_string().as_str() {
            "table" => Stands::Table,
            "event" => Stands::Event,
            "dataset" => Stands::Dataset,
            _ => return None,
        };
        Some((text(meta)?, stands))
    })?;
    let derived_from = paths(&said, "derived_from").iter().filter_map(last).collect();
    let fields = item.fields.iter().filter_map(|field| {
        let name = plain(field.ident.as_ref()?);
        let said = entries(&field.attrs);
        let of = |key: &str| said.iter().find(|meta| meta.path().is_ident(key));
        let from = paths(&said, "from");
        Some(Made {
            column: of("column").and_then(text).unwrap_or_else(|| name.clone()),
            is_value: of("category").is_some(),
            from: from.iter().filter_map(field_of).collect(),
            transform: of("transform").and_then(transform),
            name,
        })
    });
    Some(Model {
        rust: item.ident.to_string(),
        name,
        stands,
        derived_from,
        fields: fields.collect(),
    })
}

/// The entries of `#[boundary(…)]`.
fn entries(attributes: &[Attribute]) -> Vec<Meta> {
    let ours = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("boundary"));
    let entries = ours.filter_map(|attribute| {
        attribute
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .ok()
    });
    entries.flatten().collect()
}

fn text(meta: &Meta) -> Option<String> {
    match &meta.require_name_value().ok()?.value {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    }
}

/// `cohort`, `bucket(10)`.
fn transform(meta: &Meta) -> Option<String> {
    match &meta.require_name_value().ok()?.value {
        syn::Expr::Path(path) => last(&path.path),
        syn::Expr::Call(call) => {
            let syn::Expr::Path(path) = call.func.as_ref() else {
                return None;
            };
            let syn::Expr::Lit(syn::ExprLit { lit, .. }) = call.args.first()? else {
                return None;
            };
            let width = match lit {
                syn::Lit::Int(width) => width.base10_digits().to_owned(),
                _ => return None,
            };
            Some(format!("{}({width})", last(&path.path)?))
        }
        _ => None,
    }
}

fn paths(said: &[Meta], key: &str) -> Vec<Path> {
    let lists = said
        .iter()
        .filter(|meta| meta.path().is_ident(key))
        .filter_map(|meta| {
            let list = meta.require_list().ok()?;
            list.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)
                .ok()
        });
    lists.flatten().collect()
}

fn last(path: &Path) -> Option<String> {
    path.segments.last().map(|segment| plain(&segment.ident))
}

/// `Customer::email`.
fn field_of(path: &Path) -> Option<(String, String)> {
    let mut segments = path.segments.iter().rev();
    let field = plain(&segments.next()?.ident);
    Some((plain(&segments.next()?.ident), field))
}

fn plain(ident: &syn::Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").unwrap_or(&name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_and_transforms_are_read() {
        let models = models(
            r#"
            #[derive(Boundary)]
            #[boundary(dataset = "totals", kind = aggregate, derived_from(crate::a::Visit, Person))]
            struct Totals {
                #[boundary(record_id)] id: i64,
                #[boundary(from(crate::a::Visit::r#type), transform = bucket(10))]
                #[boundary(category = "user.behavior", residency = pinned(In), purpose(Billing), column = "kind")]
                sort: i64,
            }
            #[derive(Debug)]
            struct Other { id: i64 }
            "#,
        );
        let [model] = models.as_slice() else {
            panic!("{models:?}")
        };
        assert_eq!((model.rust.as_str(), model.stands), ("Totals", Stands::Dataset));
        assert_eq!(model.derived_from, ["Visit", "Person"]);
        let [id, sort] = model.fields.as_slice() else {
            panic!("{model:?}")
        };
        assert!(!id.is_value && id.from.is_empty());
        assert!(sort.is_value);
        assert_eq!(sort.column, "kind");
        assert_eq!(sort.from, [("Visit".to_owned(), "type".to_owned())]);
        assert_eq!(sort.transform.as_deref(), Some("bucket(10)"));
    }
}
