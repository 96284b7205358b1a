-- Attachments: links to files that are kept elsewhere, on messages and in what they said before. Reports keep them beside the text.

ALTER TABLE `Message`
  ADD COLUMN `attachments` MEDIUMTEXT NULL;

ALTER TABLE `MessageEdit`
  ADD COLUMN `attachments` MEDIUMTEXT NULL;

ALTER TABLE `ModerationItem`
  MODIFY COLUMN `text` MEDIUMTEXT NULL;

ALTER TABLE `ModerationReport`
  MODIFY COLUMN `text` MEDIUMTEXT NULL;
