CREATE TABLE t (a int);
DO $$ BEGIN CREATE TYPE status AS ENUM ('x'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE TYPE status AS ENUM ('x'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $body$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 't' AND column_name = 'b') THEN
    ALTER TABLE t ADD COLUMN b status;
  END IF;
  IF EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 't' AND column_name = 'nope') THEN
    ALTER TABLE t RENAME COLUMN nope TO c;
  ELSE
    ALTER TABLE t ADD COLUMN c text;
  END IF;
  IF to_regclass('public.fresh') IS NULL THEN
    CREATE TABLE fresh (x int);
  END IF;
  EXECUTE 'ALTER TABLE t ADD COLUMN d varchar(3) DEFAULT ''a''';
  EXECUTE format('CREATE INDEX %I ON t (a)', 'idx');
  PERFORM pg_notify('a', 'b');
  BEGIN
    ALTER TABLE t ADD COLUMN a int;
  EXCEPTION WHEN duplicate_column THEN RAISE NOTICE 'there';
  END;
END
$body$ LANGUAGE plpgsql;
DO E'BEGIN ALTER TABLE t ADD COLUMN e int; END';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.a := 1; RETURN NEW; END $$;
CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
CREATE FUNCTION total(n int) RETURNS bigint AS 'SELECT count(*) FROM t' LANGUAGE sql;
CREATE FUNCTION pairs() RETURNS TABLE (k int, v text) LANGUAGE sql AS $$ SELECT 1, 'a' $$;
CREATE FUNCTION whole() RETURNS SETOF t LANGUAGE sql BEGIN ATOMIC SELECT * FROM t; END;
CREATE FUNCTION helper(tbl regclass) RETURNS void AS $$ BEGIN EXECUTE format('CREATE TRIGGER set_updated_at BEFORE UPDATE ON %s FOR EACH ROW EXECUTE PROCEDURE touch()', tbl); END; $$ LANGUAGE plpgsql;
SELECT helper('t');
CREATE VIEW calls AS SELECT total(1), p.*, w.a FROM pairs() p, whole() w;
CREATE VIEW calls2 AS SELECT * FROM whole();
CREATE PROCEDURE tidy() LANGUAGE sql AS $$ DELETE FROM t $$; CALL tidy();
SELECT count(*) FROM t;
INSERT INTO t (a) VALUES (1); UPDATE t SET a = 2; COMMENT ON COLUMN t.a IS 'it''s; here';
CREATE TEMP TABLE scratch AS SELECT * FROM t; DROP TABLE scratch;
COPY t (a) FROM stdin;
1
\.
ALTER TABLE t ADD COLUMN after_copy int;
CREATE TYPE cur AS ENUM ('a');
DO $$ DECLARE c text; BEGIN FOR c IN SELECT unnest(ARRAY['b', 'c']) LOOP EXECUTE format('ALTER TYPE "cur" ADD VALUE %L', c); EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', 't'); END LOOP; END $$;
CREATE FUNCTION rows_of(q text) RETURNS SETOF int LANGUAGE plpgsql AS $$ DECLARE r int; BEGIN FOR r IN EXECUTE q LOOP RETURN NEXT r; END LOOP; RETURN QUERY EXECUTE q; END $$;
