-- What people have written to be said later.

CREATE TABLE `ScheduledMessage` (
  `id` BINARY(16) NOT NULL,
  `userId` BIGINT NOT NULL,
  `conversationId` BIGINT NOT NULL,
  `clientMessageId` VARCHAR(64) CHARACTER SET utf8mb4 /*!80017 COLLATE utf8mb4_0900_bin */ /*M! COLLATE utf8mb4_nopad_bin */ NOT NULL,
  `fingerprint` BINARY(16) NOT NULL,
  `firstSendAt` DATETIME(3) NOT NULL,
  `text` TEXT NOT NULL,
  `replyToSeq` INTEGER NULL,
  `threadRootSeq` INTEGER NULL,
  `mentionsEveryone` BOOLEAN NOT NULL DEFAULT false,
  `mentionIds` VARCHAR(2048) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `attachments` MEDIUMTEXT NULL,
  `data` TEXT NULL,
  `sendAt` DATETIME(3) NOT NULL,
  `createdAt` DATETIME(3) NOT NULL,
  `refusalCode` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `refusalText` VARCHAR(1000) NULL,
  UNIQUE INDEX `ScheduledMessage_userId_clientMessageId_key` (`userId`, `clientMessageId`),
  INDEX `ScheduledMessage_userId_sendAt_id_idx` (`userId`, `sendAt`, `id`),
  INDEX `ScheduledMessage_userId_conversationId_sendAt_id_idx` (`userId`, `conversationId`, `sendAt`, `id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
