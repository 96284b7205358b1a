-- What members have pinned, and what they have put away, among their conversations.

ALTER TABLE "Membership" ADD COLUMN "pinned" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "Membership" ADD COLUMN "archived" BOOLEAN NOT NULL DEFAULT false;
