-- Presence: how users wish to be seen and when they last were; kinds of devices.

ALTER TABLE `User`
  ADD COLUMN `hidesLastSeen` BOOLEAN NOT NULL DEFAULT false;

ALTER TABLE `Session`
  ADD COLUMN `deviceKind` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'OTHER';

CREATE TABLE `Presence` (
  `userId` BIGINT NOT NULL,
  `choice` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'ONLINE',
  `statusText` VARCHAR(100) NULL,
  `statusUntil` DATETIME(3) NULL,
  `lastSeenAt` DATETIME(3) NULL,
  PRIMARY KEY (`userId`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
