-- Types are shown as they were written.
CREATE TABLE "Mixed Case" (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL,
    [index] VARCHAR(255) DEFAULT 'a, b',
    `order` DECIMAL(10, 5),
    "unsigned big" UNSIGNED   BIG INT,
    bare,
    flag BOOLEAN NOT NULL DEFAULT 0 CHECK (flag IN (0, 1)),
    at DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%d', 'now')),
    total REAL GENERATED ALWAYS AS (flag * 2) STORED,
    CONSTRAINT one UNIQUE (key, "order"),
    FOREIGN KEY (key) REFERENCES other (id) ON DELETE CASCADE
);
CREATE TABLE strict_one (a INT NOT NULL, b ANY, c BLOB, PRIMARY KEY (a)) STRICT;
CREATE TABLE keyed (a TEXT, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS keyed (z TEXT);
CREATE TEMP TABLE passing (a TEXT);
