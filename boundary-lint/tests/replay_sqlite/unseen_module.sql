CREATE TABLE here (a TEXT);
CREATE VIRTUAL TABLE words USING fts5 (title, body UNINDEXED, tokenize = 'porter');
CREATE VIRTUAL TABLE spots USING dbstat;
