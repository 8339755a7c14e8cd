/*!40101 SET NAMES utf8mb4 */;
SET @old = @@sql_mode, sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
DROP TABLE IF EXISTS `dumped`;
/*!40101 SET @saved = @@character_set_client */;
CREATE TABLE `dumped` (
  `a` int(11) NOT NULL, # a comment; with a semicolon
  `b` text /*!50606 NOT NULL */,
  -- c text,
  `d` varchar(10) DEFAULT 'it''s; \'x\''
);
LOCK TABLES `dumped` WRITE;
INSERT INTO `dumped` (a, b) VALUES (1,'CREATE TABLE x (y int);'),(2,"a\";b");
UNLOCK TABLES;
DELIMITER //
CREATE TRIGGER watch BEFORE INSERT ON dumped FOR EACH ROW BEGIN
  IF NEW.a > 1 THEN SET NEW.a = 1; END IF;
END//
CREATE FUNCTION twice (x INT) RETURNS INT DETERMINISTIC BEGIN RETURN x * 2; END//
DELIMITER ;
CREATE TABLE later (x INT);
