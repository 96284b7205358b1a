-- What operators do, and who may not sign in.

CREATE TABLE "AuditEntry" (
  "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  "at" DATETIME NOT NULL,
  "actorId" BIGINT NOT NULL,
  "actorName" TEXT NOT NULL,
  "origin" TEXT NOT NULL,
  "action" TEXT NOT NULL,
  "arguments" TEXT NOT NULL,
  "target" TEXT,
  "was" TEXT,
  "became" TEXT,
  "outcome" TEXT NOT NULL,
  "code" TEXT,
  "endedAt" DATETIME
);
CREATE INDEX "AuditEntry_at_id_idx" ON "AuditEntry" ("at", "id");
CREATE INDEX "AuditEntry_actorId_at_id_idx" ON "AuditEntry" ("actorId", "at", "id");
CREATE INDEX "AuditEntry_action_at_id_idx" ON "AuditEntry" ("action", "at", "id");
CREATE INDEX "AuditEntry_target_at_id_idx" ON "AuditEntry" ("target", "at", "id");

ALTER TABLE "User" ADD COLUMN "suspendedUntil" DATETIME;
CREATE INDEX "User_state_id_idx" ON "User" ("state", "id");
CREATE INDEX "User_role_id_idx" ON "User" ("role", "id");

CREATE TABLE "Suspension" (
  "userId" BIGINT NOT NULL,
  "reason" TEXT NOT NULL,
  "since" DATETIME NOT NULL,
  "until" DATETIME,
  "byId" BIGINT,
  PRIMARY KEY ("userId")
);
