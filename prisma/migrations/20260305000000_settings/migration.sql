-- What operators change while nodes run, and who they are.

ALTER TABLE `User`
  ADD COLUMN `role` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'USER';

CREATE TABLE `SettingsVersion` (
  `version` INTEGER NOT NULL,
  `document` TEXT NOT NULL,
  `actorId` BIGINT NULL,
  `note` VARCHAR(200) NULL,
  `rolledBackTo` INTEGER NULL,
  `at` DATETIME(3) NOT NULL,
  PRIMARY KEY (`version`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
