-- For how many days conversations keep their history, where that is limited for one of them.

ALTER TABLE `Conversation`
  ADD COLUMN `historyDays` INTEGER NULL;

CREATE INDEX `Conversation_historyDays_idx` ON `Conversation`(`historyDays`);
