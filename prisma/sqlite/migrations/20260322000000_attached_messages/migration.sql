-- Which messages have files of which kind attached, so that those of a conversation are found without reading all that was said.

CREATE TABLE "AttachedMessage" (
  "conversationId" BIGINT NOT NULL,
  "kind" INTEGER NOT NULL,
  "seq" INTEGER NOT NULL,
  PRIMARY KEY ("conversationId", "kind", "seq")
);

-- A worker enters what was said before. Where nobody is, nothing was.
INSERT OR IGNORE INTO "Job" ("id", "kind", "key", "data", "dueAt", "createdAt")
SELECT randomblob(16), 'AttachmentRound', 'all', '{"after":"0","seq":0,"round":0}',
  strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'), strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')
FROM (SELECT "id" FROM "User" ORDER BY "id" LIMIT 1);
