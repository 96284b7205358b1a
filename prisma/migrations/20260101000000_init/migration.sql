-- The models of prisma/schema.prisma, with what Prisma cannot say: collations.
-- ascii_bin: ids, kinds, handles, codes and other words of ours. utf8mb4_bin: people's text. Where people's text or a client's own key is
-- compared, a collation that does not ignore trailing spaces is named in the words of the server at hand: MySQL from 8.0.17 reads the first
-- of the two comments, MariaDB the second.

CREATE TABLE `Stream` (
  `id` BIGINT NOT NULL AUTO_INCREMENT,
  `kind` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `lastSeq` INTEGER NOT NULL DEFAULT 0,
  `lastOrdinal` INTEGER NOT NULL DEFAULT 0,
  `floorSeq` INTEGER NOT NULL DEFAULT 0,
  `jobSeq` INTEGER NOT NULL DEFAULT 0,
  `jobsDue` BOOLEAN NOT NULL DEFAULT false,
  `lastAt` DATETIME(3) NOT NULL,
  `activeAt` DATETIME(3) NOT NULL,
  `createdAt` DATETIME(3) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `Entry` (
  `streamId` BIGINT NOT NULL,
  `seq` INTEGER NOT NULL,
  `type` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `version` INTEGER NOT NULL DEFAULT 1,
  `actorId` BIGINT NULL,
  `data` TEXT NOT NULL,
  `timeline` BOOLEAN NOT NULL DEFAULT false,
  `at` DATETIME(3) NOT NULL,
  PRIMARY KEY (`streamId`, `seq`),
  INDEX `Entry_streamId_timeline_seq_idx` (`streamId`, `timeline`, `seq`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `Message` (
  `conversationId` BIGINT NOT NULL,
  `seq` INTEGER NOT NULL,
  `ordinal` INTEGER NOT NULL,
  `senderId` BIGINT NOT NULL,
  `clientMessageId` VARCHAR(64) CHARACTER SET utf8mb4 /*!80017 COLLATE utf8mb4_0900_bin */ /*M! COLLATE utf8mb4_nopad_bin */ NOT NULL,
  `fingerprint` BINARY(16) NOT NULL,
  `text` TEXT NOT NULL,
  `replyToSeq` INTEGER NULL,
  `threadRootSeq` INTEGER NULL,
  `threadOrdinal` INTEGER NULL,
  `mentionsEveryone` BOOLEAN NOT NULL DEFAULT false,
  `sentAt` DATETIME(3) NOT NULL,
  `editedAt` DATETIME(3) NULL,
  `recalledAt` DATETIME(3) NULL,
  `pinnedAt` DATETIME(3) NULL,
  PRIMARY KEY (`conversationId`, `seq`),
  UNIQUE INDEX `Message_senderId_clientMessageId_key` (`senderId`, `clientMessageId`),
  INDEX `Message_conversationId_senderId_seq_idx` (`conversationId`, `senderId`, `seq`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `User` (
  `id` BIGINT NOT NULL,
  `handle` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `displayName` VARCHAR(64) NOT NULL,
  `avatarUrl` VARCHAR(2048) NULL,
  `bio` VARCHAR(1000) NULL,
  `passwordHash` VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `messagesFrom` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'EVERYONE',
  `state` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'ACTIVE',
  `createdAt` DATETIME(3) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `User_handle_key` (`handle`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `UserTerm` (
  `term` VARCHAR(64) CHARACTER SET utf8mb4 /*!80017 COLLATE utf8mb4_0900_bin */ /*M! COLLATE utf8mb4_nopad_bin */ NOT NULL,
  `userId` BIGINT NOT NULL,
  PRIMARY KEY (`term`, `userId`),
  INDEX `UserTerm_userId_term_idx` (`userId`, `term`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `Session` (
  `id` BINARY(16) NOT NULL,
  `userId` BIGINT NOT NULL,
  `deviceName` VARCHAR(100) NOT NULL,
  `generation` INTEGER NOT NULL DEFAULT 1,
  `rotatedAt` DATETIME(3) NOT NULL,
  `createdAt` DATETIME(3) NOT NULL,
  `lastSeenAt` DATETIME(3) NOT NULL,
  `expiresAt` DATETIME(3) NOT NULL,
  `endedAt` DATETIME(3) NULL,
  PRIMARY KEY (`id`),
  INDEX `Session_userId_endedAt_idx` (`userId`, `endedAt`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `Contact` (
  `userId` BIGINT NOT NULL,
  `otherId` BIGINT NOT NULL,
  `state` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `alias` VARCHAR(64) NULL,
  `since` DATETIME(3) NOT NULL,
  PRIMARY KEY (`userId`, `otherId`),
  INDEX `Contact_userId_state_since_otherId_idx` (`userId`, `state`, `since`, `otherId`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `ContactRequest` (
  `fromId` BIGINT NOT NULL,
  `toId` BIGINT NOT NULL,
  `fromState` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `toState` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `note` VARCHAR(300) NULL,
  `createdAt` DATETIME(3) NOT NULL,
  PRIMARY KEY (`fromId`, `toId`),
  INDEX `ContactRequest_fromId_fromState_createdAt_toId_idx` (`fromId`, `fromState`, `createdAt`, `toId`),
  INDEX `ContactRequest_toId_toState_createdAt_fromId_idx` (`toId`, `toState`, `createdAt`, `fromId`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `Conversation` (
  `id` BIGINT NOT NULL,
  `kind` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `directKey` VARCHAR(41) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `name` VARCHAR(100) NULL,
  `description` VARCHAR(1000) NULL,
  `announcement` VARCHAR(2000) NULL,
  `avatarUrl` VARCHAR(2048) NULL,
  `joinPolicy` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'INVITE_ONLY',
  `invitePolicy` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'ADMINS',
  `postPolicy` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'EVERYONE',
  `slowModeSeconds` INTEGER NOT NULL DEFAULT 0,
  `mutedUntil` DATETIME(3) NULL,
  `ownerId` BIGINT NULL,
  `memberCount` INTEGER NOT NULL DEFAULT 0,
  `createdById` BIGINT NOT NULL,
  `clientGroupId` VARCHAR(64) CHARACTER SET utf8mb4 /*!80017 COLLATE utf8mb4_0900_bin */ /*M! COLLATE utf8mb4_nopad_bin */ NULL,
  `createdAt` DATETIME(3) NOT NULL,
  `dissolvedAt` DATETIME(3) NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `Conversation_directKey_key` (`directKey`),
  UNIQUE INDEX `Conversation_createdById_clientGroupId_key` (`createdById`, `clientGroupId`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `Membership` (
  `conversationId` BIGINT NOT NULL,
  `userId` BIGINT NOT NULL,
  `state` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `role` VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `fromSeq` INTEGER NOT NULL,
  `untilSeq` INTEGER NULL,
  `shown` BOOLEAN NOT NULL DEFAULT true,
  `joinedAt` DATETIME(3) NOT NULL,
  `nickname` VARCHAR(64) NULL,
  `mutedUntil` DATETIME(3) NULL,
  `notificationLevel` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'ALL',
  `deliveredSeq` INTEGER NOT NULL DEFAULT 0,
  `readSeq` INTEGER NOT NULL DEFAULT 0,
  `markedUnreadFromSeq` INTEGER NULL,
  PRIMARY KEY (`conversationId`, `userId`),
  INDEX `Membership_userId_state_conversationId_idx` (`userId`, `state`, `conversationId`),
  INDEX `Membership_conversationId_state_fromSeq_userId_idx` (`conversationId`, `state`, `fromSeq`, `userId`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `ServerKey` (
  `id` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `secret` VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `createdAt` DATETIME(3) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `Deployment` (
  `id` INTEGER NOT NULL,
  `epoch` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `createdAt` DATETIME(3) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
