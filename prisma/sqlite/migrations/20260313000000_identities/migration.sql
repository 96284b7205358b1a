-- Accounts that people have elsewhere, by which they sign in.

CREATE TABLE "Identity" (
  "issuer" TEXT NOT NULL,
  "subject" TEXT NOT NULL,
  "userId" BIGINT NOT NULL,
  "createdAt" DATETIME NOT NULL,
  PRIMARY KEY ("issuer", "subject")
);
CREATE INDEX "Identity_userId_idx" ON "Identity" ("userId");
