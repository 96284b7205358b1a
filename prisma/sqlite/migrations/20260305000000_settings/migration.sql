-- What operators change while nodes run, and who they are.

ALTER TABLE "User" ADD COLUMN "role" TEXT NOT NULL DEFAULT 'USER';

CREATE TABLE "SettingsVersion" (
  "version" INTEGER NOT NULL,
  "document" TEXT NOT NULL,
  "actorId" BIGINT,
  "note" TEXT,
  "rolledBackTo" INTEGER,
  "at" DATETIME NOT NULL,
  PRIMARY KEY ("version")
);
