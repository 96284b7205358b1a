-- Push: where users are told of what comes while they are away, when not, and what they are still to be told.

CREATE TABLE "PushDevice" (
  "sessionId" BLOB NOT NULL,
  "userId" BIGINT NOT NULL,
  "kind" TEXT NOT NULL,
  "addressHash" BLOB NOT NULL,
  "address" TEXT NOT NULL,
  "p256dh" TEXT,
  "auth" TEXT,
  "vapidKey" TEXT,
  "createdAt" DATETIME NOT NULL,
  PRIMARY KEY ("sessionId")
);
CREATE UNIQUE INDEX "PushDevice_addressHash_key" ON "PushDevice" ("addressHash");
CREATE INDEX "PushDevice_userId_idx" ON "PushDevice" ("userId");

CREATE TABLE "QuietHours" (
  "userId" BIGINT NOT NULL,
  "startMinute" INTEGER NOT NULL,
  "endMinute" INTEGER NOT NULL,
  "timeZone" TEXT NOT NULL,
  "days" INTEGER NOT NULL DEFAULT 127,
  PRIMARY KEY ("userId")
);

CREATE TABLE "PushDue" (
  "conversationId" BIGINT NOT NULL,
  "fromSeq" INTEGER NOT NULL,
  "seq" INTEGER NOT NULL,
  "dueAt" DATETIME NOT NULL,
  PRIMARY KEY ("conversationId")
);
CREATE INDEX "PushDue_dueAt_idx" ON "PushDue" ("dueAt");

CREATE TABLE "PushDelivery" (
  "sessionId" BLOB NOT NULL,
  "subject" TEXT NOT NULL,
  "userId" BIGINT NOT NULL,
  "fromSeq" INTEGER NOT NULL DEFAULT 0,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "dueAt" DATETIME NOT NULL,
  "expiresAt" DATETIME NOT NULL,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "claim" BLOB,
  PRIMARY KEY ("sessionId", "subject")
);
CREATE INDEX "PushDelivery_dueAt_idx" ON "PushDelivery" ("dueAt");
CREATE INDEX "PushDelivery_claim_idx" ON "PushDelivery" ("claim");
CREATE INDEX "PushDelivery_userId_idx" ON "PushDelivery" ("userId");

ALTER TABLE "Membership" ADD COLUMN "silentUntil" DATETIME;
