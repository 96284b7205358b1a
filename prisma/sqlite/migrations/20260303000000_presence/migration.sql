-- Presence: how users wish to be seen and when they last were; kinds of devices.

ALTER TABLE "User" ADD COLUMN "hidesLastSeen" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "Session" ADD COLUMN "deviceKind" TEXT NOT NULL DEFAULT 'OTHER';

CREATE TABLE "Presence" (
  "userId" BIGINT NOT NULL PRIMARY KEY,
  "choice" TEXT NOT NULL DEFAULT 'ONLINE',
  "statusText" TEXT,
  "statusUntil" DATETIME,
  "lastSeenAt" DATETIME
);
