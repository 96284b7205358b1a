-- The directory: groups that anybody may find, and by what.

ALTER TABLE "Conversation" ADD COLUMN "listed" BOOLEAN NOT NULL DEFAULT false;

CREATE TABLE "GroupTerm" (
  "term" TEXT NOT NULL,
  "conversationId" BIGINT NOT NULL,
  PRIMARY KEY ("term", "conversationId")
);
CREATE INDEX "GroupTerm_conversationId_term_idx" ON "GroupTerm" ("conversationId", "term");
