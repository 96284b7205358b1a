-- Which messages have files of which kind attached, so that those of a conversation are found without reading all that was said.

CREATE TABLE `AttachedMessage` (
  `conversationId` BIGINT NOT NULL,
  `kind` INTEGER NOT NULL,
  `seq` INTEGER NOT NULL,
  PRIMARY KEY (`conversationId`, `kind`, `seq`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- A worker enters what was said before. Where nobody is, nothing was.
INSERT IGNORE INTO `Job` (`id`, `kind`, `key`, `data`, `dueAt`, `createdAt`)
SELECT UNHEX(REPLACE(UUID(), '-', '')), 'AttachmentRound', 'all', '{"after":"0","seq":0,"round":0}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)
FROM (SELECT `id` FROM `User` ORDER BY `id` LIMIT 1) AS `somebody`;
