CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT);
CREATE TABLE t (id INTEGER PRIMARY KEY, state TEXT);
CREATE TRIGGER watch AFTER UPDATE OF state ON t WHEN new.state <> old.state
BEGIN
    INSERT INTO log (what) VALUES (CASE WHEN new.state = 'a' THEN 'x;' ELSE 'y' END);
    UPDATE t SET state = 'b' WHERE id = new.id;
END;
CREATE TABLE after (c TEXT);
CREATE INDEX i ON t (state) WHERE state IS NOT NULL;
DROP TRIGGER watch;
DROP INDEX IF EXISTS i;
