-- What operators tell users, and the stream that everybody follows.

-- The server's stream is number 0, which no other can have: nobody has to look it up, and those that are numbered by themselves go on as they did.
-- MySQL takes a 0 for "the next number" unless it is told not to.
SET @modes = @@SESSION.sql_mode;
SET SESSION sql_mode = CONCAT_WS(',', @@SESSION.sql_mode, 'NO_AUTO_VALUE_ON_ZERO');
INSERT INTO `Stream` (`id`, `kind`, `lastAt`, `activeAt`, `createdAt`)
VALUES (0, 'SERVER', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3));
SET SESSION sql_mode = @modes;

ALTER TABLE `User`
  ADD COLUMN `noticesAfterSeq` INTEGER NOT NULL DEFAULT 0;

CREATE TABLE `Notice` (
  `id` BINARY(16) NOT NULL,
  `title` VARCHAR(200) NOT NULL,
  `body` TEXT NOT NULL,
  `audience` VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `state` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `createdById` BIGINT NULL,
  `clientNoticeId` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `createdAt` DATETIME(3) NOT NULL,
  `postAt` DATETIME(3) NOT NULL,
  `postedAt` DATETIME(3) NULL,
  `revokedAt` DATETIME(3) NULL,
  `seq` INTEGER NULL,
  UNIQUE INDEX `Notice_createdById_clientNoticeId_key` (`createdById`, `clientNoticeId`),
  INDEX `Notice_audience_state_postedAt_id_idx` (`audience`, `state`, `postedAt`, `id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `NoticeRecipient` (
  `noticeId` BINARY(16) NOT NULL,
  `userId` BIGINT NOT NULL,
  `state` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'WAITING',
  `postedAt` DATETIME(3) NULL,
  INDEX `NoticeRecipient_userId_state_postedAt_noticeId_idx` (`userId`, `state`, `postedAt`, `noticeId`),
  PRIMARY KEY (`noticeId`, `userId`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
