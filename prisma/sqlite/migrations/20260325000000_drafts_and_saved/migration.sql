-- What people keep for themselves: what they have begun to write, and messages that they have saved.

CREATE TABLE "Draft" (
  "userId" BIGINT NOT NULL,
  "conversationId" BIGINT NOT NULL,
  "threadRootSeq" INTEGER NOT NULL,
  "text" TEXT NOT NULL,
  "replyToSeq" INTEGER,
  "data" TEXT,
  "writtenAt" DATETIME NOT NULL,
  "savedAt" DATETIME,
  "joinedSeq" INTEGER NOT NULL,
  "tellAt" DATETIME,
  PRIMARY KEY ("userId", "conversationId", "threadRootSeq")
);
CREATE INDEX "Draft_userId_savedAt_conversationId_threadRootSeq_idx" ON "Draft" ("userId", "savedAt", "conversationId", "threadRootSeq");

CREATE TABLE "SavedMessage" (
  "userId" BIGINT NOT NULL,
  "conversationId" BIGINT NOT NULL,
  "seq" INTEGER NOT NULL,
  "note" TEXT,
  "savedAt" DATETIME NOT NULL,
  "joinedSeq" INTEGER NOT NULL,
  PRIMARY KEY ("userId", "conversationId", "seq")
);
CREATE INDEX "SavedMessage_userId_savedAt_conversationId_seq_idx" ON "SavedMessage" ("userId", "savedAt", "conversationId", "seq");
CREATE INDEX "SavedMessage_userId_conversationId_savedAt_seq_idx" ON "SavedMessage" ("userId", "conversationId", "savedAt", "seq");
CREATE INDEX "SavedMessage_conversationId_seq_idx" ON "SavedMessage" ("conversationId", "seq");
