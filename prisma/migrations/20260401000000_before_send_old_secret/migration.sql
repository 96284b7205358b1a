-- The former secret of the app that is asked before a message is stored, which signs along until its time is over.

ALTER TABLE `BeforeSend`
  ADD COLUMN `oldSecret` VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN `oldSecretUntil` DATETIME(3) NULL;
