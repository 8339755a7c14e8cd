CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE address AS (street text, zip varchar(10));
CREATE TYPE span AS RANGE (subtype = float8);
CREATE DOMAIN email AS text CHECK (VALUE ~ '@') NOT NULL;
CREATE DOMAIN emails AS email[];
CREATE DOMAIN short AS varchar(10);
CREATE DOMAIN shorter AS short;
CREATE TABLE "Every Type" (
    a smallint, b int2, c int, d integer, e int4, f bigint, g int8, h serial, i bigserial, j smallserial, k serial8,
    l real, m float4, n float, o float(10), p float(53), q double precision, r float8, s numeric, t numeric(10, 2), u decimal, v dec(4),
    w boolean, x bool, y char, z char(5), aa character(3), ab varchar, ac varchar(9), ad character varying(3), ae text, af bpchar,
    ag bytea, ah date, ai time, aj time with time zone, ak timetz, al timestamp, am timestamp(3), an timestamp with time zone,
    ao timestamptz(6), ap interval, aq interval day to second(3), ar uuid, "as" json, at jsonb, au xml, av inet, aw cidr, ax macaddr,
    ay macaddr8, az bit, ba bit(3), bb bit varying(4), bc varbit, bd money, be point, bf line, bg lseg, bh box, bi path, bj polygon,
    bk circle, bl tsvector, bm tsquery, bn int4range, bo tstzrange, bp oid, bq regclass, br name, bs "char", bt pg_lsn, bu int4multirange,
    ca int[], cb text[][], cc integer ARRAY, cd integer ARRAY[4], ce _int4, cf mood[], cg email[],
    da mood, db address, dc span, dd email, de emails, df short, dg shorter, dh pg_catalog.int4, di pg_catalog."varchar", dj public.mood,
    dk national character varying(3), dl nchar(3), dm int2vector, dn jsonpath, "Quoted ""Name""" int,
    a_name_that_is_longer_than_the_sixty_three_bytes_that_postgres_keeps_of_it int
);
CREATE TABLE uses_row (r "Every Type", rs "Every Type"[]);
