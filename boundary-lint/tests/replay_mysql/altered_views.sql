CREATE TABLE users (id INT PRIMARY KEY, email VARCHAR(20) NOT NULL, age INT);
CREATE VIEW every AS SELECT * FROM users;
CREATE VIEW named (first, second) AS SELECT id, email FROM users;
ALTER VIEW every AS SELECT id, email AS address FROM users;
ALTER ALGORITHM=MERGE DEFINER=`root`@`localhost` SQL SECURITY INVOKER VIEW named (one, two, three) AS SELECT id, email, age FROM users WITH CHECK OPTION;
CREATE VIEW of_view AS SELECT two FROM named;
ALTER DEFINER=root@localhost VIEW of_view AS SELECT three FROM named;
