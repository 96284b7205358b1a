-- Data: what clients put on messages for each other, as JSON, and in what they said before.

ALTER TABLE `Message`
  ADD COLUMN `data` TEXT NULL;

ALTER TABLE `MessageEdit`
  ADD COLUMN `data` TEXT NULL;
