-- What admins are to look at, and the words that people are not to use.

ALTER TABLE "Deployment" ADD COLUMN "wordsVersion" INTEGER NOT NULL DEFAULT 0;

CREATE TABLE "ModerationItem" (
  "id" BLOB NOT NULL,
  "kind" TEXT NOT NULL,
  "openTarget" TEXT,
  "streamId" BIGINT NOT NULL,
  "seq" INTEGER,
  "userId" BIGINT,
  "text" TEXT,
  "state" TEXT NOT NULL,
  "createdAt" DATETIME NOT NULL,
  "resolvedAt" DATETIME,
  "resolvedById" BIGINT,
  "action" TEXT,
  "note" TEXT,
  PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "ModerationItem_openTarget_key" ON "ModerationItem" ("openTarget");
CREATE INDEX "ModerationItem_state_id_idx" ON "ModerationItem" ("state", "id");
CREATE INDEX "ModerationItem_state_kind_id_idx" ON "ModerationItem" ("state", "kind", "id");
CREATE INDEX "ModerationItem_userId_id_idx" ON "ModerationItem" ("userId", "id");

CREATE TABLE "ModerationReport" (
  "itemId" BLOB NOT NULL,
  "reporterId" BIGINT NOT NULL,
  "reason" TEXT NOT NULL,
  "note" TEXT,
  "text" TEXT,
  "words" TEXT,
  "at" DATETIME NOT NULL,
  PRIMARY KEY ("itemId", "reporterId")
);
CREATE INDEX "ModerationReport_itemId_at_reporterId_idx" ON "ModerationReport" ("itemId", "at", "reporterId");
CREATE INDEX "ModerationReport_reporterId_itemId_idx" ON "ModerationReport" ("reporterId", "itemId");

CREATE TABLE "BlockedWordList" (
  "name" TEXT NOT NULL,
  "action" TEXT NOT NULL,
  "enabled" BOOLEAN NOT NULL,
  "wholeWords" BOOLEAN NOT NULL,
  "words" TEXT NOT NULL,
  "wordCount" INTEGER NOT NULL,
  "bytes" INTEGER NOT NULL,
  "updatedAt" DATETIME NOT NULL,
  "updatedById" BIGINT,
  PRIMARY KEY ("name")
);
