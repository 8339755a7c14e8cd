/* a ; */ -- b ;
CREATE TABLE t ( -- the table
    a TEXT, /* , */ b TEXT -- c TEXT
    , d TEXT COLLATE NOCASE NOT NULL ON CONFLICT IGNORE UNIQUE REFERENCES other
    , e TEXT NULL
);
SELECT '--', 'it''s;';
SELECT count(*) FROM t;
VACUUM;
ANALYZE;
