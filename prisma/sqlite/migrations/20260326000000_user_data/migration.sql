-- Data: what whoever runs the server puts on users for clients, as JSON of up to 1,024 bytes.

ALTER TABLE "User" ADD COLUMN "data" TEXT;

-- Since which reply somebody takes part in a thread; 0: they began it.

ALTER TABLE "ThreadPart" ADD COLUMN "sinceSeq" INTEGER NOT NULL DEFAULT 2147483647;

UPDATE "ThreadPart" SET "sinceSeq" = r."firstSeq"
  FROM (SELECT "conversationId", "rootSeq", "senderId", MIN("seq") AS "firstSeq" FROM "Reply" GROUP BY "conversationId", "rootSeq", "senderId") r
  WHERE r."conversationId" = "ThreadPart"."conversationId" AND r."rootSeq" = "ThreadPart"."rootSeq" AND r."senderId" = "ThreadPart"."userId";

UPDATE "ThreadPart" SET "sinceSeq" = 0
  WHERE EXISTS (SELECT 1 FROM "Message" m
    WHERE m."conversationId" = "ThreadPart"."conversationId" AND m."seq" = "ThreadPart"."rootSeq" AND m."senderId" = "ThreadPart"."userId");

CREATE INDEX "ThreadPart_conversationId_rootSeq_sinceSeq_userId_idx" ON "ThreadPart" ("conversationId", "rootSeq", "sinceSeq", "userId");
