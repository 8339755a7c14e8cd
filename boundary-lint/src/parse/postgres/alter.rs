//! Statements that change or drop, and settings that names depend on.

use squawk_syntax::ast::{self, AstNode};

use super::create::{identity, key_columns};
use super::{Lower, names};
use crate::parse::statement::{Action, Alter, Drop, Name, RowSecuritySwitch, StatementKind, TypeChange};

impl Lower<'_> {
    pub(super) fn alter_table(&self, alter: &ast::AlterTable) -> Option<StatementKind> {
        self.alter(
            alter.table_relation_name()?,
            alter.if_exists().is_some(),
            alter.actions(),
        )
    }

    pub(super) fn alter_foreign_table(&self, alter: &ast::AlterForeignTable) -> Option<StatementKind> {
        self.alter(
            alter.table_relation_name()?,
            alter.if_exists().is_some(),
            alter.actions(),
        )
    }

    fn alter(
        &self,
        table: ast::TableRelationName,
        if_exists: bool,
        actions: impl Iterator<Item = ast::AlterTableAction>,
    ) -> Option<StatementKind> {
        Some(StatementKind::Alter(Alter {
            name: self.reference(table.table_name_ref())?,
            if_exists,
            only: table.only_token().is_some(),
            actions: actions.filter_map(|action| self.action(&action)).collect(),
        }))
    }

    pub(super) fn alter_view(&self, alter: &ast::AlterView) -> Option<StatementKind> {
        let action = match alter.action()? {
            ast::AlterViewAction::RenameColumn(rename) => self.rename_column(&rename),
            ast::AlterViewAction::SetSchema(set) => set
                .schema_ref()
                .map(|schema| Action::SetSchema(names::text(&schema))),
            ast::AlterViewAction::ViewRenameTo(rename) => self
                .path(rename.view()?.path())
                .map(|name| Action::Rename(name.name)),
            _ => None,
        };
        Some(StatementKind::Alter(Alter {
            name: self.reference(alter.view_ref())?,
            if_exists: alter.if_exists().is_some(),
            only: false,
            actions: action.into_iter().collect(),
        }))
    }

    pub(super) fn alter_materialized_view(
        &self,
        alter: &ast::AlterMaterializedView,
    ) -> Option<StatementKind> {
        let actions = alter.action().filter_map(|action| match action {
            ast::AlterMaterializedViewAction::RenameColumn(rename) => self.rename_column(&rename),
            ast::AlterMaterializedViewAction::SetSchema(set) => set
                .schema_ref()
                .map(|schema| Action::SetSchema(names::text(&schema))),
            ast::AlterMaterializedViewAction::ViewRenameTo(rename) => self
                .path(rename.view()?.path())
                .map(|name| Action::Rename(name.name)),
            _ => None,
        });
        Some(StatementKind::Alter(Alter {
            name: self.reference(alter.view_ref())?,
            if_exists: alter.if_exists().is_some(),
            only: false,
            actions: actions.collect(),
        }))
    }

    fn rename_column(&self, rename: &ast::RenameColumn) -> Option<Action> {
        let to = rename.column_name()?;
        Some(Action::RenameColumn {
            from: names::text(&rename.column_name_ref()?),
            to: names::text(&to),
            span: self.span(&to),
        })
    }

    fn action(&self, action: &ast::AlterTableAction) -> Option<Action> {
        match action {
            ast::AlterTableAction::AddColumn(add) => {
                let mut not_null = false;
                for constraint in add.constraints() {
                    not_null |= match constraint {
                        ast::Constraint::NotNullConstraint(_) | ast::Constraint::PrimaryKeyConstraint(_) => {
                            true
                        }
                        ast::Constraint::GeneratedConstraint(generated) => identity(&generated),
                        _ => false,
                    };
                }
                let column = self.definition(&add.column_name()?, add.ty(), not_null)?;
                Some(Action::AddColumn {
                    column,
                    if_not_exists: add.if_not_exists().is_some(),
                })
            }
            ast::AlterTableAction::DropColumn(drop) => Some(Action::DropColumn {
                name: names::text(&drop.column_name_ref()?),
                if_exists: drop.if_exists().is_some(),
            }),
            ast::AlterTableAction::RenameColumn(rename) => self.rename_column(rename),
            ast::AlterTableAction::AlterColumn(alter) => self.alter_column(alter),
            ast::AlterTableAction::AddConstraint(add) => self.add_constraint(&add.constraint()?),
            ast::AlterTableAction::TableRenameTo(rename) => self
                .path(rename.table_name()?.path())
                .map(|name| Action::Rename(name.name)),
            ast::AlterTableAction::SetSchema(set) => Some(Action::SetSchema(names::text(&set.schema_ref()?))),
            ast::AlterTableAction::AttachPartition(attach) => {
                self.reference(attach.table_name_ref()).map(Action::Attach)
            }
            ast::AlterTableAction::DetachPartition(detach) => {
                self.reference(detach.table_name_ref()).map(Action::Detach)
            }
            ast::AlterTableAction::InheritTable(inherit) => {
                self.reference(inherit.table_name_ref()).map(Action::Inherit)
            }
            ast::AlterTableAction::NoInheritTable(inherit) => {
                self.reference(inherit.table_name_ref()).map(Action::NoInherit)
            }
            ast::AlterTableAction::MergePartitions(_) | ast::AlterTableAction::SplitPartition(_) => {
                Some(Action::Unseen("partitions are merged or split"))
            }
            ast::AlterTableAction::EnableRls(_) => Some(Action::RowSecurity(RowSecuritySwitch::Enable)),
            ast::AlterTableAction::DisableRls(_) => Some(Action::RowSecurity(RowSecuritySwitch::Disable)),
            ast::AlterTableAction::ForceRls(_) => Some(Action::RowSecurity(RowSecuritySwitch::Force)),
            ast::AlterTableAction::NoForceRls(_) => Some(Action::RowSecurity(RowSecuritySwitch::NoForce)),
            _ => None,
        }
    }

    fn alter_column(&self, alter: &ast::AlterColumn) -> Option<Action> {
        let name = names::text(&alter.column_name_ref()?);
        let span = self.span(alter);
        match alter.option()? {
            ast::AlterColumnOption::SetType(set) => Some(Action::SetType {
                name,
                ty: self.type_name(&set.ty()?)?,
                span,
            }),
            ast::AlterColumnOption::SetNotNull(_) => Some(Action::SetNotNull {
                name,
                not_null: true,
                span,
            }),
            ast::AlterColumnOption::DropNotNull(_) => Some(Action::SetNotNull {
                name,
                not_null: false,
                span,
            }),
            _ => None,
        }
    }

    fn add_constraint(&self, constraint: &ast::Constraint) -> Option<Action> {
        let span = self.span(constraint);
        match constraint {
            ast::Constraint::PrimaryKeyConstraint(key) => {
                match key.using_index().and_then(|using| using.index_ref()) {
                    Some(index) => Some(Action::PrimaryKeyUsing {
                        index: self.reference(Some(index))?.name,
                        span,
                    }),
                    None => Some(Action::PrimaryKey {
                        columns: key_columns(key),
                        span,
                    }),
                }
            }
            ast::Constraint::NotNullConstraint(not_null) => Some(Action::SetNotNull {
                name: names::text(&not_null.column_name_ref()?),
                not_null: true,
                span,
            }),
            _ => None,
        }
    }

    pub(super) fn alter_schema(&self, alter: &ast::AlterSchema) -> Option<StatementKind> {
        match alter.action()? {
            ast::AlterSchemaAction::SchemaRenameTo(rename) => Some(StatementKind::RenameSchema {
                from: self.reference(alter.schema_ref())?,
                to: names::text(&rename.schema()?),
            }),
            ast::AlterSchemaAction::OwnerTo(_) => None,
        }
    }

    pub(super) fn alter_type(&self, alter: &ast::AlterType) -> Vec<StatementKind> {
        let Some(name) = self.reference(alter.type_name_ref()) else {
            return Vec::new();
        };
        let changes = match alter.action() {
            Some(ast::AlterTypeAction::TypeRenameTo(rename)) => rename
                .type_name()
                .and_then(|to| self.path(to.path()))
                .map(|to| TypeChange::Rename(to.name))
                .into_iter()
                .collect(),
            Some(ast::AlterTypeAction::SetSchema(set)) => set
                .schema_ref()
                .map(|schema| TypeChange::SetSchema(names::text(&schema)))
                .into_iter()
                .collect(),
            Some(ast::AlterTypeAction::RenameAttribute(rename)) => {
                match (rename.composite_field_ref(), rename.composite_field()) {
                    (Some(from), Some(to)) => {
                        vec![TypeChange::RenameAttribute(names::text(&from), names::text(&to))]
                    }
                    _ => Vec::new(),
                }
            }
            Some(ast::AlterTypeAction::AlterTypeAttributeActionList(list)) => list
                .actions()
                .filter_map(|action| self.attribute(&action))
                .collect(),
            _ => Vec::new(),
        };
        changes
            .into_iter()
            .map(|change| StatementKind::AlterType {
                name: name.clone(),
                change,
            })
            .collect()
    }

    fn attribute(&self, action: &ast::AlterTypeAttributeAction) -> Option<TypeChange> {
        Some(match action {
            ast::AlterTypeAttributeAction::AddAttribute(add) => {
                TypeChange::AddAttribute(names::text(&add.composite_field()?), self.type_name(&add.ty()?)?)
            }
            ast::AlterTypeAttributeAction::AlterAttribute(alter) => TypeChange::SetAttributeType(
                names::text(&alter.composite_field_ref()?),
                self.type_name(&alter.ty()?)?,
            ),
            ast::AlterTypeAttributeAction::DropAttribute(drop) => {
                TypeChange::DropAttribute(names::text(&drop.composite_field_ref()?))
            }
        })
    }

    pub(super) fn alter_domain(&self, alter: &ast::AlterDomain) -> Option<StatementKind> {
        let change = match alter.action()? {
            ast::AlterDomainAction::SetNotNull(_) | ast::AlterDomainAction::AddConstraint(_)
                if adds_not_null(&alter.action()?) =>
            {
                TypeChange::NotNull(true)
            }
            ast::AlterDomainAction::DropNotNull(_) => TypeChange::NotNull(false),
            ast::AlterDomainAction::DomainRenameTo(rename) => {
                TypeChange::Rename(self.path(rename.domain()?.path())?.name)
            }
            ast::AlterDomainAction::SetSchema(set) => TypeChange::SetSchema(names::text(&set.schema_ref()?)),
            _ => return None,
        };
        Some(StatementKind::AlterType {
            name: self.reference(alter.domain_ref())?,
            change,
        })
    }

    /// What a `DROP` names. The nodes that name things differ by kind, yet each holds one path.
    pub(super) fn dropped(&self, stmt: &ast::Stmt) -> Drop {
        let mut drop = Drop {
            names: Vec::new(),
            if_exists: false,
        };
        for child in stmt.syntax().children() {
            if ast::IfExists::can_cast(child.kind()) {
                drop.if_exists = true;
            } else if let Some(schema) = ast::SchemaRef::cast(child.clone()) {
                drop.names.push(Name {
                    schema: None,
                    name: names::text(&schema),
                    span: self.span(&schema),
                });
            } else {
                let path = child.children().find_map(ast::PathRef::cast);
                drop.names.extend(self.path_ref(path));
            }
        }
        drop
    }

    pub(super) fn set(&self, set: &ast::Set) -> Option<StatementKind> {
        match set.set_target()? {
            ast::SetTarget::SetConfig(config) => {
                let parameter = self.reference(config.config_parameter_ref())?;
                if parameter.schema.is_some() || parameter.name != "search_path" {
                    return None;
                }
                let values = config.config_assignment()?.syntax().children();
                let path = values.filter_map(|value| match ast::ConfigValue::cast(value)? {
                    ast::ConfigValue::Literal(literal) => literal.string_value(),
                    ast::ConfigValue::ConfigValueName(name) => Some(names::text(&name)),
                    ast::ConfigValue::PrefixExpr(_) => None,
                });
                let path: Vec<String> = path.collect();
                let to_default = path.is_empty() || path == ["default"];
                Some(StatementKind::SearchPath(if to_default {
                    vec!["public".to_owned()]
                } else {
                    path
                }))
            }
            ast::SetTarget::SetSchemaValue(value) => {
                Some(StatementKind::SearchPath(vec![value.literal()?.string_value()?]))
            }
            _ => None,
        }
    }

    pub(super) fn reset(&self, stmt: &ast::Stmt) -> Option<StatementKind> {
        let words = stmt.syntax().text().to_string().to_ascii_lowercase();
        let resets = words
            .split_whitespace()
            .nth(1)
            .is_some_and(|word| matches!(word.trim_end_matches(';'), "all" | "search_path"));
        resets.then(|| StatementKind::SearchPath(vec!["public".to_owned()]))
    }
}

fn adds_not_null(action: &ast::AlterDomainAction) -> bool {
    match action {
        ast::AlterDomainAction::SetNotNull(_) => true,
        ast::AlterDomainAction::AddConstraint(add) => {
            matches!(add.constraint(), Some(ast::Constraint::NotNullConstraint(_)))
        }
        _ => false,
    }
}
