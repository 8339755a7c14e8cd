CREATE TABLE t (a int);
DO $$ DECLARE n text := 'dyn'; BEGIN EXECUTE format('CREATE TABLE %I (x int)', n); EXECUTE 'ALTER TABLE t ADD COLUMN ' || n || ' int'; END $$;
