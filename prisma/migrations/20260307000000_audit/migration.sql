-- What operators do, and who may not sign in.

CREATE TABLE `AuditEntry` (
  `id` BIGINT NOT NULL AUTO_INCREMENT,
  `at` DATETIME(3) NOT NULL,
  `actorId` BIGINT NOT NULL,
  `actorName` VARCHAR(64) NOT NULL,
  `origin` VARCHAR(128) NOT NULL,
  `action` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `arguments` TEXT NOT NULL,
  `target` VARCHAR(128) NULL,
  `was` TEXT NULL,
  `became` TEXT NULL,
  `outcome` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `code` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `endedAt` DATETIME(3) NULL,
  INDEX `AuditEntry_at_id_idx` (`at`, `id`),
  INDEX `AuditEntry_actorId_at_id_idx` (`actorId`, `at`, `id`),
  INDEX `AuditEntry_action_at_id_idx` (`action`, `at`, `id`),
  INDEX `AuditEntry_target_at_id_idx` (`target`, `at`, `id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

ALTER TABLE `User`
  ADD COLUMN `suspendedUntil` DATETIME(3) NULL,
  ADD INDEX `User_state_id_idx` (`state`, `id`),
  ADD INDEX `User_role_id_idx` (`role`, `id`);

CREATE TABLE `Suspension` (
  `userId` BIGINT NOT NULL,
  `reason` VARCHAR(500) NOT NULL,
  `since` DATETIME(3) NOT NULL,
  `until` DATETIME(3) NULL,
  `byId` BIGINT NULL,
  PRIMARY KEY (`userId`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
