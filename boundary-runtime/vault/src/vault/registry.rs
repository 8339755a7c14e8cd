//! The tables and events that a vault was told of. What is not among them stays closed.

use boundary_runtime::seam::FieldAddress;
use boundary_runtime::{AccessError, Refusal};
use boundary_schema::{Declaration, Envelope, FieldDeclaration, Keys, Residency};

use crate::keys::AuthorityClass;

/// The declarations that a vault opens and seals fields of.
pub(super) struct Registry {
    /// Each with the class of the authority that its data keys are wrapped under.
    declarations: Vec<(&'static Declaration, AuthorityClass)>,
    envelope: Envelope,
}

impl Registry {
    /// What was declared, and what the policy says of how sealed values look and whose authority wraps their data keys.
    pub(super) fn new(
        declarations: &[&'static Declaration],
        envelope: &Envelope,
        keys: Option<&Keys>,
    ) -> Self {
        let class_of = |declaration: &Declaration| {
            keys.map_or(AuthorityClass::Tenant, |keys| {
                keys.of_table(declaration.name).authority.into()
            })
        };
        Self {
            declarations: declarations
                .iter()
                .map(|declaration| (*declaration, class_of(declaration)))
                .collect(),
            envelope: envelope.clone(),
        }
    }

    /// The bucket in bytes that a field's values are padded to, where the policy asks for it.
    pub(super) fn bucket(&self, field: &FieldDeclaration) -> Option<u32> {
        self.envelope.bucket(field.category?)
    }

    /// Refuses a declaration that was not registered, or whose records are under an authority of another class.
    ///
    /// The same constant may lie at several addresses of one program, so equal content counts as registered too.
    pub(super) fn check(
        &self,
        declaration: &'static Declaration,
        class: AuthorityClass,
    ) -> Result<(), AccessError> {
        let known = |is: &dyn Fn(&'static Declaration) -> bool| {
            let found = self.declarations.iter().find(|(known, _)| is(known));
            found.map(|(_, class)| *class)
        };
        let registered =
            known(&|known| std::ptr::eq(known, declaration)).or_else(|| known(&|known| known == declaration));
        match registered {
            Some(registered) if registered == class => Ok(()),
            Some(registered) => Err(Refusal::AnotherAuthority {
                declaration: declaration.rust,
                authority: registered.name(),
            }
            .into()),
            None => Err(unregistered(declaration)),
        }
    }
}

/// Refuses a field that is not of the declaration it is said to be of, or that is pinned to another region.
pub(super) fn check_field(address: &FieldAddress<'_>, region: &str) -> Result<(), AccessError> {
    check_column(address.record.declaration, address.field, region)
}

/// The same for a field of no record: a blind index.
pub(super) fn check_column(
    declaration: &'static Declaration,
    field: &'static FieldDeclaration,
    region: &str,
) -> Result<(), AccessError> {
    let is_of_declaration = declaration
        .fields
        .as_ptr_range()
        .contains(&std::ptr::from_ref(field))
        || declaration.fields.contains(field);
    if !is_of_declaration {
        return Err(unregistered(declaration));
    }
    match field.residency {
        Residency::Pinned(pinned) if pinned != region => Err(Refusal::Residency {
            declaration: declaration.rust,
            field: field.field,
            pinned,
            region: region.to_owned(),
        }
        .into()),
        _ => Ok(()),
    }
}

fn unregistered(declaration: &Declaration) -> AccessError {
    Refusal::Unregistered {
        declaration: declaration.rust,
    }
    .into()
}
