CREATE TABLE t (a int);
CREATE VIEW v AS SELECT t.a, x.* FROM t, pg_catalog.pg_class x;
CREATE VIEW w AS SELECT relname FROM pg_catalog.pg_class;
