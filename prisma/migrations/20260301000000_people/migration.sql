-- People and groups in full: blocks, handles kept back, exports, requests to join, invitations; and jobs.

ALTER TABLE `Stream`
  ADD COLUMN `changedSeq` INTEGER NOT NULL DEFAULT 0;

ALTER TABLE `ContactRequest`
  ADD COLUMN `message` TEXT NULL;

ALTER TABLE `Conversation`
  ADD COLUMN `history` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'JOINING';

ALTER TABLE `Membership`
  ADD COLUMN `shownDeliveredSeq` INTEGER NULL,
  ADD COLUMN `shownReadSeq` INTEGER NULL,
  ADD COLUMN `blocks` BOOLEAN NOT NULL DEFAULT false;

-- Until now everybody could read from their joining on.
ALTER TABLE `Membership`
  ADD COLUMN `joinedSeq` INTEGER NOT NULL DEFAULT 0;
UPDATE `Membership` SET `joinedSeq` = `fromSeq`;
DROP INDEX `Membership_conversationId_state_fromSeq_userId_idx` ON `Membership`;
CREATE INDEX `Membership_conversationId_state_joinedSeq_userId_idx` ON `Membership` (`conversationId`, `state`, `joinedSeq`, `userId`);
CREATE INDEX `Membership_conversationId_role_state_userId_idx` ON `Membership` (`conversationId`, `role`, `state`, `userId`);

CREATE TABLE `Block` (
  `userId` BIGINT NOT NULL,
  `otherId` BIGINT NOT NULL,
  `state` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `since` DATETIME(3) NOT NULL,
  PRIMARY KEY (`userId`, `otherId`),
  INDEX `Block_userId_state_since_otherId_idx` (`userId`, `state`, `since`, `otherId`),
  INDEX `Block_otherId_state_userId_idx` (`otherId`, `state`, `userId`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `HandleHold` (
  `handle` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `userId` BIGINT NOT NULL,
  `until` DATETIME(3) NOT NULL,
  PRIMARY KEY (`handle`),
  INDEX `HandleHold_userId_idx` (`userId`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `DataExport` (
  `id` BINARY(16) NOT NULL,
  `userId` BIGINT NOT NULL,
  `state` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `createdAt` DATETIME(3) NOT NULL,
  `readyAt` DATETIME(3) NULL,
  `expiresAt` DATETIME(3) NULL,
  `bytes` INTEGER NOT NULL DEFAULT 0,
  `attempt` INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (`id`),
  INDEX `DataExport_userId_state_createdAt_idx` (`userId`, `state`, `createdAt`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `DataExportPart` (
  `exportId` BINARY(16) NOT NULL,
  `part` INTEGER NOT NULL,
  `content` MEDIUMBLOB NOT NULL,
  PRIMARY KEY (`exportId`, `part`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `JoinRequest` (
  `conversationId` BIGINT NOT NULL,
  `userId` BIGINT NOT NULL,
  `state` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `note` VARCHAR(300) NULL,
  `createdAt` DATETIME(3) NOT NULL,
  PRIMARY KEY (`conversationId`, `userId`),
  INDEX `JoinRequest_conversationId_state_createdAt_userId_idx` (`conversationId`, `state`, `createdAt`, `userId`),
  INDEX `JoinRequest_userId_state_idx` (`userId`, `state`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `GroupInvite` (
  `id` BINARY(16) NOT NULL,
  `conversationId` BIGINT NOT NULL,
  `code` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `createdById` BIGINT NOT NULL,
  `createdAt` DATETIME(3) NOT NULL,
  `expiresAt` DATETIME(3) NULL,
  `usesLeft` INTEGER NULL,
  `revokedAt` DATETIME(3) NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `GroupInvite_code_key` (`code`),
  INDEX `GroupInvite_conversationId_revokedAt_id_idx` (`conversationId`, `revokedAt`, `id`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `Job` (
  `id` BINARY(16) NOT NULL,
  `kind` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `key` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `data` TEXT NOT NULL,
  `dueAt` DATETIME(3) NOT NULL,
  `attempts` INTEGER NOT NULL DEFAULT 0,
  `state` VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'PENDING',
  `failure` VARCHAR(1000) NULL,
  `createdAt` DATETIME(3) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `Job_kind_key_key` (`kind`, `key`),
  INDEX `Job_state_dueAt_id_idx` (`state`, `dueAt`, `id`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;


-- Requests that were made before end by themselves too. Each is looked at once on the first start: it is over, or is left until the day on which it will be.
-- The id is made of the two whom it is of, for UUID() under REPLACE() may be one value for all rows.
INSERT INTO `Job` (`id`, `kind`, `key`, `data`, `dueAt`, `createdAt`)
SELECT UNHEX(CONCAT(LPAD(HEX(`fromId`), 16, '0'), LPAD(HEX(`toId`), 16, '0'))), 'ContactRequestExpired', CONCAT(`fromId`, ':', `toId`),
  CONCAT('{"fromId":"', `fromId`, '","toId":"', `toId`, '"}'), `createdAt`, `createdAt`
FROM `ContactRequest` WHERE `fromState` = 'PENDING';
