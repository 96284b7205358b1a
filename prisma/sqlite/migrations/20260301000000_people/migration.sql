-- People and groups in full: blocks, handles kept back, exports, requests to join, invitations; and jobs.

ALTER TABLE "Stream" ADD COLUMN "changedSeq" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "ContactRequest" ADD COLUMN "message" TEXT;
ALTER TABLE "Conversation" ADD COLUMN "history" TEXT NOT NULL DEFAULT 'JOINING';
ALTER TABLE "Membership" ADD COLUMN "shownDeliveredSeq" INTEGER;
ALTER TABLE "Membership" ADD COLUMN "shownReadSeq" INTEGER;
ALTER TABLE "Membership" ADD COLUMN "blocks" BOOLEAN NOT NULL DEFAULT false;

-- Until now everybody could read from their joining on.
ALTER TABLE "Membership" ADD COLUMN "joinedSeq" INTEGER NOT NULL DEFAULT 0;
UPDATE "Membership" SET "joinedSeq" = "fromSeq";
DROP INDEX "Membership_conversationId_state_fromSeq_userId_idx";
CREATE INDEX "Membership_conversationId_state_joinedSeq_userId_idx" ON "Membership" ("conversationId", "state", "joinedSeq", "userId");
CREATE INDEX "Membership_conversationId_role_state_userId_idx" ON "Membership" ("conversationId", "role", "state", "userId");

CREATE TABLE "Block" (
  "userId" BIGINT NOT NULL,
  "otherId" BIGINT NOT NULL,
  "state" TEXT NOT NULL,
  "since" DATETIME NOT NULL,
  PRIMARY KEY ("userId", "otherId")
);
CREATE INDEX "Block_userId_state_since_otherId_idx" ON "Block" ("userId", "state", "since", "otherId");
CREATE INDEX "Block_otherId_state_userId_idx" ON "Block" ("otherId", "state", "userId");

CREATE TABLE "HandleHold" (
  "handle" TEXT NOT NULL,
  "userId" BIGINT NOT NULL,
  "until" DATETIME NOT NULL,
  PRIMARY KEY ("handle")
);
CREATE INDEX "HandleHold_userId_idx" ON "HandleHold" ("userId");

CREATE TABLE "DataExport" (
  "id" BLOB NOT NULL,
  "userId" BIGINT NOT NULL,
  "state" TEXT NOT NULL,
  "createdAt" DATETIME NOT NULL,
  "readyAt" DATETIME,
  "expiresAt" DATETIME,
  "bytes" INTEGER NOT NULL DEFAULT 0,
  "attempt" INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY ("id")
);
CREATE INDEX "DataExport_userId_state_createdAt_idx" ON "DataExport" ("userId", "state", "createdAt");

CREATE TABLE "DataExportPart" (
  "exportId" BLOB NOT NULL,
  "part" INTEGER NOT NULL,
  "content" BLOB NOT NULL,
  PRIMARY KEY ("exportId", "part")
);

CREATE TABLE "JoinRequest" (
  "conversationId" BIGINT NOT NULL,
  "userId" BIGINT NOT NULL,
  "state" TEXT NOT NULL,
  "note" TEXT,
  "createdAt" DATETIME NOT NULL,
  PRIMARY KEY ("conversationId", "userId")
);
CREATE INDEX "JoinRequest_conversationId_state_createdAt_userId_idx" ON "JoinRequest" ("conversationId", "state", "createdAt", "userId");
CREATE INDEX "JoinRequest_userId_state_idx" ON "JoinRequest" ("userId", "state");

CREATE TABLE "GroupInvite" (
  "id" BLOB NOT NULL,
  "conversationId" BIGINT NOT NULL,
  "code" TEXT NOT NULL,
  "createdById" BIGINT NOT NULL,
  "createdAt" DATETIME NOT NULL,
  "expiresAt" DATETIME,
  "usesLeft" INTEGER,
  "revokedAt" DATETIME,
  PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "GroupInvite_code_key" ON "GroupInvite" ("code");
CREATE INDEX "GroupInvite_conversationId_revokedAt_id_idx" ON "GroupInvite" ("conversationId", "revokedAt", "id");

CREATE TABLE "Job" (
  "id" BLOB NOT NULL,
  "kind" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "data" TEXT NOT NULL,
  "dueAt" DATETIME NOT NULL,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "state" TEXT NOT NULL DEFAULT 'PENDING',
  "failure" TEXT,
  "createdAt" DATETIME NOT NULL,
  PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "Job_kind_key_key" ON "Job" ("kind", "key");
CREATE INDEX "Job_state_dueAt_id_idx" ON "Job" ("state", "dueAt", "id");

-- Requests that were made before end by themselves too. Each is looked at once on the first start: it is over, or is left until the day on which it will be.
INSERT INTO "Job" ("id", "kind", "key", "data", "dueAt", "createdAt")
SELECT randomblob(16), 'ContactRequestExpired', "fromId" || ':' || "toId",
  '{"fromId":"' || "fromId" || '","toId":"' || "toId" || '"}', "createdAt", "createdAt"
FROM "ContactRequest" WHERE "fromState" = 'PENDING';
