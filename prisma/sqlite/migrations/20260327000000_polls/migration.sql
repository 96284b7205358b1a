-- Polls: what a message asks, when that was closed, and who has chosen what.

ALTER TABLE "Message" ADD COLUMN "poll" TEXT;
ALTER TABLE "Message" ADD COLUMN "pollClosedAt" DATETIME;

CREATE TABLE "PollVote" (
  "conversationId" BIGINT NOT NULL,
  "messageSeq" INTEGER NOT NULL,
  "choice" INTEGER NOT NULL,
  "userId" BIGINT NOT NULL,
  PRIMARY KEY ("conversationId", "messageSeq", "choice", "userId")
);
