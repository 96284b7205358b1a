-- What becomes of messages: edits, mentions, threads, reactions, pins, what somebody hides for themselves; and the marks of commits.

ALTER TABLE `Message`
  DROP COLUMN `threadOrdinal`,
  ADD COLUMN `mentionIds` VARCHAR(2048) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN `replyCount` INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN `hasReactions` BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN `originId` BIGINT NULL,
  ADD COLUMN `originName` VARCHAR(64) NULL;

ALTER TABLE `Stream`
  ADD COLUMN `lastSenderId` BIGINT NULL,
  ADD COLUMN `lastMessageSeq` INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN `otherMessageSeq` INTEGER NOT NULL DEFAULT 0;

UPDATE `Stream` s
  JOIN (SELECT conversationId, MAX(seq) AS seq FROM `Message` GROUP BY conversationId) n ON n.conversationId = s.id
  JOIN `Message` m ON m.conversationId = n.conversationId AND m.seq = n.seq
  SET s.lastSenderId = m.senderId, s.lastMessageSeq = m.seq, s.otherMessageSeq = COALESCE(
    (SELECT MAX(o.seq) FROM `Message` o WHERE o.conversationId = m.conversationId AND o.senderId <> m.senderId), 0);

ALTER TABLE `User`
  ADD COLUMN `privateMode` BOOLEAN NOT NULL DEFAULT false;

ALTER TABLE `Conversation`
  ADD COLUMN `pinPolicy` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'ADMINS',
  ADD COLUMN `mentionPolicy` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'ADMINS';

ALTER TABLE `Membership`
  ADD COLUMN `clearedSeq` INTEGER NOT NULL DEFAULT 0;

CREATE TABLE `MessageEdit` (
  `conversationId` BIGINT NOT NULL,
  `messageSeq` INTEGER NOT NULL,
  `seq` INTEGER NOT NULL,
  `text` TEXT NOT NULL,
  `editedAt` DATETIME(3) NOT NULL,
  PRIMARY KEY (`conversationId`, `messageSeq`, `seq`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `Mention` (
  `conversationId` BIGINT NOT NULL,
  `userId` BIGINT NOT NULL,
  `seq` INTEGER NOT NULL,
  `messageSeq` INTEGER NOT NULL,
  `byId` BIGINT NOT NULL,
  PRIMARY KEY (`conversationId`, `userId`, `seq`),
  INDEX `Mention_conversationId_messageSeq_idx` (`conversationId`, `messageSeq`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `Reply` (
  `conversationId` BIGINT NOT NULL,
  `rootSeq` INTEGER NOT NULL,
  `seq` INTEGER NOT NULL,
  `senderId` BIGINT NOT NULL,
  PRIMARY KEY (`conversationId`, `rootSeq`, `seq`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `ThreadPart` (
  `userId` BIGINT NOT NULL,
  `conversationId` BIGINT NOT NULL,
  `rootSeq` INTEGER NOT NULL,
  `readSeq` INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (`userId`, `conversationId`, `rootSeq`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `Reaction` (
  `conversationId` BIGINT NOT NULL,
  `messageSeq` INTEGER NOT NULL,
  `emoji` VARCHAR(64) NOT NULL,
  `userId` BIGINT NOT NULL,
  `seq` INTEGER NOT NULL,
  PRIMARY KEY (`conversationId`, `messageSeq`, `emoji`, `userId`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `Pin` (
  `conversationId` BIGINT NOT NULL,
  `seq` INTEGER NOT NULL,
  `messageSeq` INTEGER NOT NULL,
  PRIMARY KEY (`conversationId`, `seq`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `HiddenMessage` (
  `userId` BIGINT NOT NULL,
  `conversationId` BIGINT NOT NULL,
  `seq` INTEGER NOT NULL,
  `own` BOOLEAN NOT NULL,
  PRIMARY KEY (`userId`, `conversationId`, `seq`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `Commit` (
  `id` BINARY(16) NOT NULL,
  `at` DATETIME(3) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
