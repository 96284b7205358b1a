-- The models of prisma/sqlite/schema.prisma. SQLite compares text byte by byte, which is what the collations on MySQL come to.
-- Stream.id is INTEGER, not BIGINT: only that is counted by SQLite itself.

CREATE TABLE "Stream" (
  "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  "kind" TEXT NOT NULL,
  "lastSeq" INTEGER NOT NULL DEFAULT 0,
  "lastOrdinal" INTEGER NOT NULL DEFAULT 0,
  "floorSeq" INTEGER NOT NULL DEFAULT 0,
  "jobSeq" INTEGER NOT NULL DEFAULT 0,
  "jobsDue" BOOLEAN NOT NULL DEFAULT false,
  "lastAt" DATETIME NOT NULL,
  "activeAt" DATETIME NOT NULL,
  "createdAt" DATETIME NOT NULL
);

CREATE TABLE "Entry" (
  "streamId" BIGINT NOT NULL,
  "seq" INTEGER NOT NULL,
  "type" TEXT NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "actorId" BIGINT,
  "data" TEXT NOT NULL,
  "timeline" BOOLEAN NOT NULL DEFAULT false,
  "at" DATETIME NOT NULL,
  PRIMARY KEY ("streamId", "seq")
);
CREATE INDEX "Entry_streamId_timeline_seq_idx" ON "Entry" ("streamId", "timeline", "seq");

CREATE TABLE "Message" (
  "conversationId" BIGINT NOT NULL,
  "seq" INTEGER NOT NULL,
  "ordinal" INTEGER NOT NULL,
  "senderId" BIGINT NOT NULL,
  "clientMessageId" TEXT NOT NULL,
  "fingerprint" BLOB NOT NULL,
  "text" TEXT NOT NULL,
  "replyToSeq" INTEGER,
  "threadRootSeq" INTEGER,
  "threadOrdinal" INTEGER,
  "mentionsEveryone" BOOLEAN NOT NULL DEFAULT false,
  "sentAt" DATETIME NOT NULL,
  "editedAt" DATETIME,
  "recalledAt" DATETIME,
  "pinnedAt" DATETIME,
  PRIMARY KEY ("conversationId", "seq")
);
CREATE UNIQUE INDEX "Message_senderId_clientMessageId_key" ON "Message" ("senderId", "clientMessageId");
CREATE INDEX "Message_conversationId_senderId_seq_idx" ON "Message" ("conversationId", "senderId", "seq");

CREATE TABLE "User" (
  "id" BIGINT NOT NULL,
  "handle" TEXT NOT NULL,
  "displayName" TEXT NOT NULL,
  "avatarUrl" TEXT,
  "bio" TEXT,
  "passwordHash" TEXT NOT NULL,
  "messagesFrom" TEXT NOT NULL DEFAULT 'EVERYONE',
  "state" TEXT NOT NULL DEFAULT 'ACTIVE',
  "createdAt" DATETIME NOT NULL,
  PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "User_handle_key" ON "User" ("handle");

CREATE TABLE "UserTerm" (
  "term" TEXT NOT NULL,
  "userId" BIGINT NOT NULL,
  PRIMARY KEY ("term", "userId")
);
CREATE INDEX "UserTerm_userId_term_idx" ON "UserTerm" ("userId", "term");

CREATE TABLE "Session" (
  "id" BLOB NOT NULL,
  "userId" BIGINT NOT NULL,
  "deviceName" TEXT NOT NULL,
  "generation" INTEGER NOT NULL DEFAULT 1,
  "rotatedAt" DATETIME NOT NULL,
  "createdAt" DATETIME NOT NULL,
  "lastSeenAt" DATETIME NOT NULL,
  "expiresAt" DATETIME NOT NULL,
  "endedAt" DATETIME,
  PRIMARY KEY ("id")
);
CREATE INDEX "Session_userId_endedAt_idx" ON "Session" ("userId", "endedAt");

CREATE TABLE "Contact" (
  "userId" BIGINT NOT NULL,
  "otherId" BIGINT NOT NULL,
  "state" TEXT NOT NULL,
  "alias" TEXT,
  "since" DATETIME NOT NULL,
  PRIMARY KEY ("userId", "otherId")
);
CREATE INDEX "Contact_userId_state_since_otherId_idx" ON "Contact" ("userId", "state", "since", "otherId");

CREATE TABLE "ContactRequest" (
  "fromId" BIGINT NOT NULL,
  "toId" BIGINT NOT NULL,
  "fromState" TEXT NOT NULL,
  "toState" TEXT NOT NULL,
  "note" TEXT,
  "createdAt" DATETIME NOT NULL,
  PRIMARY KEY ("fromId", "toId")
);
CREATE INDEX "ContactRequest_fromId_fromState_createdAt_toId_idx" ON "ContactRequest" ("fromId", "fromState", "createdAt", "toId");
CREATE INDEX "ContactRequest_toId_toState_createdAt_fromId_idx" ON "ContactRequest" ("toId", "toState", "createdAt", "fromId");

CREATE TABLE "Conversation" (
  "id" BIGINT NOT NULL,
  "kind" TEXT NOT NULL,
  "directKey" TEXT,
  "name" TEXT,
  "description" TEXT,
  "announcement" TEXT,
  "avatarUrl" TEXT,
  "joinPolicy" TEXT NOT NULL DEFAULT 'INVITE_ONLY',
  "invitePolicy" TEXT NOT NULL DEFAULT 'ADMINS',
  "postPolicy" TEXT NOT NULL DEFAULT 'EVERYONE',
  "slowModeSeconds" INTEGER NOT NULL DEFAULT 0,
  "mutedUntil" DATETIME,
  "ownerId" BIGINT,
  "memberCount" INTEGER NOT NULL DEFAULT 0,
  "createdById" BIGINT NOT NULL,
  "clientGroupId" TEXT,
  "createdAt" DATETIME NOT NULL,
  "dissolvedAt" DATETIME,
  PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "Conversation_directKey_key" ON "Conversation" ("directKey");
CREATE UNIQUE INDEX "Conversation_createdById_clientGroupId_key" ON "Conversation" ("createdById", "clientGroupId");

CREATE TABLE "Membership" (
  "conversationId" BIGINT NOT NULL,
  "userId" BIGINT NOT NULL,
  "state" TEXT NOT NULL,
  "role" TEXT NOT NULL,
  "fromSeq" INTEGER NOT NULL,
  "untilSeq" INTEGER,
  "shown" BOOLEAN NOT NULL DEFAULT true,
  "joinedAt" DATETIME NOT NULL,
  "nickname" TEXT,
  "mutedUntil" DATETIME,
  "notificationLevel" TEXT NOT NULL DEFAULT 'ALL',
  "deliveredSeq" INTEGER NOT NULL DEFAULT 0,
  "readSeq" INTEGER NOT NULL DEFAULT 0,
  "markedUnreadFromSeq" INTEGER,
  PRIMARY KEY ("conversationId", "userId")
);
CREATE INDEX "Membership_userId_state_conversationId_idx" ON "Membership" ("userId", "state", "conversationId");
CREATE INDEX "Membership_conversationId_state_fromSeq_userId_idx" ON "Membership" ("conversationId", "state", "fromSeq", "userId");

CREATE TABLE "ServerKey" (
  "id" TEXT NOT NULL,
  "secret" TEXT NOT NULL,
  "createdAt" DATETIME NOT NULL,
  PRIMARY KEY ("id")
);

CREATE TABLE "Deployment" (
  "id" INTEGER NOT NULL,
  "epoch" TEXT NOT NULL,
  "createdAt" DATETIME NOT NULL,
  PRIMARY KEY ("id")
);
