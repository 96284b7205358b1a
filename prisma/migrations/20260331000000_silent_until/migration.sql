-- Until when a user gets no push.

ALTER TABLE `User`
  ADD COLUMN `silentUntil` DATETIME(3) NULL;
