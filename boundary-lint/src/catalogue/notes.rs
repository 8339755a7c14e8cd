//! What is said about columns and tables, carried with them through renames.

use super::apply::Refusal;
use super::{Catalogue, RelationId, Said};
use crate::parse::statement::{Name, Note, NoteKind, RowSecuritySwitch};
use crate::source::{Place, Span};

/// How a comment begins that declares its column.
pub const DECLARES: &str = "boundary:";

impl Catalogue {
    pub(super) fn note(&mut self, place: &dyn Fn(Span) -> Place, note: &Note) -> Result<(), Refusal> {
        let said = note.text.as_ref().map(|text| Said {
            text: text.clone(),
            place: place(note.span),
        });
        let matters = note.kind == NoteKind::Mask
            || note
                .text
                .as_ref()
                .is_none_or(|text| text.trim_start().starts_with(DECLARES));
        let found = self.find(note.table.schema.as_deref(), &note.table.name);
        let Some(relation) = found.and_then(|id| self.relation_mut(id)) else {
            // A comment that declares nothing is nobody's loss.
            return match note.text.is_some() && matters {
                true => self.known(&note.table).map(|_| ()),
                false => Ok(()),
            };
        };
        let (table, opaque) = (relation.name.clone(), relation.opaque);
        match relation.column_mut(&note.column) {
            Some(column) if note.kind == NoteKind::Mask => column.mask = said,
            Some(column) => column.comment = said,
            None if opaque || !matters || note.text.is_none() => {}
            None => return Err(format!("{table} has no column {} here", note.column)),
        }
        Ok(())
    }

    pub(super) fn switch_row_security(&mut self, id: RelationId, switch: RowSecuritySwitch) {
        let Some(relation) = self.relation_mut(id) else {
            return;
        };
        let security = &mut relation.row_security;
        match switch {
            RowSecuritySwitch::Enable => security.enabled = true,
            RowSecuritySwitch::Disable => security.enabled = false,
            RowSecuritySwitch::Force => security.forced = true,
            RowSecuritySwitch::NoForce => security.forced = false,
        }
    }

    pub(super) fn row_policy(
        &mut self,
        table: &Name,
        name: &str,
        creates: bool,
        if_exists: bool,
    ) -> Result<(), Refusal> {
        let Some(id) = self.find(table.schema.as_deref(), &table.name) else {
            return match if_exists {
                true => Ok(()),
                false => self.known(table).map(|_| ()),
            };
        };
        if let Some(relation) = self.relation_mut(id) {
            let policies = &mut relation.row_security.policies;
            policies.retain(|policy| policy != name);
            if creates {
                policies.push(name.to_owned());
            }
        }
        Ok(())
    }
}
