//! SQLite and MySQL.
//!
//! What defines columns is read from tokens: a table has more options than a parser of many dialects knows, and an option
//! that changes no column must not hide one. Queries are parsed by `sqlparser`. Names are folded, because both compare them without regard to
//! case; how a name was written is found again where it stands.

mod cut;
mod queries;
mod reader;

use boundary_schema::Dialect;

use self::reader::Reader;
use super::statement::{
    Action, Alter, ColumnDefinition, CreateFrom, CreateTable, Drop, Guard, MadeFrom, Name, Returns,
    Statement, StatementKind, TableElement, Transaction, TypeName,
};
use crate::source::Span;

/// The statements of a migration that could change columns, in order.
pub(super) fn statements(text: &str, dialect: Dialect) -> Vec<Statement> {
    let text = cut::unwrapped(text, dialect);
    let mut out = Vec::new();
    for cut::RawStatement { tokens, open } in cut::statements(&text, dialect) {
        let Some((first, last)) = tokens.first().zip(tokens.last()) else {
            continue;
        };
        let span = Span::new(first.span.start, last.span.end);
        let mut reader = Reader::new(&text, &tokens, dialect);
        let kinds = match open {
            true => vec![StatementKind::Unseen("the body that begins here has no end")],
            false => reader.statement(),
        };
        for kind in kinds {
            out.push(Statement {
                kind,
                span,
                guard: Guard::Always,
            });
        }
    }
    out
}

const NOT_READ: &str = "the statement does not parse";

impl Reader<'_> {
    /// What the statement does to columns.
    fn statement(&mut self) -> Vec<StatementKind> {
        let first = self.peek_word().unwrap_or_default();
        match first.as_str() {
            "create" => self.create(),
            "alter" => self.alter(),
            "drop" => self.dropped().into_iter().collect(),
            "rename" if self.is_mysql() => self.rename_tables(),
            "use" if self.is_mysql() => {
                self.advance();
                let name = self.identifier().map(|(name, _)| name);
                name.map(|name| StatementKind::SearchPath(vec![name]))
                    .into_iter()
                    .collect()
            }
            "attach" => vec![StatementKind::Unseen("another database is attached here")],
            "prepare" | "execute" if self.is_mysql() => {
                vec![StatementKind::Unseen(
                    "the statement is put together when it runs (PREPARE)",
                )]
            }
            "call" => {
                self.advance();
                self.name()
                    .map(|name| StatementKind::Calls(vec![name]))
                    .into_iter()
                    .collect()
            }
            "source" if self.is_mysql() => vec![StatementKind::Unseen("another file is included here")],
            // DDL of MySQL commits by itself, so nothing of it is rolled back.
            "begin" if !self.is_mysql() => vec![StatementKind::Transaction(Transaction::Begin)],
            "commit" | "end" if !self.is_mysql() => vec![StatementKind::Transaction(Transaction::Commit)],
            "rollback" if !self.is_mysql() => {
                self.advance();
                self.takes("transaction");
                match self.takes("to") {
                    true => {
                        self.takes("savepoint");
                        let name = self.identifier().map(|(name, _)| name).unwrap_or_default();
                        vec![StatementKind::Transaction(Transaction::RollbackTo(name))]
                    }
                    false => vec![StatementKind::Transaction(Transaction::Rollback)],
                }
            }
            "savepoint" if !self.is_mysql() => {
                self.advance();
                let name = self.identifier().map(|(name, _)| name).unwrap_or_default();
                vec![StatementKind::Transaction(Transaction::Savepoint(name))]
            }
            "analyze" | "begin" | "change" | "check" | "checksum" | "commit" | "deallocate" | "delete"
            | "desc" | "describe" | "detach" | "do" | "explain" | "flush" | "grant" | "insert" | "kill"
            | "load" | "lock" | "optimize" | "pragma" | "purge" | "reindex" | "release" | "repair"
            | "replace" | "reset" | "revoke" | "rollback" | "savepoint" | "select" | "set" | "show"
            | "start" | "stop" | "truncate" | "unlock" | "update" | "vacuum" | "values" | "with" | "" => {
                Vec::new()
            }
            _ => vec![StatementKind::Unseen(NOT_READ)],
        }
    }

    fn create(&mut self) -> Vec<StatementKind> {
        self.advance();
        let mut temporary = false;
        let mut replace = false;
        loop {
            match self.peek_word().as_deref() {
                Some("or") => {
                    self.advance();
                    replace |= self.takes("replace");
                }
                Some("temp" | "temporary") => {
                    self.advance();
                    temporary = true;
                }
                // `ALGORITHM = MERGE`, `DEFINER = user@host`, `SQL SECURITY INVOKER`.
                Some("algorithm" | "definer" | "sql") if self.is_mysql() => {
                    self.skip_to_any(&[
                        "view",
                        "procedure",
                        "function",
                        "trigger",
                        "event",
                        "sql",
                        "definer",
                    ]);
                }
                Some(
                    "aggregate" | "online" | "offline" | "undo" | "logfile" | "spatial" | "fulltext"
                    | "unique",
                ) => {
                    self.advance();
                }
                _ => break,
            }
        }
        let what = self.word().unwrap_or_default();
        match what.as_str() {
            "table" => self.create_table(temporary),
            "view" => self.create_view(temporary, replace),
            "virtual" => {
                self.takes("table");
                vec![self.create_virtual().unwrap_or(StatementKind::Unseen(NOT_READ))]
            }
            "database" | "schema" => {
                self.takes_all(&["if", "not", "exists"]);
                let name = self.name().map(|name| StatementKind::CreateSchema {
                    name,
                    elements: Vec::new(),
                });
                name.into_iter().collect()
            }
            "procedure" | "function" => self.create_routine(),
            "event" => match self.hides() {
                Some((_, why)) => vec![StatementKind::Unseen(why)],
                None => Vec::new(),
            },
            // Their bodies cannot change tables.
            "trigger" | "index" | "user" | "role" | "server" | "tablespace" | "resource" | "sequence"
            | "package" => Vec::new(),
            _ => vec![StatementKind::Unseen(NOT_READ)],
        }
    }

    fn create_routine(&mut self) -> Vec<StatementKind> {
        self.takes_all(&["if", "not", "exists"]);
        let Some(name) = self.name() else {
            return vec![StatementKind::Unseen(NOT_READ)];
        };
        let hides = self.hides();
        vec![StatementKind::CreateFunction {
            name,
            returns: Returns::Unknown,
            hides,
        }]
    }

    /// What in the rest of a body changes tables.
    fn hides(&self) -> Option<(Span, &'static str)> {
        let rest = self.rest();
        rest.windows(2).find_map(|pair| {
            let (verb, what) = (self.lower(pair[0]), self.lower(pair[1]));
            let changes = matches!(verb.as_str(), "create" | "alter" | "drop" | "rename")
                && matches!(
                    what.as_str(),
                    "table" | "view" | "database" | "schema" | "temporary" | "or"
                );
            match verb.as_str() {
                _ if changes && what != "temporary" => {
                    Some((pair[0].span, "its body changes tables when it is called"))
                }
                "prepare" => Some((pair[0].span, "its body runs statements that it puts together")),
                _ => None,
            }
        })
    }

    fn create_table(&mut self, temporary: bool) -> Vec<StatementKind> {
        let unread = || vec![StatementKind::Unseen(NOT_READ)];
        let if_not_exists = self.takes_all(&["if", "not", "exists"]);
        let Some(name) = self.name() else { return unread() };
        let mut create = CreateTable {
            name,
            foreign: false,
            server: None,
            temporary,
            if_not_exists,
            elements: Vec::new(),
            inherits: Vec::new(),
            partition_of: None,
            of_type: None,
        };
        if self.takes("like") {
            let Some(like) = self.name() else { return unread() };
            create.elements.push(copy_of(like));
            return vec![StatementKind::CreateTable(create)];
        }
        if !self.is(b'(') {
            return self.create_from(create.name, MadeFrom::Table, temporary, false, if_not_exists);
        }
        let Some(inside) = self.parentheses() else {
            return unread();
        };
        // `CREATE TABLE t (SELECT …)` and `CREATE TABLE t (LIKE u)`.
        let mut opening = self.within(inside);
        if opening.takes("like") {
            let Some(like) = opening.name() else {
                return unread();
            };
            create.elements.push(copy_of(like));
            return vec![StatementKind::CreateTable(create)];
        }
        if opening.peek_word().as_deref() == Some("select") {
            return vec![StatementKind::Unseen("a table is made of a query in parentheses")];
        }
        let without_rowid = self.tells(&["without", "rowid"]);
        for element in self.split(inside) {
            let mut reader = self.within(element);
            match reader.element(without_rowid) {
                Some(found) => create.elements.extend(found),
                None => return unread(),
            }
        }
        let mut out = vec![StatementKind::CreateTable(create)];
        if self
            .rest()
            .iter()
            .any(|token| matches!(self.lower(*token).as_str(), "select" | "values"))
        {
            out.push(StatementKind::Unseen("the table takes more columns from a query"));
        }
        out
    }

    /// One element of a table: a column, or a constraint, of which only primary keys matter.
    fn element(&mut self, without_rowid: bool) -> Option<Vec<TableElement>> {
        if self.is_constraint() {
            if self.takes("constraint") && !self.is_constraint() {
                self.advance();
            }
            if self.takes_all(&["primary", "key"]) && (self.is_mysql() || without_rowid) {
                while !self.is(b'(') && !self.is_done() {
                    self.advance();
                }
                let inside = self.parentheses()?;
                let columns = self.split(inside).into_iter().filter_map(|part| {
                    let mut reader = self.within(part);
                    reader.identifier().map(|(name, _)| name)
                });
                return Some(vec![TableElement::PrimaryKey(columns.collect())]);
            }
            return Some(Vec::new());
        }
        self.column(without_rowid)
            .map(|column| vec![TableElement::Column(column)])
    }

    fn is_constraint(&self) -> bool {
        let word = self.peek_word().unwrap_or_default();
        match word.as_str() {
            "constraint" | "primary" | "unique" | "foreign" | "check" => true,
            "key" | "index" | "fulltext" | "spatial" | "period" => self.is_mysql(),
            _ => false,
        }
    }

    /// A column's definition up to the end of what is read.
    fn column(&mut self, without_rowid: bool) -> Option<ColumnDefinition> {
        let (name, name_span) = self.identifier()?;
        let ty = self.column_type();
        let rest: Vec<String> = self.rest().iter().map(|token| self.lower(*token)).collect();
        let has = |words: &[&str]| rest.windows(words.len()).any(|window| window == words);
        let key = has(&["primary", "key"]) || self.is_mysql() && rest.iter().any(|word| word == "primary");
        let serial = self.is_mysql() && ty.as_deref() == Some("serial");
        Some(ColumnDefinition {
            name,
            span: name_span,
            ty: ty.map(|name| TypeName {
                schema: None,
                name: if serial { "bigint".to_owned() } else { name },
                array: false,
            }),
            not_null: has(&["not", "null"]) || key && (self.is_mysql() || without_rowid) || serial,
        })
    }

    fn create_view(&mut self, temporary: bool, replace: bool) -> Vec<StatementKind> {
        let if_not_exists = self.takes_all(&["if", "not", "exists"]);
        match self.name() {
            Some(name) => self.create_from(name, MadeFrom::View, temporary, replace, if_not_exists),
            None => vec![StatementKind::Unseen(NOT_READ)],
        }
    }

    fn create_from(
        &mut self,
        name: Name,
        kind: MadeFrom,
        temporary: bool,
        replace: bool,
        if_not_exists: bool,
    ) -> Vec<StatementKind> {
        let mut columns = Vec::new();
        if kind == MadeFrom::View && self.is(b'(') {
            let Some(inside) = self.parentheses() else {
                return vec![StatementKind::Unseen(NOT_READ)];
            };
            for part in self.split(inside) {
                columns.extend(self.within(part).identifier());
            }
        }
        // Options of a table stand before the query.
        self.skip_to_any(&["as", "select", "with", "values"]);
        self.takes("as");
        let query = match self.query() {
            Some(query) => query,
            None => return vec![StatementKind::Unseen("the query does not parse")],
        };
        vec![StatementKind::CreateFrom(CreateFrom {
            name,
            kind,
            temporary,
            replace,
            if_not_exists,
            columns,
            query,
        })]
    }

    /// A virtual table of SQLite: those of full-text search and of r-trees list their columns.
    fn create_virtual(&mut self) -> Option<StatementKind> {
        let if_not_exists = self.takes_all(&["if", "not", "exists"]);
        let name = self.name()?;
        if !self.takes("using") {
            return None;
        }
        let (module, _) = self.identifier()?;
        if !["fts3", "fts4", "fts5", "rtree", "rtree_i32"].contains(&module.as_str()) {
            return Some(StatementKind::Unseen(
                "a virtual table has the columns that its module gives it",
            ));
        }
        let inside = if self.is(b'(') { self.parentheses()? } else { &[] };
        let mut elements = Vec::new();
        for part in self.split(inside) {
            let mut reader = self.within(part);
            let (name, span) = reader.identifier()?;
            // `tokenize = …`, `content='…'` are options.
            if reader.is(b'=') || (module.starts_with("fts") && name == "tokenize") {
                continue;
            }
            elements.push(TableElement::Column(ColumnDefinition {
                name,
                span,
                ty: None,
                not_null: false,
            }));
        }
        Some(StatementKind::CreateTable(CreateTable {
            name,
            foreign: false,
            server: None,
            temporary: false,
            if_not_exists,
            elements,
            inherits: Vec::new(),
            partition_of: None,
            of_type: None,
        }))
    }

    fn alter(&mut self) -> Vec<StatementKind> {
        self.advance();
        while self.takes("online") || self.takes("offline") || self.takes("ignore") {}
        if self.is_mysql()
            && ["algorithm", "definer", "sql"]
                .iter()
                .any(|word| self.peek_word().as_deref() == Some(word))
        {
            self.skip_to_any(&["view", "event"]);
        }
        match self.word().unwrap_or_default().as_str() {
            "table" => {}
            // The view is given a new query, and must be there already: without it the migration fails.
            "view" if self.is_mysql() => return self.create_view(false, true),
            // A database's settings, a user, an index, an event: no columns.
            _ => return Vec::new(),
        }
        let if_exists = self.takes_all(&["if", "exists"]);
        let Some(name) = self.name() else {
            return vec![StatementKind::Unseen(NOT_READ)];
        };
        let mut actions = Vec::new();
        let rest = self.take_rest();
        for part in self.split(rest) {
            let mut reader = self.within(part);
            match reader.action() {
                Some(found) => actions.extend(found),
                None => return vec![StatementKind::Unseen(NOT_READ)],
            }
        }
        vec![StatementKind::Alter(Alter {
            name,
            if_exists,
            only: false,
            actions,
        })]
    }

    /// One action of `ALTER TABLE`; `None` where it is not understood.
    fn action(&mut self) -> Option<Vec<Action>> {
        let verb = self.word()?;
        match verb.as_str() {
            "add" => {
                let named = self.takes("column");
                if !named && (self.is_constraint() || self.peek_word().as_deref() == Some("partition")) {
                    return self.added_key();
                }
                let if_not_exists = self.takes_all(&["if", "not", "exists"]);
                if self.is(b'(') {
                    let inside = self.parentheses()?;
                    let columns = self.split(inside).into_iter().map(|part| {
                        let mut reader = self.within(part);
                        match reader.is_constraint() {
                            true => Some(None),
                            false => reader.column(false).map(Some),
                        }
                    });
                    let columns: Option<Vec<_>> = columns.collect();
                    return Some(
                        columns?
                            .into_iter()
                            .flatten()
                            .map(|column| Action::AddColumn {
                                column,
                                if_not_exists,
                            })
                            .collect(),
                    );
                }
                let column = self.column(false)?;
                Some(vec![Action::AddColumn {
                    column,
                    if_not_exists,
                }])
            }
            "drop" => {
                let named = self.takes("column");
                let word = self.peek_word().unwrap_or_default();
                let other = [
                    "primary",
                    "index",
                    "key",
                    "foreign",
                    "constraint",
                    "check",
                    "partition",
                ];
                if !named && other.contains(&word.as_str()) {
                    return Some(Vec::new());
                }
                let if_exists = self.takes_all(&["if", "exists"]);
                let (name, _) = self.identifier()?;
                Some(vec![Action::DropColumn { name, if_exists }])
            }
            "change" => {
                self.takes("column");
                self.takes_all(&["if", "exists"]);
                let (from, _) = self.identifier()?;
                let column = self.column(false)?;
                let mut actions = Vec::new();
                if from != column.name {
                    actions.push(Action::RenameColumn {
                        from,
                        to: column.name.clone(),
                        span: column.span,
                    });
                }
                actions.extend(retyped(column));
                Some(actions)
            }
            "modify" => {
                self.takes("column");
                self.takes_all(&["if", "exists"]);
                Some(retyped(self.column(false)?))
            }
            "rename" => self.renamed(),
            // Defaults, keys, engines, row formats, partitions: no column comes or goes.
            "alter" | "algorithm" | "analyze" | "auto_increment" | "character" | "charset" | "coalesce"
            | "collate" | "comment" | "convert" | "default" | "disable" | "discard" | "enable" | "engine"
            | "exchange" | "force" | "import" | "key_block_size" | "lock" | "optimize" | "order"
            | "partition" | "rebuild" | "remove" | "reorganize" | "repair" | "row_format"
            | "stats_persistent" | "truncate" | "with" | "without" | "compression" | "encryption"
            | "tablespace" | "union" | "validation" | "checksum" | "pack_keys" | "max_rows" | "min_rows"
            | "avg_row_length" | "delay_key_write" | "insert_method" => Some(Vec::new()),
            _ => None,
        }
    }

    /// `ADD PRIMARY KEY (…)` makes its columns not null in MySQL.
    fn added_key(&mut self) -> Option<Vec<Action>> {
        let span = self.peek().map_or_else(Span::default, |token| token.span);
        if self.takes("constraint") && !self.is_constraint() {
            self.advance();
        }
        if !self.takes_all(&["primary", "key"]) {
            return Some(Vec::new());
        }
        while !self.is(b'(') && !self.is_done() {
            self.advance();
        }
        let inside = self.parentheses()?;
        let columns = self.split(inside).into_iter().filter_map(|part| {
            let mut reader = self.within(part);
            reader.identifier().map(|(name, _)| name)
        });
        Some(vec![Action::PrimaryKey {
            columns: columns.collect(),
            span,
        }])
    }

    fn renamed(&mut self) -> Option<Vec<Action>> {
        if self.takes("index") || self.takes("key") && self.is_mysql() {
            return Some(Vec::new());
        }
        if self.takes("to") || self.takes("as") {
            return self.name().map(renamed_to);
        }
        self.takes("column");
        let (first, _) = self.identifier()?;
        if self.is_done() && self.is_mysql() {
            // `RENAME new_name`.
            return Some(vec![Action::Rename(first)]);
        }
        if !self.takes("to") {
            return None;
        }
        let (to, span) = self.identifier()?;
        Some(vec![Action::RenameColumn {
            from: first,
            to,
            span,
        }])
    }

    /// `RENAME TABLE a TO b, c TO d`.
    fn rename_tables(&mut self) -> Vec<StatementKind> {
        self.advance();
        if !(self.takes("table") || self.takes("tables")) {
            return Vec::new();
        }
        let rest = self.take_rest();
        self.split(rest)
            .into_iter()
            .map(|part| {
                let mut reader = self.within(part);
                let from = reader.name();
                let to = reader.takes("to").then(|| reader.name()).flatten();
                match (from, to) {
                    (Some(name), Some(to)) => StatementKind::Alter(Alter {
                        name,
                        if_exists: false,
                        only: false,
                        actions: renamed_to(to),
                    }),
                    _ => StatementKind::Unseen(NOT_READ),
                }
            })
            .collect()
    }

    fn dropped(&mut self) -> Option<StatementKind> {
        self.advance();
        self.takes("temporary");
        let what = self.word()?;
        let schemas = match what.as_str() {
            "table" | "tables" | "view" => false,
            "database" | "schema" => true,
            _ => return None,
        };
        let if_exists = self.takes_all(&["if", "exists"]);
        let rest = self.take_rest();
        let names: Option<Vec<Name>> = self
            .split(rest)
            .into_iter()
            .map(|part| self.within(part).name())
            .collect();
        let Some(names) = names else {
            return Some(StatementKind::Unseen(NOT_READ));
        };
        let drop = Drop { names, if_exists };
        Some(match schemas {
            true => StatementKind::DropSchemas(drop),
            false => StatementKind::DropRelations(drop),
        })
    }
}

/// Declarations stand in comments in Postgres only.
fn copy_of(name: Name) -> TableElement {
    TableElement::Like {
        name,
        comments: false,
    }
}

fn renamed_to(to: Name) -> Vec<Action> {
    let schema = to.schema.map(Action::SetSchema);
    schema.into_iter().chain([Action::Rename(to.name)]).collect()
}

fn retyped(column: ColumnDefinition) -> Vec<Action> {
    let ty = column.ty.map(|ty| Action::SetType {
        name: column.name.clone(),
        ty,
        span: column.span,
    });
    ty.into_iter()
        .chain([Action::SetNotNull {
            name: column.name,
            not_null: column.not_null,
            span: column.span,
        }])
        .collect()
}
