-- What people keep for themselves: what they have begun to write, and messages that they have saved.

CREATE TABLE `Draft` (
  `userId` BIGINT NOT NULL,
  `conversationId` BIGINT NOT NULL,
  `threadRootSeq` INTEGER NOT NULL,
  `text` TEXT NOT NULL,
  `replyToSeq` INTEGER NULL,
  `data` TEXT NULL,
  `writtenAt` DATETIME(3) NOT NULL,
  `savedAt` DATETIME(3) NULL,
  `joinedSeq` INTEGER NOT NULL,
  `tellAt` DATETIME(3) NULL,
  INDEX `Draft_userId_savedAt_conversationId_threadRootSeq_idx` (`userId`, `savedAt`, `conversationId`, `threadRootSeq`),
  PRIMARY KEY (`userId`, `conversationId`, `threadRootSeq`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `SavedMessage` (
  `userId` BIGINT NOT NULL,
  `conversationId` BIGINT NOT NULL,
  `seq` INTEGER NOT NULL,
  `note` VARCHAR(1000) NULL,
  `savedAt` DATETIME(3) NOT NULL,
  `joinedSeq` INTEGER NOT NULL,
  INDEX `SavedMessage_userId_savedAt_conversationId_seq_idx` (`userId`, `savedAt`, `conversationId`, `seq`),
  INDEX `SavedMessage_userId_conversationId_savedAt_seq_idx` (`userId`, `conversationId`, `savedAt`, `seq`),
  INDEX `SavedMessage_conversationId_seq_idx` (`conversationId`, `seq`),
  PRIMARY KEY (`userId`, `conversationId`, `seq`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
