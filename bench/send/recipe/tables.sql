-- The tables of schema.prisma, as `prisma migrate diff` prints them.
CREATE TABLE `Conversation` (
  `id` BIGINT NOT NULL AUTO_INCREMENT,
  `lastSeq` INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE `Membership` (
  `conversationId` BIGINT NOT NULL,
  `userId` BIGINT NOT NULL,
  PRIMARY KEY (`conversationId`, `userId`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE `Message` (
  `id` BIGINT NOT NULL AUTO_INCREMENT,
  `conversationId` BIGINT NOT NULL,
  `seq` INTEGER NOT NULL,
  `senderId` BIGINT NOT NULL,
  `clientMessageId` VARCHAR(64) NOT NULL,
  `text` TEXT NOT NULL,
  `sentAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE INDEX `Message_conversationId_seq_key`(`conversationId`, `seq`),
  UNIQUE INDEX `Message_senderId_clientMessageId_key`(`senderId`, `clientMessageId`),
  PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
