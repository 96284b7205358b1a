-- Accounts that people have elsewhere, by which they sign in.

CREATE TABLE `Identity` (
  `issuer` VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `subject` VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `userId` BIGINT NOT NULL,
  `createdAt` DATETIME(3) NOT NULL,
  PRIMARY KEY (`issuer`, `subject`),
  INDEX `Identity_userId_idx` (`userId`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
