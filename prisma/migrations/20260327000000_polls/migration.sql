-- Polls: what a message asks, when that was closed, and who has chosen what.

ALTER TABLE `Message`
  ADD COLUMN `poll` TEXT NULL,
  ADD COLUMN `pollClosedAt` DATETIME(3) NULL;

CREATE TABLE `PollVote` (
  `conversationId` BIGINT NOT NULL,
  `messageSeq` INTEGER NOT NULL,
  `choice` INTEGER NOT NULL,
  `userId` BIGINT NOT NULL,
  PRIMARY KEY (`conversationId`, `messageSeq`, `choice`, `userId`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
