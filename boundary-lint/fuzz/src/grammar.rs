//! Whole migrations out of arbitrary bytes: each byte chooses a word, so that mutation stays within SQL.
//!
//! Every quote, comment and parenthesis that is opened here is closed here. So what stands behind such a text is a statement of
//! its own, and must be seen as one.

use boundary_schema::Dialect;

/// What the bytes choose, one after the other; the first choice where they have ended.
struct Choices<'a> {
    bytes: &'a [u8],
    dialect: Dialect,
    depth: usize,
    out: String,
}

/// Expressions and queries are nested this deeply.
const DEEPEST: usize = 6;
/// A migration is no longer than this, whatever the bytes say.
const LONGEST: usize = 16_000;

/// Statements; a letter behind `%` stands for what [`Choices::slot`] makes of it.
const STATEMENTS: &[&str] = &[
    "CREATE TABLE %i%t (%d, %d%k)",
    "CREATE TABLE %t (%d, %d, %d)%o",
    "CREATE TABLE %t (LIKE %t%l)",
    "CREATE %r TABLE %t AS %q",
    "CREATE %w VIEW %t AS %q",
    "CREATE %w VIEW %t (%c, %c) AS %q",
    "ALTER TABLE %j%t ADD COLUMN %i%d",
    "ALTER TABLE %t ADD %d, DROP COLUMN %j%c",
    "ALTER TABLE %t RENAME COLUMN %c TO %c",
    "ALTER TABLE %t RENAME TO %n",
    "ALTER TABLE %t ALTER COLUMN %c %a",
    "ALTER TABLE %t ADD CONSTRAINT %n CHECK (%e)",
    "DROP TABLE %j%t%z",
    "DROP VIEW %j%t%z",
    "INSERT INTO %t (%c) VALUES (%e), (%s)",
    "UPDATE %t SET %c = %e WHERE %e",
    "DELETE FROM %t WHERE %e",
    "CREATE INDEX %n ON %t (%c)",
    "%q",
    "%p",
    "%p",
    "%p",
];

const OF_POSTGRES: &[&str] = &[
    "CREATE TABLE %t (%d, %d) INHERITS (%t)",
    "CREATE TABLE %t PARTITION OF %t FOR VALUES IN (%s)",
    "CREATE TABLE %t (%d) PARTITION BY LIST (%c)",
    "ALTER TABLE %t ATTACH PARTITION %t DEFAULT",
    "ALTER TABLE %t DETACH PARTITION %t",
    "ALTER TABLE %t INHERIT %t",
    "ALTER TABLE %t NO INHERIT %t",
    "ALTER TABLE %t SET SCHEMA %h",
    "ALTER TABLE %t ADD PRIMARY KEY (%c)",
    "ALTER TABLE ONLY %t ALTER %c TYPE %y USING %e",
    "ALTER VIEW %t RENAME COLUMN %c TO %c",
    "CREATE MATERIALIZED VIEW %t AS %q",
    "CREATE TYPE %n AS (%c %y, %c %y)",
    "CREATE TYPE %n AS ENUM (%s)",
    "CREATE DOMAIN %n AS %y NOT NULL",
    "CREATE TABLE %t OF %n",
    "ALTER TYPE %n ADD ATTRIBUTE %c %y CASCADE",
    "ALTER TYPE %n RENAME TO %n",
    "DROP TYPE %n%z",
    "CREATE SCHEMA %h",
    "ALTER SCHEMA %h RENAME TO %h",
    "SET search_path = %h, %h",
    "DISCARD TEMP",
    "COMMENT ON COLUMN %t.%c IS %s",
    "CREATE PUBLICATION %n FOR TABLE %t (%c)",
    "CREATE POLICY %n ON %t USING (%e)",
    "CREATE FUNCTION %n(%c %y) RETURNS TABLE (%c %y) LANGUAGE sql AS $f$ %q; %m; $f$",
    "CREATE FUNCTION %n() RETURNS int LANGUAGE sql BEGIN ATOMIC %q; SELECT CASE WHEN %e THEN 1 END; END",
    "DO $b$ BEGIN %m; IF %e THEN %m; END IF; EXCEPTION WHEN others THEN %m; END $b$",
    "DO $a$ DECLARE r record; BEGIN FOR r IN %q LOOP %m; END LOOP; EXECUTE %s; END $a$",
    "SELECT %n(%e)",
    "COPY %t (%c) FROM stdin;\nit's; $$ (\n\\.\n",
    "BEGIN",
    "COMMIT",
    "SAVEPOINT %n",
    "ROLLBACK TO %n",
];

const OF_SQLITE: &[&str] = &[
    "CREATE TRIGGER %n AFTER INSERT ON %t BEGIN UPDATE %t SET %c = NEW.%c; SELECT CASE WHEN 1 THEN %e END; END",
    "CREATE VIRTUAL TABLE %t USING fts5(%c, %c, content=%s)",
    "CREATE TABLE %t (%d, PRIMARY KEY (%c)) WITHOUT ROWID",
    "PRAGMA foreign_keys = ON",
    "BEGIN",
    "COMMIT",
    "SAVEPOINT %n",
    "ROLLBACK TO %n",
];

const OF_MYSQL: &[&str] = &[
    "CREATE TRIGGER %n BEFORE INSERT ON %t FOR EACH ROW BEGIN SET NEW.%c = %e; IF 1 THEN SELECT 1; END IF; END",
    "CREATE DEFINER = %n@localhost PROCEDURE %n() BEGIN %m; CASE 1 WHEN 1 THEN SELECT 1; END CASE; END",
    "CREATE EVENT %n ON SCHEDULE EVERY 1 DAY DO DELETE FROM %t WHERE %e",
    "DELIMITER //\nCREATE PROCEDURE %n() BEGIN %m; END//\nDELIMITER ;\nSELECT 1",
    "ALTER TABLE %t CHANGE %c %d AFTER %c",
    "ALTER TABLE %t MODIFY COLUMN %d FIRST",
    "RENAME TABLE %t TO %t, %t TO %t",
    "CREATE TABLE %t LIKE %t",
    "/*!40101 SET NAMES utf8 */",
    "/*!50003 CREATE TABLE %t (%d) */",
    "LOCK TABLES %t WRITE",
];

/// Names of tables, columns, types and functions alike. Some are words of the grammar that a name may be all the same.
const NAMES: &[&str] = &[
    "a", "b", "c", "t", "u", "v", "event", "begin", "action", "trigger", "function", "data", "owner", "view",
    "stdin",
];

const QUOTED: &[&str] = &["a", "Éé", "a b", "a;b", "a--b", "a/*b", "begin", "$$", "a'b"];

const TEXTS: &[&str] = &[
    "",
    "a",
    ";",
    "/*!",
    "/*",
    "*/",
    "--",
    "$$",
    "#",
    "\\n",
    "é",
    "boundary: user.contact.email, in_country",
    "(",
    ")",
    "delimiter //",
    "create table z (z int)",
];

const TYPES: &[&str] = &["int", "text", "varchar(20)", "numeric(3, 1)", "timestamp", "date"];

/// A migration in one dialect, each of its statements ended.
#[must_use]
pub fn migration(dialect: Dialect, bytes: &[u8]) -> String {
    let mut choices = Choices {
        bytes,
        dialect,
        depth: 0,
        out: String::new(),
    };
    while !choices.bytes.is_empty() && choices.out.len() < LONGEST {
        choices.statement();
        choices.out.push_str(";\n");
    }
    choices.out
}

impl Choices<'_> {
    fn below(&mut self, bound: usize) -> usize {
        let Some((first, rest)) = self.bytes.split_first() else {
            return 0;
        };
        self.bytes = rest;
        usize::from(*first) % bound.max(1)
    }

    fn one_of<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }

    fn statement(&mut self) {
        let own = match self.dialect {
            Dialect::Postgres => OF_POSTGRES,
            Dialect::Sqlite => OF_SQLITE,
            Dialect::Mysql => OF_MYSQL,
        };
        let at = self.below(STATEMENTS.len());
        let template = match STATEMENTS[at] {
            "%p" => self.one_of(own),
            template => template,
        };
        self.fill(template);
    }

    fn fill(&mut self, template: &str) {
        let mut parts = template.split('%');
        self.out.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let (slot, rest) = part.split_at(1);
            self.slot(slot);
            self.out.push_str(rest);
        }
    }

    fn optional(&mut self, text: &str) {
        if self.below(3) == 1 {
            self.fill(text);
        }
    }

    fn slot(&mut self, slot: &str) {
        let deep = self.depth >= DEEPEST || self.out.len() > LONGEST;
        self.depth += 1;
        match slot {
            "n" | "c" => self.name(),
            "h" => self.chosen(&["public", "s", "a"]),
            "t" => {
                self.optional("public.");
                self.name();
            }
            "y" => match self.below(8) {
                6 if self.dialect == Dialect::Postgres => self.fill("%n[]"),
                7 => self.name(),
                at => self.out.push_str(TYPES[at % TYPES.len()]),
            },
            "d" => {
                self.fill("%c %y");
                self.chosen(&[
                    "",
                    " NOT NULL",
                    " DEFAULT %e",
                    " PRIMARY KEY",
                    " GENERATED ALWAYS AS (%e) STORED",
                    " %b",
                ]);
            }
            "k" => self.chosen(&[
                "",
                ", PRIMARY KEY (%c)",
                ", CONSTRAINT %n CHECK (%e)",
                ", UNIQUE (%c)",
            ]),
            "l" if self.dialect == Dialect::Postgres => {
                self.chosen(&["", " INCLUDING ALL", " INCLUDING COMMENTS EXCLUDING ALL"])
            }
            "o" if self.dialect == Dialect::Mysql => {
                self.chosen(&["", " ENGINE=InnoDB COMMENT=%s", " AUTO_INCREMENT=3"])
            }
            "i" => self.optional("IF NOT EXISTS "),
            "j" => self.optional("IF EXISTS "),
            "r" => self.optional("TEMPORARY"),
            "w" if self.dialect != Dialect::Sqlite => self.chosen(&["", "OR REPLACE"]),
            "a" => self.chosen(&["SET NOT NULL", "DROP NOT NULL", "SET DEFAULT %e", "TYPE %y"]),
            "z" if self.dialect == Dialect::Postgres => self.chosen(&["", " CASCADE"]),
            "b" => {
                let text = self.one_of(&["/* %s */", "-- %s\n"]);
                self.fill(&text.replace("%s", "a ' \" $$ ` ; ("));
            }
            "s" => {
                let text = self.one_of(TEXTS);
                self.out.push('\'');
                self.out.push_str(text);
                self.out.push('\'');
            }
            "m" => self.chosen(&[
                "SELECT 1",
                "%q",
                "CREATE TABLE %t (%d)",
                "ALTER TABLE %t ADD %d",
                "DROP TABLE %t",
            ]),
            "e" if deep => self.out.push('1'),
            "e" => self.chosen(&[
                "1",
                "%c",
                "%t.%c",
                "%s",
                "(%e)",
                "%e + %e",
                "NOT %e",
                "CASE WHEN %e THEN %e ELSE %e END",
                "%n(%e, %e)",
                "CAST(%e AS %y)",
                "(%q)",
                "%e IN (%q)",
                "EXISTS (%q)",
                "count(*)",
                "coalesce(%e, %e)",
                "1--1\n",
                "%b 1",
                "sum(%c) OVER (PARTITION BY %c)",
                "NULL",
            ]),
            "f" if deep => self.name(),
            "f" => self.chosen(&[
                "%t",
                "%t AS %n",
                "%f JOIN %t ON %e",
                "%f LEFT JOIN %f USING (%c)",
                "%t NATURAL JOIN %t",
                "(%q) AS %n",
                "%t, %f",
                "%t %n",
                "%f CROSS JOIN (%q) AS %n (%c, %c)",
            ]),
            "q" if deep => self.out.push_str("SELECT 1"),
            "q" => self.chosen(&[
                "SELECT * FROM %f",
                "SELECT %e AS %c, %t.* FROM %f",
                "SELECT %e, %e FROM %f WHERE %e",
                "SELECT %c FROM %t",
                "%q UNION ALL %q",
                "WITH %n AS (%q) SELECT * FROM %t",
                "WITH RECURSIVE %n (%c) AS (%q UNION %q) %q",
                "SELECT %c FROM %f GROUP BY %c HAVING %e ORDER BY %c LIMIT 1",
                "VALUES (%e, %e)",
                "SELECT DISTINCT %e FROM %f",
            ]),
            _ => {}
        }
        self.depth -= 1;
    }

    fn chosen(&mut self, of: &[&str]) {
        let template = self.one_of(of);
        self.fill(template);
    }

    fn name(&mut self) {
        let at = self.below(NAMES.len() + QUOTED.len());
        match at.checked_sub(NAMES.len()) {
            None => self.out.push_str(NAMES[at]),
            Some(at) => {
                let quote = if self.dialect == Dialect::Mysql { '`' } else { '"' };
                self.out.push(quote);
                self.out.push_str(QUOTED[at]);
                self.out.push(quote);
            }
        }
    }
}
