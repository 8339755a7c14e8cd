CREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT, body TEXT);
DROP TABLE IF EXISTS absent;
CREATE TABLE "quoted ""name""" ("a ""b""" TEXT);
