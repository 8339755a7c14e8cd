//! What the derive makes of a small, a wide and a generic model, as a reviewer reads it.

use boundary_schema::Policy;
use quote::quote;
use syn::parse_quote;

use crate::{attr, check, emit};

/// The expansion of a model, laid out by prettyplease.
fn expansion(input: &syn::DeriveInput) -> String {
    let policy = Policy::parse("boundary.toml", include_str!("../tests/boundary.toml")).unwrap();
    let model = check::model(attr::Input::read(input).unwrap(), &policy).unwrap();
    let expanded = emit::expand(&model, &quote!(::boundary_runtime));
    prettyplease::unparse(&syn::parse2(expanded).unwrap())
}

fn with_fields(fields: &[proc_macro2::TokenStream]) -> syn::DeriveInput {
    parse_quote! {
        #[boundary(table = "customers", tenancy = tenant)]
        pub struct Customer {
            #[boundary(record_id)]
            pub id: i64,
            #[boundary(tenant)]
            pub tenant: TenantId,
            #[boundary(subject)]
            pub subject: SubjectId,
            #[boundary(data_key)]
            pub data_key: DataKey,
            #(#fields,)*
        }
    }
}

fn email() -> proc_macro2::TokenStream {
    quote! {
        #[boundary(category = "user.contact.email", residency = in_country, purpose(Billing, Support))]
        email: Sealed<String>
    }
}

#[test]
fn a_small_model() {
    insta::assert_snapshot!(expansion(&with_fields(&[email()])));
}

#[test]
fn a_wide_model() {
    insta::assert_snapshot!(expansion(&with_fields(&[
        email(),
        quote! {
            #[boundary(category = "user.government_id", residency = pinned(In), purpose(Billing))]
            national_id: Option<Sealed<String>>
        },
        quote! {
            #[boundary(category = "user.contact.address.city", residency = in_country)]
            #[boundary(purpose(Analytics), release(cohort))]
            city: Resident<String>
        },
        quote! {
            #[boundary(category = "user.demographic.age", residency = regional, purpose(Analytics))]
            #[boundary(release(cohort, deidentify = bucket(10)))]
            age: Resident<u8>
        },
        quote! {
            #[boundary(category = "system.operations", residency = global, column = "plan_name")]
            pub plan: String
        },
    ])));
}

#[test]
fn a_model_with_a_blind_index() {
    let index = quote! {
        #[boundary(index_of = email, cardinality = 1_000_000, normalise(trim, lowercase))]
        email_index: BlindIndex
    };
    insta::assert_snapshot!(expansion(&with_fields(&[email(), index])));
}

#[test]
fn a_generic_model() {
    insta::assert_snapshot!(expansion(&parse_quote! {
        #[boundary(table = "profiles", tenancy = tenant)]
        pub struct Profile<'a, T: Plaintext, K> {
            #[boundary(record_id)]
            pub id: Cow<'a, str>,
            #[boundary(record_id)]
            pub version: i32,
            #[boundary(tenant)]
            pub tenant: TenantId,
            #[boundary(subject)]
            pub subject: SubjectId,
            #[boundary(data_key)]
            pub data_key: DataKey,
            #[boundary(category = "user.content", residency = in_country, purpose(Billing))]
            value: Option<Sealed<T>>,
            pub kind: PhantomData<K>,
        }
    }));
}

#[test]
fn a_derived_dataset() {
    insta::assert_snapshot!(expansion(&parse_quote! {
        #[boundary(dataset = "cities", kind = aggregate, derived_from(Customer))]
        pub struct City {
            #[boundary(record_id)]
            pub id: i64,
            #[boundary(from(Customer::city), transform = cohort)]
            #[boundary(category = "user.contact.address.city", residency = global)]
            pub name: String,
        }
    }));
}

/// A developer who asks what one more field costs finds it on one screen.
#[test]
fn the_expansion_of_one_field_fits_on_one_screen() {
    let lines = |fields: &[_]| expansion(&with_fields(fields)).lines().count();
    let one = lines(&[email()]);
    let another = quote! {
        #[boundary(category = "user.contact.phone_number", residency = in_country, purpose(Billing, Support))]
        phone: Sealed<String>
    };
    let two = lines(&[email(), another]);
    assert!(two - one <= 80, "one more field takes {} lines", two - one);
}
