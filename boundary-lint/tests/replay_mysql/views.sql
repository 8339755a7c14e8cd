CREATE TABLE users (id INT PRIMARY KEY, email VARCHAR(20) NOT NULL, age INT);
CREATE TABLE cities (user_id INT, city TEXT);
CREATE OR REPLACE ALGORITHM=MERGE DEFINER=`root`@`localhost` SQL SECURITY INVOKER VIEW every AS SELECT * FROM users;
CREATE VIEW some (first, second) AS SELECT id, email FROM users WITH CHECK OPTION;
CREATE VIEW joined AS SELECT u.*, c.city AS town FROM users u LEFT JOIN cities c ON c.user_id = u.id;
CREATE VIEW merged AS SELECT * FROM users JOIN (SELECT user_id AS id, city FROM cities) c USING (id);
DROP VIEW some;
CREATE OR REPLACE VIEW every AS SELECT id, age FROM users;
