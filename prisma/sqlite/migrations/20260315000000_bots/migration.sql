-- Bots: users that are programs, and the keys by which they come.

ALTER TABLE "User" ADD COLUMN "bot" BOOLEAN NOT NULL DEFAULT false;
CREATE INDEX "User_bot_id_idx" ON "User" ("bot", "id");
ALTER TABLE "Session" ADD COLUMN "keyDigest" BLOB;
