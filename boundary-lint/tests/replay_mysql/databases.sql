CREATE TABLE here (a INT);
CREATE DATABASE elsewhere_x;
CREATE TABLE elsewhere_x.t (a INT);
USE elsewhere_x;
CREATE TABLE u (b INT);
DROP DATABASE elsewhere_x;
