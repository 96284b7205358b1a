-- What people have written to be said later.

CREATE TABLE "ScheduledMessage" (
  "id" BLOB NOT NULL,
  "userId" BIGINT NOT NULL,
  "conversationId" BIGINT NOT NULL,
  "clientMessageId" TEXT NOT NULL,
  "fingerprint" BLOB NOT NULL,
  "firstSendAt" DATETIME NOT NULL,
  "text" TEXT NOT NULL,
  "replyToSeq" INTEGER,
  "threadRootSeq" INTEGER,
  "mentionsEveryone" BOOLEAN NOT NULL DEFAULT false,
  "mentionIds" TEXT,
  "attachments" TEXT,
  "data" TEXT,
  "sendAt" DATETIME NOT NULL,
  "createdAt" DATETIME NOT NULL,
  "refusalCode" TEXT,
  "refusalText" TEXT,
  PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "ScheduledMessage_userId_clientMessageId_key" ON "ScheduledMessage" ("userId", "clientMessageId");
CREATE INDEX "ScheduledMessage_userId_sendAt_id_idx" ON "ScheduledMessage" ("userId", "sendAt", "id");
CREATE INDEX "ScheduledMessage_userId_conversationId_sendAt_id_idx" ON "ScheduledMessage" ("userId", "conversationId", "sendAt", "id");
