-- What becomes of messages: edits, mentions, threads, reactions, pins, what somebody hides for themselves; and the marks of commits.

ALTER TABLE "Message" DROP COLUMN "threadOrdinal";
ALTER TABLE "Message" ADD COLUMN "mentionIds" TEXT;
ALTER TABLE "Message" ADD COLUMN "replyCount" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "Message" ADD COLUMN "hasReactions" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "Message" ADD COLUMN "originId" BIGINT;
ALTER TABLE "Message" ADD COLUMN "originName" TEXT;
ALTER TABLE "Stream" ADD COLUMN "lastSenderId" BIGINT;
ALTER TABLE "Stream" ADD COLUMN "lastMessageSeq" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "Stream" ADD COLUMN "otherMessageSeq" INTEGER NOT NULL DEFAULT 0;
UPDATE "Stream" SET
  "lastMessageSeq" = COALESCE((SELECT MAX(m.seq) FROM "Message" m WHERE m.conversationId = "Stream".id), 0);
UPDATE "Stream" SET
  "lastSenderId" = (SELECT m.senderId FROM "Message" m WHERE m.conversationId = "Stream".id AND m.seq = "Stream".lastMessageSeq);
UPDATE "Stream" SET
  "otherMessageSeq" = COALESCE(
    (SELECT MAX(m.seq) FROM "Message" m WHERE m.conversationId = "Stream".id AND m.senderId <> "Stream".lastSenderId), 0);
ALTER TABLE "User" ADD COLUMN "privateMode" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "Conversation" ADD COLUMN "pinPolicy" TEXT NOT NULL DEFAULT 'ADMINS';
ALTER TABLE "Conversation" ADD COLUMN "mentionPolicy" TEXT NOT NULL DEFAULT 'ADMINS';
ALTER TABLE "Membership" ADD COLUMN "clearedSeq" INTEGER NOT NULL DEFAULT 0;

CREATE TABLE "MessageEdit" (
  "conversationId" BIGINT NOT NULL,
  "messageSeq" INTEGER NOT NULL,
  "seq" INTEGER NOT NULL,
  "text" TEXT NOT NULL,
  "editedAt" DATETIME NOT NULL,
  PRIMARY KEY ("conversationId", "messageSeq", "seq")
);

CREATE TABLE "Mention" (
  "conversationId" BIGINT NOT NULL,
  "userId" BIGINT NOT NULL,
  "seq" INTEGER NOT NULL,
  "messageSeq" INTEGER NOT NULL,
  "byId" BIGINT NOT NULL,
  PRIMARY KEY ("conversationId", "userId", "seq")
);
CREATE INDEX "Mention_conversationId_messageSeq_idx" ON "Mention" ("conversationId", "messageSeq");

CREATE TABLE "Reply" (
  "conversationId" BIGINT NOT NULL,
  "rootSeq" INTEGER NOT NULL,
  "seq" INTEGER NOT NULL,
  "senderId" BIGINT NOT NULL,
  PRIMARY KEY ("conversationId", "rootSeq", "seq")
);

CREATE TABLE "ThreadPart" (
  "userId" BIGINT NOT NULL,
  "conversationId" BIGINT NOT NULL,
  "rootSeq" INTEGER NOT NULL,
  "readSeq" INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY ("userId", "conversationId", "rootSeq")
);

CREATE TABLE "Reaction" (
  "conversationId" BIGINT NOT NULL,
  "messageSeq" INTEGER NOT NULL,
  "emoji" TEXT NOT NULL,
  "userId" BIGINT NOT NULL,
  "seq" INTEGER NOT NULL,
  PRIMARY KEY ("conversationId", "messageSeq", "emoji", "userId")
);

CREATE TABLE "Pin" (
  "conversationId" BIGINT NOT NULL,
  "seq" INTEGER NOT NULL,
  "messageSeq" INTEGER NOT NULL,
  PRIMARY KEY ("conversationId", "seq")
);

CREATE TABLE "HiddenMessage" (
  "userId" BIGINT NOT NULL,
  "conversationId" BIGINT NOT NULL,
  "seq" INTEGER NOT NULL,
  "own" BOOLEAN NOT NULL,
  PRIMARY KEY ("userId", "conversationId", "seq")
);

CREATE TABLE "Commit" (
  "id" BLOB NOT NULL,
  "at" DATETIME NOT NULL,
  PRIMARY KEY ("id")
);
