CREATE TABLE here (a TEXT);
ATTACH DATABASE ':memory:' AS aside;
