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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use boundary_schema::Dialect;

    use crate::catalogue::replay;
    use crate::parse::statements;
    use crate::source::{SourceFile, Sources};

    /// The comments on the columns of `copy`, after it was made like a table with comments.
    fn copied(options: &str) -> Vec<Option<String>> {
        let text = format!(
            "CREATE TABLE t (a int, b int);
             COMMENT ON COLUMN t.a IS 'boundary: category = \"user.content\"';
             CREATE TABLE copy (LIKE t {options}, c int);"
        );
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new(Path::new(""), "1.sql".into(), text.clone()));
        let catalogue = replay(
            Dialect::Postgres,
            [(file, statements(Dialect::Postgres, &text).as_slice())],
        );
        assert!(catalogue.unseen.is_empty(), "{:?}", catalogue.unseen);
        let copy = catalogue
            .relations()
            .find(|relation| relation.name == "copy")
            .unwrap();
        let comments = copy.columns.iter().map(|column| column.comment.clone());
        comments.map(|said| said.map(|said| said.text)).collect()
    }

    #[test]
    fn a_table_made_like_another_has_its_comments_where_they_are_included() {
        let said = Some("boundary: category = \"user.content\"".to_owned());
        for options in [
            "INCLUDING COMMENTS",
            "INCLUDING ALL",
            "EXCLUDING ALL INCLUDING COMMENTS INCLUDING DEFAULTS",
        ] {
            assert_eq!(copied(options), [said.clone(), None, None], "{options}");
        }
        for options in [
            "",
            "INCLUDING DEFAULTS",
            "INCLUDING ALL EXCLUDING COMMENTS",
            "INCLUDING COMMENTS EXCLUDING ALL",
        ] {
            assert_eq!(copied(options), [None, None, None], "{options}");
        }
    }
}
