-- Where apps are told what happens, what they have not been told, and who is asked before something is said.

CREATE TABLE `Webhook` (
  `id` BINARY(16) NOT NULL,
  `url` VARCHAR(2000) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `description` VARCHAR(200) NOT NULL,
  `events` VARCHAR(1000) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `secret` VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `oldSecret` VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `oldSecretUntil` DATETIME(3) NULL,
  `createdAt` DATETIME(3) NOT NULL,
  `fromAt` DATETIME(3) NOT NULL,
  `state` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `disabledAt` DATETIME(3) NULL,
  `disabledWhy` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `failures` INTEGER NOT NULL DEFAULT 0,
  `failingSince` DATETIME(3) NULL,
  `lastSuccessAt` DATETIME(3) NULL,
  `lastFailureAt` DATETIME(3) NULL,
  `lastFailure` VARCHAR(200) NULL,
  `attempts` INTEGER NOT NULL DEFAULT 0,
  `retryAt` DATETIME(3) NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `WebhookBacklog` (
  `streamId` BIGINT NOT NULL,
  `webhookId` BINARY(16) NOT NULL,
  `kind` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `nextSeq` INTEGER NOT NULL,
  `upToSeq` INTEGER NOT NULL,
  `attempts` INTEGER NOT NULL DEFAULT 0,
  `failingSince` DATETIME(3) NULL,
  `dueAt` DATETIME(3) NOT NULL,
  INDEX `WebhookBacklog_webhookId_dueAt_streamId_idx` (`webhookId`, `dueAt`, `streamId`),
  PRIMARY KEY (`streamId`, `webhookId`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `BeforeSend` (
  `id` INTEGER NOT NULL,
  `url` VARCHAR(2000) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `secret` VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `deadlineMs` INTEGER NOT NULL,
  `onFailure` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `conversations` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `changedAt` DATETIME(3) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
