-- What imports have stored, and what is left to do before they are complete.

CREATE TABLE `Imported` (
  `id` BINARY(16) NOT NULL,
  `streamId` BIGINT NOT NULL,
  `seq` INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `ImportPending` (
  `conversationId` BIGINT NOT NULL,
  `fromSeq` INTEGER NOT NULL DEFAULT 0,
  `toSeq` INTEGER NOT NULL DEFAULT 0,
  `joinPolicy` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'INVITE_ONLY',
  PRIMARY KEY (`conversationId`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `ImportedRead` (
  `conversationId` BIGINT NOT NULL,
  `userId` BIGINT NOT NULL,
  `seq` INTEGER NOT NULL,
  PRIMARY KEY (`conversationId`, `userId`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
