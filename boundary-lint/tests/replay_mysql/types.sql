CREATE TABLE `Users` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `Email` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL DEFAULT '' COMMENT 'a, (b',
  age INTEGER UNSIGNED ZEROFILL,
  flag BOOL NOT NULL,
  price NUMERIC(10,2) DEFAULT NULL,
  ratio DOUBLE PRECISION,
  real_one REAL,
  name CHARACTER VARYING(20),
  initial CHAR,
  nat NATIONAL VARCHAR(10),
  kind ENUM('a','b;c') NOT NULL,
  tags SET('x','y'),
  body LONGTEXT,
  raw VARBINARY(16),
  blob_one BLOB,
  at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  on_day DATE,
  since DATETIME(6),
  y YEAR,
  total INT GENERATED ALWAYS AS (age * 2) VIRTUAL,
  place POINT,
  PRIMARY KEY (`id`),
  UNIQUE KEY `users_email` (`Email`),
  KEY age_index (age),
  FULLTEXT KEY body_text (body),
  CONSTRAINT `positive` CHECK (price > 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC;
CREATE TABLE serials (id SERIAL, small TINYINT(1), code INT2);
CREATE TABLE keyed (a INT, b INT, c INT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS keyed (z INT);
CREATE TEMPORARY TABLE passing (a INT);
