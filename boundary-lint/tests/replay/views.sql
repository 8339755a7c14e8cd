CREATE TYPE mood AS ENUM ('a');
CREATE DOMAIN nn AS int NOT NULL;
CREATE TABLE t (id bigint PRIMARY KEY, name varchar(20) NOT NULL, at timestamptz, d date, n numeric(10, 2), i int, s smallint, r real, f float8, j jsonb, tags text[], m mood, q nn, u uuid, ts timestamp);
CREATE TABLE o (id bigint PRIMARY KEY, t_id bigint REFERENCES t, amount numeric, note text);
CREATE VIEW v1 AS SELECT * FROM t;
ALTER TABLE t ADD COLUMN later int;
CREATE VIEW v2 AS SELECT t.*, o.amount AS total, o.note FROM t JOIN o ON o.t_id = t.id;
CREATE VIEW v3 (a, b) AS SELECT id, name, at FROM t;
CREATE VIEW v4 AS SELECT count(*), sum(i) AS si, sum(id) AS sb, sum(n) AS sn, sum(r) AS sr, sum(f) AS sf, avg(i) AS ai, avg(f) AS af, min(at) AS mat, max(name) AS mn,
  max(i), array_agg(name) AS names, string_agg(name, ',') AS joined, bool_and(i > 0) AS ok, json_agg(t) AS js, jsonb_build_object('a', 1) AS jo, stddev(i) AS sd FROM t;
CREATE VIEW v5 AS SELECT id::text, name || 'x' AS nx, i + 1 AS i1, i + id AS ib, i * n AS ixn, f / 2 AS f2, r + i AS ri, at - interval '1 day' AS yesterday, d - d AS days, at - at AS gap,
  j -> 'a' AS ja, j ->> 'a' AS jt, j #>> '{a}' AS jp, tags[1] AS tag, i > 0 AS pos, NOT (i > 0) AS neg, i IS NULL AS isn, name LIKE 'x' AS lk, i BETWEEN 1 AND 2 AS bt, i IN (1, 2) AS inn,
  CASE WHEN i > 0 THEN 'a' ELSE 'b' END, CASE WHEN i > 0 THEN i ELSE n END AS mixed, coalesce(i, 0) AS ci, coalesce(name, '') AS cn, nullif(i, 0) AS ni, nullif(name, '') AS nn,
  now() AS nw, current_timestamp AS ct, current_date AS cd, lower(name) AS ln, length(name) AS len, 'lit' AS lit, 1 AS one, 1.5 AS dec, 10000000000 AS big, NULL AS nul, true AS tr,
  date_trunc('day', at) AS dt, date_trunc('day', ts) AS dts, extract(year FROM at) AS yr, date_part('year', at) AS dp, ARRAY[1, 2] AS ar, ARRAY['a'] AS ars, row_number() OVER (ORDER BY id) AS rn, lag(name) OVER (ORDER BY id) AS lg,
  at AT TIME ZONE 'UTC' AS utc, ts AT TIME ZONE 'UTC' AS tsu, (SELECT max(amount) FROM o WHERE o.t_id = t.id) AS best, EXISTS (SELECT 1 FROM o) AS ex, gen_random_uuid() AS gu,
  -i AS mi, round(n, 1) AS rnd, round(f) AS rf, abs(i) AS ab, to_char(at, 'YYYY') AS tc, md5(name) AS h, greatest(i, 2) AS g, m::text AS mt, 'a'::mood AS mm, cast(i AS bigint), j || '{}' AS jj, tags || 'x'::text AS tg, d + 1 AS d1, d + interval '1 day' AS di, upper(name), substring(name FROM 1 FOR 2) AS sub, trim(name) AS tri, position('a' IN name) AS po, concat(name, i) AS cc, (i % 2) AS md, 2 ^ i AS pw, i::nn AS cnn,
  split_part(name, 'a', 1) AS sp, regexp_replace(name, 'a', 'b') AS re, tags && ARRAY['a'] AS ov, cardinality(tags) AS card, count(*) FILTER (WHERE i > 0) OVER () AS cf, rank() OVER w AS rk, first_value(n) OVER w AS fv, percent_rank() OVER w AS pr, ntile(4) OVER w AS nt
  FROM t WINDOW w AS (ORDER BY id);
CREATE VIEW v6 AS WITH x AS (SELECT id, name FROM t), y (k) AS (SELECT id FROM x) SELECT x.*, y.k FROM x JOIN y ON y.k = x.id;
CREATE VIEW v7 AS SELECT id, name FROM t UNION ALL SELECT id, note FROM o;
CREATE VIEW v8 AS SELECT 1 AS a UNION SELECT 2.5;
CREATE VIEW v9 AS SELECT * FROM t JOIN o USING (id);
CREATE VIEW v10 AS SELECT * FROM (SELECT id AS x, name FROM t) AS sub (y) LEFT JOIN LATERAL (SELECT amount FROM o WHERE o.t_id = sub.y) l ON true;
CREATE VIEW v11 AS VALUES (1, 'a'), (2, 'b');
CREATE VIEW v12 AS TABLE o;
CREATE VIEW v13 AS WITH RECURSIVE n (v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < 5) SELECT * FROM n;
CREATE VIEW v14 AS SELECT g.*, g.i + 1 AS next FROM generate_series(1, 3) AS g (i);
CREATE VIEW v15 AS SELECT t.id, tag FROM t, unnest(t.tags) AS tag;
CREATE VIEW v16 AS SELECT e.key, e.value FROM t, jsonb_each(t.j) e;
CREATE VIEW v17 AS SELECT * FROM jsonb_to_recordset('[]') AS x (a int, b text);
CREATE VIEW v18 AS SELECT s.n, s.ordinality FROM unnest(ARRAY['a']) WITH ORDINALITY AS s (n, ordinality);
CREATE VIEW v19 AS SELECT a.*, b.id AS bid FROM o a NATURAL JOIN o b;
CREATE VIEW v20 AS SELECT q, q + 1 AS q1 FROM t;
CREATE MATERIALIZED VIEW mv AS SELECT id, name, count(*) AS n FROM t GROUP BY id, name;
CREATE TABLE ctas AS SELECT * FROM v4;
CREATE TABLE ctas2 (a, b) AS SELECT id, name FROM t WITH NO DATA;
CREATE TABLE IF NOT EXISTS ctas3 AS SELECT q FROM t;
SELECT id, name INTO into_t FROM t;
CREATE OR REPLACE VIEW v3 (a, b) AS SELECT id, name, at, n FROM t;
ALTER VIEW v3 RENAME COLUMN a TO aa;
ALTER VIEW v3 RENAME TO v3b;
ALTER TABLE v12 RENAME note TO remark;
CREATE SCHEMA other; ALTER VIEW v11 SET SCHEMA other;
ALTER MATERIALIZED VIEW mv RENAME COLUMN n TO cnt;
ALTER MATERIALIZED VIEW mv RENAME TO mv2;
DROP MATERIALIZED VIEW IF EXISTS nope;
CREATE RECURSIVE VIEW rec (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM rec WHERE n < 10;
CREATE TEMP VIEW tv AS SELECT 1 AS x;
CREATE TEMP TABLE tt (x int); CREATE VIEW over_temp AS SELECT * FROM tt; CREATE TABLE from_temp AS SELECT * FROM tt;
CREATE TABLE t_temp_named (y int);
