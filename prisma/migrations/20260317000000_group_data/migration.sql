-- Data: what clients put on groups for each other, as JSON.

ALTER TABLE `Conversation`
  ADD COLUMN `data` TEXT NULL;
