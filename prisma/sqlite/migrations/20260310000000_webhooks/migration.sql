-- Where apps are told what happens, what they have not been told, and who is asked before something is said.

CREATE TABLE "Webhook" (
  "id" BLOB NOT NULL,
  "url" TEXT NOT NULL,
  "description" TEXT NOT NULL,
  "events" TEXT NOT NULL,
  "secret" TEXT NOT NULL,
  "oldSecret" TEXT,
  "oldSecretUntil" DATETIME,
  "createdAt" DATETIME NOT NULL,
  "fromAt" DATETIME NOT NULL,
  "state" TEXT NOT NULL,
  "disabledAt" DATETIME,
  "disabledWhy" TEXT,
  "failures" INTEGER NOT NULL DEFAULT 0,
  "failingSince" DATETIME,
  "lastSuccessAt" DATETIME,
  "lastFailureAt" DATETIME,
  "lastFailure" TEXT,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "retryAt" DATETIME,
  PRIMARY KEY ("id")
);

CREATE TABLE "WebhookBacklog" (
  "streamId" BIGINT NOT NULL,
  "webhookId" BLOB NOT NULL,
  "kind" TEXT NOT NULL,
  "nextSeq" INTEGER NOT NULL,
  "upToSeq" INTEGER NOT NULL,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "failingSince" DATETIME,
  "dueAt" DATETIME NOT NULL,
  PRIMARY KEY ("streamId", "webhookId")
);
CREATE INDEX "WebhookBacklog_webhookId_dueAt_streamId_idx" ON "WebhookBacklog" ("webhookId", "dueAt", "streamId");

CREATE TABLE "BeforeSend" (
  "id" INTEGER NOT NULL,
  "url" TEXT NOT NULL,
  "secret" TEXT NOT NULL,
  "deadlineMs" INTEGER NOT NULL,
  "onFailure" TEXT NOT NULL,
  "conversations" TEXT NOT NULL,
  "changedAt" DATETIME NOT NULL,
  PRIMARY KEY ("id")
);
