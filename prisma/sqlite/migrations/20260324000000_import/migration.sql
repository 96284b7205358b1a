-- What imports have stored, and what is left to do before they are complete.

CREATE TABLE "Imported" (
  "id" BLOB NOT NULL,
  "streamId" BIGINT NOT NULL,
  "seq" INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY ("id")
);

CREATE TABLE "ImportPending" (
  "conversationId" BIGINT NOT NULL,
  "fromSeq" INTEGER NOT NULL DEFAULT 0,
  "toSeq" INTEGER NOT NULL DEFAULT 0,
  "joinPolicy" TEXT NOT NULL DEFAULT 'INVITE_ONLY',
  PRIMARY KEY ("conversationId")
);

CREATE TABLE "ImportedRead" (
  "conversationId" BIGINT NOT NULL,
  "userId" BIGINT NOT NULL,
  "seq" INTEGER NOT NULL,
  PRIMARY KEY ("conversationId", "userId")
);
