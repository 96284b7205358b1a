-- What is said later may ask: its poll is kept as that of a message is.

ALTER TABLE "ScheduledMessage" ADD COLUMN "poll" TEXT;
