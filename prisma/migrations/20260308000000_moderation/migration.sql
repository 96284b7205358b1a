-- What admins are to look at, and the words that people are not to use.

ALTER TABLE `Deployment`
  ADD COLUMN `wordsVersion` INTEGER NOT NULL DEFAULT 0;

CREATE TABLE `ModerationItem` (
  `id` BINARY(16) NOT NULL,
  `kind` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `openTarget` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `streamId` BIGINT NOT NULL,
  `seq` INTEGER NULL,
  `userId` BIGINT NULL,
  `text` TEXT NULL,
  `state` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `createdAt` DATETIME(3) NOT NULL,
  `resolvedAt` DATETIME(3) NULL,
  `resolvedById` BIGINT NULL,
  `action` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `note` VARCHAR(1000) NULL,
  UNIQUE INDEX `ModerationItem_openTarget_key` (`openTarget`),
  INDEX `ModerationItem_state_id_idx` (`state`, `id`),
  INDEX `ModerationItem_state_kind_id_idx` (`state`, `kind`, `id`),
  INDEX `ModerationItem_userId_id_idx` (`userId`, `id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `ModerationReport` (
  `itemId` BINARY(16) NOT NULL,
  `reporterId` BIGINT NOT NULL,
  `reason` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `note` VARCHAR(1000) NULL,
  `text` TEXT NULL,
  `words` TEXT NULL,
  `at` DATETIME(3) NOT NULL,
  INDEX `ModerationReport_itemId_at_reporterId_idx` (`itemId`, `at`, `reporterId`),
  INDEX `ModerationReport_reporterId_itemId_idx` (`reporterId`, `itemId`),
  PRIMARY KEY (`itemId`, `reporterId`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `BlockedWordList` (
  `name` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `action` VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `enabled` BOOLEAN NOT NULL,
  `wholeWords` BOOLEAN NOT NULL,
  `words` MEDIUMTEXT NOT NULL,
  `wordCount` INTEGER NOT NULL,
  `bytes` INTEGER NOT NULL,
  `updatedAt` DATETIME(3) NOT NULL,
  `updatedById` BIGINT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
