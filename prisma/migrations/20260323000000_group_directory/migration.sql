-- The directory: groups that anybody may find, and by what.

ALTER TABLE `Conversation`
  ADD COLUMN `listed` BOOLEAN NOT NULL DEFAULT false;

CREATE TABLE `GroupTerm` (
  `term` VARCHAR(64) CHARACTER SET utf8mb4 /*!80017 COLLATE utf8mb4_0900_bin */ /*M! COLLATE utf8mb4_nopad_bin */ NOT NULL,
  `conversationId` BIGINT NOT NULL,
  PRIMARY KEY (`term`, `conversationId`),
  INDEX `GroupTerm_conversationId_term_idx` (`conversationId`, `term`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
