-- Data: what whoever runs the server puts on users for clients, as JSON of up to 1,024 bytes. No TEXT: what is decided before a message goes through a table in memory.

ALTER TABLE `User`
  ADD COLUMN `data` VARCHAR(1024) NULL;

-- Since which reply somebody takes part in a thread; 0: they began it. What an earlier release writes comes last, until they reply again.

ALTER TABLE `ThreadPart`
  ADD COLUMN `sinceSeq` INTEGER NOT NULL DEFAULT 2147483647;

UPDATE `ThreadPart` p
  JOIN (SELECT `conversationId`, `rootSeq`, `senderId`, MIN(`seq`) AS `firstSeq` FROM `Reply` GROUP BY `conversationId`, `rootSeq`, `senderId`) r
    ON r.`conversationId` = p.`conversationId` AND r.`rootSeq` = p.`rootSeq` AND r.`senderId` = p.`userId`
  SET p.`sinceSeq` = r.`firstSeq`;

UPDATE `ThreadPart` p
  JOIN `Message` m ON m.`conversationId` = p.`conversationId` AND m.`seq` = p.`rootSeq` AND m.`senderId` = p.`userId`
  SET p.`sinceSeq` = 0;

CREATE INDEX `ThreadPart_conversationId_rootSeq_sinceSeq_userId_idx` ON `ThreadPart` (`conversationId`, `rootSeq`, `sinceSeq`, `userId`);
