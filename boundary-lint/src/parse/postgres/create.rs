//! Statements that create relations, types and schemas.

use squawk_syntax::ast::{self, AstNode, HasCreateTable};

use super::{Lower, names};
use crate::parse::statement::{
    ColumnDefinition, CreateFrom, CreateTable, MadeFrom, Name, StatementKind, TableElement, TypeName,
    TypeShape,
};
use crate::source::Span;

impl Lower<'_> {
    pub(super) fn create_table(&self, create: &ast::CreateTable) -> Option<StatementKind> {
        Some(StatementKind::CreateTable(CreateTable {
            foreign: false,
            if_not_exists: create.if_not_exists().is_some(),
            partition_of: self.reference(create.partition_of().and_then(|part| part.table_name_ref())),
            of_type: create
                .of_type()
                .and_then(|of| of.ty())
                .and_then(|ty| self.type_name(&ty)),
            ..self.table(create)?
        }))
    }

    pub(super) fn create_foreign_table(&self, create: &ast::CreateForeignTable) -> Option<StatementKind> {
        Some(StatementKind::CreateTable(CreateTable {
            foreign: true,
            server: create
                .server_clause()
                .and_then(|clause| clause.server_ref())
                .map(|server| names::text(&server)),
            if_not_exists: create.if_not_exists().is_some(),
            partition_of: self.reference(create.partition_of().and_then(|part| part.table_name_ref())),
            ..self.table(create)?
        }))
    }

    fn table(&self, create: &impl HasCreateTable) -> Option<CreateTable> {
        let name = self.path(create.table_name()?.path())?;
        let elements = create
            .table_arg_list()
            .map(|list| self.elements(&list))
            .unwrap_or_default();
        let inherits = create
            .inherits()
            .into_iter()
            .flat_map(|inherits| inherits.table_name_refs());
        Some(CreateTable {
            temporary: temporary(create.persistence(), &name),
            name,
            foreign: false,
            server: None,
            if_not_exists: false,
            elements,
            inherits: inherits
                .filter_map(|parent| self.reference(Some(parent)))
                .collect(),
            partition_of: None,
            of_type: None,
        })
    }

    fn elements(&self, list: &ast::TableArgList) -> Vec<TableElement> {
        let mut elements = Vec::new();
        for argument in list.args() {
            match argument {
                ast::TableArg::Column(column) => {
                    elements.extend(self.column(&column).map(TableElement::Column))
                }
                ast::TableArg::LikeClause(like) => {
                    let name = self.reference(like.relation_name_ref());
                    let comments = copies_comments(&like);
                    elements.extend(name.map(|name| TableElement::Like { name, comments }));
                }
                ast::TableArg::TableConstraint(ast::TableConstraint::PrimaryKeyConstraint(key)) => {
                    elements.push(TableElement::PrimaryKey(key_columns(&key)));
                }
                ast::TableArg::TableConstraint(ast::TableConstraint::NotNullConstraint(constraint)) => {
                    elements.extend(
                        constraint
                            .column_name_ref()
                            .map(|name| TableElement::NotNull(names::text(&name))),
                    );
                }
                ast::TableArg::TableConstraint(_) => {}
            }
        }
        elements
    }

    fn column(&self, column: &ast::Column) -> Option<ColumnDefinition> {
        let name = column.name()?;
        let constraints = column.clauses().filter_map(|clause| match clause {
            ast::ColumnClause::ColumnConstraint(constraint) => Some(constraint),
            _ => None,
        });
        let mut not_null = false;
        for constraint in constraints {
            not_null |= match constraint {
                ast::ColumnConstraint::NotNullConstraint(_)
                | ast::ColumnConstraint::PrimaryKeyConstraint(_) => true,
                ast::ColumnConstraint::GeneratedConstraint(generated) => identity(&generated),
                _ => false,
            };
        }
        self.definition(&name, column.ty(), not_null)
    }

    /// A column definition; the serial types, which are no types, become what they stand for.
    pub(super) fn definition(
        &self,
        name: &ast::ColumnName,
        ty: Option<ast::Type>,
        not_null: bool,
    ) -> Option<ColumnDefinition> {
        let ty = match ty {
            Some(ty) => Some(self.type_name(&ty)?),
            None => None,
        };
        let serial = ty
            .as_ref()
            .filter(|ty| ty.schema.is_none() && !ty.array)
            .and_then(|ty| match ty.name.as_str() {
                "smallserial" | "serial2" => Some("int2"),
                "serial" | "serial4" => Some("int4"),
                "bigserial" | "serial8" => Some("int8"),
                _ => None,
            });
        let builtin = |name: &str| TypeName {
            schema: Some("pg_catalog".to_owned()),
            name: name.to_owned(),
            array: false,
        };
        Some(ColumnDefinition {
            name: names::text(name),
            span: self.span(name),
            not_null: not_null || serial.is_some(),
            ty: serial.map(builtin).or(ty),
        })
    }

    pub(super) fn create_table_as(&self, create: &ast::CreateTableAs) -> Option<StatementKind> {
        let name = self.path(create.table_name()?.path())?;
        let query = match create.query()?.select_variant() {
            Some(query) => self.query(&query),
            None => {
                return Some(StatementKind::Unseen(
                    "a table is made by EXECUTE of a prepared statement",
                ));
            }
        };
        let listed = create
            .table_arg_list()
            .into_iter()
            .flat_map(|list| list.args())
            .filter_map(|argument| match argument {
                ast::TableArg::Column(column) => {
                    column.name().map(|name| (names::text(&name), self.span(&name)))
                }
                _ => None,
            });
        Some(StatementKind::CreateFrom(CreateFrom {
            temporary: temporary(create.persistence(), &name),
            name,
            kind: MadeFrom::Table,
            replace: false,
            if_not_exists: create.if_not_exists().is_some(),
            columns: listed.collect(),
            query,
        }))
    }

    pub(super) fn select_into(&self, select: &ast::SelectInto) -> Option<StatementKind> {
        let into = select.into_clause()?;
        let name = self.path(into.table_name()?.path())?;
        Some(StatementKind::CreateFrom(CreateFrom {
            temporary: temporary(into.persistence(), &name),
            name,
            kind: MadeFrom::Table,
            replace: false,
            if_not_exists: false,
            columns: Vec::new(),
            query: self.query(&ast::SelectVariant::SelectInto(select.clone())),
        }))
    }

    pub(super) fn create_view(&self, create: &ast::CreateView) -> Option<StatementKind> {
        let name = self.path(create.view()?.path())?;
        let mut query = self.query(&create.query()?);
        let columns = self.listed(create.column_list());
        if create.recursive_token().is_some() {
            query = super::queries::recursive(&name, &columns, query);
        }
        Some(StatementKind::CreateFrom(CreateFrom {
            temporary: temporary(create.persistence(), &name),
            name,
            kind: MadeFrom::View,
            replace: create.or_replace().is_some(),
            if_not_exists: false,
            columns,
            query,
        }))
    }

    pub(super) fn create_materialized_view(
        &self,
        create: &ast::CreateMaterializedView,
    ) -> Option<StatementKind> {
        Some(StatementKind::CreateFrom(CreateFrom {
            name: self.path(create.view()?.path())?,
            kind: MadeFrom::MaterializedView,
            temporary: false,
            replace: false,
            if_not_exists: create.if_not_exists().is_some(),
            columns: self.listed(create.column_list()),
            query: self.query(&create.query()?),
        }))
    }

    fn listed(&self, list: Option<ast::ColumnList>) -> Vec<(String, Span)> {
        let columns = list.into_iter().flat_map(|list| list.column_names());
        columns
            .map(|name| (names::text(&name), self.span(&name)))
            .collect()
    }

    pub(super) fn create_schema(&self, create: &ast::CreateSchema) -> Option<StatementKind> {
        let name = create.schema_name().map(|node| ast::normalize_name_node(&node))?;
        let mut elements = Vec::new();
        for element in create.schema_elements() {
            if let Some(stmt) = ast::Stmt::cast(element.syntax().clone()) {
                self.statement(&stmt, &mut elements);
            }
        }
        Some(StatementKind::CreateSchema {
            name: Name {
                schema: None,
                name,
                span: self.span(create),
            },
            elements,
        })
    }

    pub(super) fn create_type(&self, create: &ast::CreateType) -> Option<StatementKind> {
        let name = self.path(create.type_name()?.path())?;
        let shape = match create.kind() {
            Some(ast::CreateTypeKind::CompositeType(composite)) => {
                let fields = composite
                    .composite_field_list()
                    .into_iter()
                    .flat_map(|list| list.composite_field_defs());
                TypeShape::Composite(
                    fields
                        .filter_map(|field| {
                            Some((names::text(&field.name()?), self.type_name(&field.ty()?)?))
                        })
                        .collect(),
                )
            }
            _ => TypeShape::Scalar,
        };
        Some(StatementKind::CreateType { name, shape })
    }

    pub(super) fn create_domain(&self, create: &ast::CreateDomain) -> Option<StatementKind> {
        let not_null = create.domain_qualifiers().any(|qualifier| {
            matches!(
                qualifier,
                ast::DomainQualifier::Constraint(ast::Constraint::NotNullConstraint(_))
            )
        });
        let base = self.type_name(&create.ty()?)?;
        let name = self.path(create.domain()?.path())?;
        Some(StatementKind::CreateType {
            name,
            shape: TypeShape::Domain { base, not_null },
        })
    }

    pub(super) fn unique_index(&self, create: &ast::CreateIndex) -> Option<StatementKind> {
        create.unique_token()?;
        let index = self.path(create.index()?.path())?;
        let table = self.reference(create.table_relation_name()?.table_name_ref())?;
        let items = create
            .partition_item_list()
            .into_iter()
            .flat_map(|list| list.partition_items());
        let columns = items.filter_map(|item| match item.expr()? {
            ast::Expr::NameRef(name) => Some(names::text(&name)),
            _ => None,
        });
        Some(StatementKind::UniqueIndex {
            name: index.name,
            table,
            columns: columns.collect(),
        })
    }
}

/// Whether `LIKE` copies comments: its options are read from left to right, and the last one that speaks of them holds.
fn copies_comments(like: &ast::LikeClause) -> bool {
    use ast::TableProperty::{PropertyAll, PropertyComments};
    let said = like.like_options().filter_map(|option| match option {
        ast::LikeOption::IncludingProperty(of) => Some((of.table_property()?, true)),
        ast::LikeOption::ExcludingProperty(of) => Some((of.table_property()?, false)),
    });
    said.filter(|(of, _)| matches!(of, PropertyAll(_) | PropertyComments(_)))
        .last()
        .is_some_and(|(_, copies)| copies)
}

fn temporary(persistence: Option<ast::Persistence>, name: &Name) -> bool {
    matches!(persistence, Some(ast::Persistence::Temp(_))) || name.schema.as_deref() == Some("pg_temp")
}

/// Whether a `GENERATED` clause makes an identity column, which forbids null.
pub(super) fn identity(generated: &ast::GeneratedConstraint) -> bool {
    matches!(
        generated.generated_as(),
        Some(ast::GeneratedAs::GeneratedIdentity(_))
    )
}

/// The columns of a primary key.
pub(super) fn key_columns(key: &ast::PrimaryKeyConstraint) -> Vec<String> {
    let list = key
        .index_parameters()
        .and_then(|parameters| parameters.column_list());
    list.into_iter()
        .flat_map(|list| list.column_name_refs())
        .map(|name| names::text(&name))
        .collect()
}
