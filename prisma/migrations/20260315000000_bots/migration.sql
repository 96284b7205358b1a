-- Bots: users that are programs, and the keys by which they come.

ALTER TABLE `User`
  ADD COLUMN `bot` BOOLEAN NOT NULL DEFAULT false,
  ADD INDEX `User_bot_id_idx` (`bot`, `id`);

ALTER TABLE `Session`
  ADD COLUMN `keyDigest` BINARY(32) NULL;
