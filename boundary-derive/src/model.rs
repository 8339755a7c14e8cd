//! A derive input without mistakes: everything here has been compared with the policy.

use boundary_schema::{FieldRole, Kind, Normalisation, Release, Sensitivity, Tenancy};
use proc_macro2::Span;
use syn::Ident;

/// A declared table, event or dataset.
pub(crate) struct Model {
    pub(crate) ident: Ident,
    pub(crate) vis: syn::Visibility,
    pub(crate) generics: syn::Generics,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) tenancy: Tenancy,
    /// What a dataset was made from.
    pub(crate) derived_from: Vec<syn::Path>,
    /// Path of the module that `policy!()` made.
    pub(crate) policy: syn::Path,
    /// Whether the traits may carry `#[diagnostic::..]`, which a crate without the tool prelude cannot name.
    pub(crate) diagnostics: bool,
    pub(crate) fields: Vec<Field>,
}

/// One field of it.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) ty: syn::Type,
    pub(crate) column: String,
    pub(crate) content: Content,
    /// Whether the type mentions a parameter of the struct.
    pub(crate) parametric: bool,
}

/// What a field is for.
pub(crate) enum Content {
    /// It identifies the record.
    Role(FieldRole),
    /// It holds a value.
    Value(Classification),
    /// It is the blind index of another field.
    Index(BlindIndex),
    /// It is a `PhantomData` and holds nothing.
    Marker,
}

/// A blind index, as it is declared.
pub(crate) struct BlindIndex {
    /// The field whose index it is.
    pub(crate) of: Ident,
    pub(crate) cardinality: u64,
    pub(crate) normalise: Vec<Normalisation>,
}

impl BlindIndex {
    /// Whether nothing is done to values first.
    pub(crate) fn is_exact(&self) -> bool {
        self.normalise == [Normalisation::Exact]
    }
}

/// A field and its blind index, with their positions in the declaration.
pub(crate) struct Indexed<'m> {
    pub(crate) field: &'m Field,
    pub(crate) field_place: usize,
    pub(crate) index: &'m Field,
    pub(crate) index_place: usize,
    pub(crate) declared: &'m BlindIndex,
}

/// The classification of a value.
pub(crate) struct Classification {
    pub(crate) category: String,
    pub(crate) sensitivity: Sensitivity,
    /// Whether values of the category may have a blind index.
    pub(crate) indexable: bool,
    pub(crate) residency: Residency,
    /// Purposes by their name in the policy and the type that stands for them.
    pub(crate) purposes: Vec<(String, Ident)>,
    pub(crate) releases: Vec<Release>,
    pub(crate) from: Vec<From>,
    pub(crate) transform: Option<Release>,
}

/// A field that another was made from: `Customer::city`.
pub(crate) struct From {
    pub(crate) record: syn::Path,
    pub(crate) field: Ident,
}

impl From {
    /// As it is written.
    pub(crate) fn words(&self) -> String {
        format!("{}::{}", last(&self.record), self.field)
    }
}

/// The last name of a path.
pub(crate) fn last(path: &syn::Path) -> String {
    path.segments
        .last()
        .map_or_else(String::new, |segment| segment.ident.to_string())
}

/// Where the raw form may be.
pub(crate) enum Residency {
    Global,
    Regional,
    InCountry,
    /// By the region's name in the policy and the type that stands for it.
    Pinned(String, Ident),
}

impl Residency {
    /// As it is written in messages.
    pub(crate) fn words(&self) -> String {
        match self {
            Residency::Global => "global".to_owned(),
            Residency::Regional => "regional".to_owned(),
            Residency::InCountry => "in_country".to_owned(),
            Residency::Pinned(_, region) => format!("pinned({region})"),
        }
    }
}

impl Field {
    /// The classification of a field that must be kept closed.
    pub(crate) fn guarded(&self) -> Option<&Classification> {
        match &self.content {
            Content::Value(class) if !matches!(class.residency, Residency::Global) => Some(class),
            _ => None,
        }
    }

    /// The place of the declaration.
    pub(crate) fn line(&self) -> u32 {
        line(self.ident.span())
    }

    /// Whether the field is a column.
    pub(crate) fn is_stored(&self) -> bool {
        !matches!(self.content, Content::Marker)
    }

    pub(crate) fn is(&self, role: FieldRole) -> bool {
        matches!(&self.content, Content::Role(own) if *own == role)
    }
}

impl Model {
    /// The fields that are declared, in the order of the declaration.
    pub(crate) fn declared(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.is_stored())
    }

    /// The fields that have a blind index.
    pub(crate) fn indexed(&self) -> impl Iterator<Item = Indexed<'_>> {
        let indexes = self.declared().enumerate();
        indexes.filter_map(|(index_place, index)| {
            let Content::Index(declared) = &index.content else {
                return None;
            };
            let of = |(_, field): &(usize, &Field)| field.ident == declared.of;
            let (field_place, field) = self.declared().enumerate().find(of)?;
            Some(Indexed {
                field,
                field_place,
                index,
                index_place,
                declared,
            })
        })
    }

    /// The fields that play a role; a record's identifier may have several parts.
    pub(crate) fn roles(&self, role: FieldRole) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.is(role))
    }

    /// The field that plays a role; `check` has made sure of it where the tenancy needs one.
    pub(crate) fn role(&self, role: FieldRole) -> Option<&Field> {
        self.fields.iter().find(|field| field.is(role))
    }

    /// The file of the declaration, as the compiler names it.
    pub(crate) fn file(&self) -> String {
        self.ident.span().file()
    }

    /// The line of the declaration.
    pub(crate) fn line(&self) -> u32 {
        line(self.ident.span())
    }
}

fn line(span: Span) -> u32 {
    u32::try_from(span.start().line).unwrap_or(0)
}

/// `email_address` as `EmailAddress`: how policy names and fields become the names of types.
pub(crate) fn title_case(name: &str) -> String {
    name.split('_')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (first, rest) =
                part.split_at(part.char_indices().nth(1).map_or(part.len(), |(index, _)| index));
            first.to_uppercase() + rest
        })
        .collect()
}

/// `OfferSelected` as `offer_selected`: how structs become the names of modules.
pub(crate) fn snake_case(name: &str) -> String {
    let mut out = String::new();
    for (index, letter) in name.char_indices() {
        if letter.is_uppercase() && index > 0 {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}
