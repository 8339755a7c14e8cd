CREATE EXTENSION postgres_fdw; CREATE EXTENSION citext; CREATE EXTENSION IF NOT EXISTS "uuid-ossp"; CREATE EXTENSION pgcrypto;
CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1');
CREATE FOREIGN TABLE away (id bigint OPTIONS (column_name 'x') NOT NULL, name text) SERVER other OPTIONS (table_name 'y');
ALTER FOREIGN TABLE away ADD COLUMN more citext; ALTER FOREIGN TABLE away RENAME name TO label;
CREATE FOREIGN TABLE away2 (id int) SERVER other; DROP FOREIGN TABLE away2;
CREATE TABLE here (c citext, id uuid DEFAULT uuid_generate_v4());
CREATE UNLOGGED TABLE fast (x int);
CREATE TABLE with_opts (x int) WITH (fillfactor = 70);
