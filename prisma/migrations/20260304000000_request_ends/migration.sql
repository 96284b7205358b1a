-- Requests to become contacts that were made before there were jobs end by themselves too. Each is looked at once on the first start: it is over, or is left until the day on which it will be.
-- The id is made of the two whom it is of, for UUID() under REPLACE() may be one value for all rows.
INSERT IGNORE INTO `Job` (`id`, `kind`, `key`, `data`, `dueAt`, `createdAt`)
SELECT UNHEX(CONCAT(LPAD(HEX(`fromId`), 16, '0'), LPAD(HEX(`toId`), 16, '0'))), 'ContactRequestExpired', CONCAT(`fromId`, ':', `toId`),
  CONCAT('{"fromId":"', `fromId`, '","toId":"', `toId`, '"}'), `createdAt`, `createdAt`
FROM `ContactRequest` WHERE `fromState` = 'PENDING';
