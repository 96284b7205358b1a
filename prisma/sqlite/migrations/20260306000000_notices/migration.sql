-- What operators tell users, and the stream that everybody follows.

-- The server's stream is number 0, which no other can have: nobody has to look it up, and those that are numbered by themselves go on as they did.
INSERT INTO "Stream" ("id", "kind", "lastAt", "activeAt", "createdAt")
VALUES (
  0,
  'SERVER',
  strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'),
  strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'),
  strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')
);

ALTER TABLE "User" ADD COLUMN "noticesAfterSeq" INTEGER NOT NULL DEFAULT 0;

CREATE TABLE "Notice" (
  "id" BLOB NOT NULL,
  "title" TEXT NOT NULL,
  "body" TEXT NOT NULL,
  "audience" TEXT NOT NULL,
  "state" TEXT NOT NULL,
  "createdById" BIGINT,
  "clientNoticeId" TEXT,
  "createdAt" DATETIME NOT NULL,
  "postAt" DATETIME NOT NULL,
  "postedAt" DATETIME,
  "revokedAt" DATETIME,
  "seq" INTEGER,
  PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "Notice_createdById_clientNoticeId_key" ON "Notice" ("createdById", "clientNoticeId");
CREATE INDEX "Notice_audience_state_postedAt_id_idx" ON "Notice" ("audience", "state", "postedAt", "id");

CREATE TABLE "NoticeRecipient" (
  "noticeId" BLOB NOT NULL,
  "userId" BIGINT NOT NULL,
  "state" TEXT NOT NULL DEFAULT 'WAITING',
  "postedAt" DATETIME,
  PRIMARY KEY ("noticeId", "userId")
);
CREATE INDEX "NoticeRecipient_userId_state_postedAt_noticeId_idx" ON "NoticeRecipient" ("userId", "state", "postedAt", "noticeId");
