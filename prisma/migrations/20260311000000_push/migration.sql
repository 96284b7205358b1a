-- Push: where users are told of what comes while they are away, when not, and what they are still to be told.

CREATE TABLE `PushDevice` (
  `sessionId` BINARY(16) NOT NULL,
  `userId` BIGINT NOT NULL,
  `kind` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `addressHash` BINARY(32) NOT NULL,
  `address` TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `p256dh` VARCHAR(88) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `auth` VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `vapidKey` VARCHAR(88) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `createdAt` DATETIME(3) NOT NULL,
  UNIQUE INDEX `PushDevice_addressHash_key` (`addressHash`),
  INDEX `PushDevice_userId_idx` (`userId`),
  PRIMARY KEY (`sessionId`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `QuietHours` (
  `userId` BIGINT NOT NULL,
  `startMinute` INTEGER NOT NULL,
  `endMinute` INTEGER NOT NULL,
  `timeZone` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `days` INTEGER NOT NULL DEFAULT 127,
  PRIMARY KEY (`userId`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `PushDue` (
  `conversationId` BIGINT NOT NULL,
  `fromSeq` INTEGER NOT NULL,
  `seq` INTEGER NOT NULL,
  `dueAt` DATETIME(3) NOT NULL,
  INDEX `PushDue_dueAt_idx` (`dueAt`),
  PRIMARY KEY (`conversationId`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `PushDelivery` (
  `sessionId` BINARY(16) NOT NULL,
  `subject` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `userId` BIGINT NOT NULL,
  `fromSeq` INTEGER NOT NULL DEFAULT 0,
  `seq` INTEGER NOT NULL DEFAULT 0,
  `dueAt` DATETIME(3) NOT NULL,
  `expiresAt` DATETIME(3) NOT NULL,
  `attempts` INTEGER NOT NULL DEFAULT 0,
  `claim` BINARY(16) NULL,
  INDEX `PushDelivery_dueAt_idx` (`dueAt`),
  INDEX `PushDelivery_claim_idx` (`claim`),
  INDEX `PushDelivery_userId_idx` (`userId`),
  PRIMARY KEY (`sessionId`, `subject`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

ALTER TABLE `Membership`
  ADD COLUMN `silentUntil` DATETIME(3) NULL;
