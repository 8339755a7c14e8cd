-- The twelve steps of SQLite's manual: a new table takes the old one's place.
CREATE TABLE orders (id INTEGER PRIMARY KEY, amount INTEGER);
BEGIN TRANSACTION;
CREATE TABLE orders_new (id INTEGER NOT NULL PRIMARY KEY, amount TEXT NOT NULL, note TEXT);
INSERT INTO orders_new (id, amount) SELECT id, CAST(amount AS TEXT) FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
COMMIT;
BEGIN;
CREATE TABLE never (a TEXT);
ROLLBACK;
SAVEPOINT s;
CREATE TABLE neither (a TEXT);
ROLLBACK TO s;
RELEASE s;
