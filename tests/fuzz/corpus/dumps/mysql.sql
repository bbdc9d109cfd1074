/*M!999999\- enable the sandbox mode */
-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB, for debian-linux-gnu (x86_64)
/*!40101 SET NAMES utf8mb4 */;
DROP TABLE IF EXISTS `messages`;
CREATE TABLE `messages` (
  `global_position` bigint(20) NOT NULL,
  `position` bigint(20) NOT NULL COMMENT 'a; ''b''',
  `time` datetime NOT NULL,
  `stream_name` varchar(250) NOT NULL,
  `type` varchar(250) NOT NULL,
  `data` longblob,
  `metadata` longtext,
  `id` char(36) NOT NULL,
  PRIMARY KEY (`global_position`)
) ENGINE=InnoDB;
LOCK TABLES `messages` WRITE;
/*!40000 ALTER TABLE `messages` DISABLE KEYS */;
INSERT INTO `messages` VALUES
(1,0,'2026-03-04 05:06:07','lamp-0','Lit',_binary '{\"n\":1,\"text\":\"it\'s\"}',NULL,'00000000-0000-4000-8000-000000000000'),
(2,1,'2026-03-04 05:06:08','lamp-0','Put \"out\"',0x7b226e223a327d,'{\"by\":\"ann\"}','00000000-0000-4000-8000-000000000001');
INSERT INTO `messages` VALUES (3,0,'2026-03-04 05:06:09','lamp-1','Lit','{}',NULL,'00000000-0000-4000-8000-000000000002');
UNLOCK TABLES;
DELIMITER ;;
CREATE TRIGGER t BEFORE INSERT ON messages FOR EACH ROW BEGIN INSERT INTO x VALUES (1); END ;;
DELIMITER ;
-- Dump completed on 2026-03-04  5:06:10
