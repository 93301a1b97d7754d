-- CreateTable
CREATE TABLE "user" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "emailVerified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "username" TEXT,
    "displayUsername" TEXT
);

-- CreateTable
CREATE TABLE "session" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "expiresAt" DATETIME NOT NULL,
    "token" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "ipAddress" TEXT,
    "userAgent" TEXT,
    "userId" TEXT NOT NULL,
    CONSTRAINT "session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "account" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "accountId" TEXT NOT NULL,
    "providerId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "accessToken" TEXT,
    "refreshToken" TEXT,
    "idToken" TEXT,
    "accessTokenExpiresAt" DATETIME,
    "refreshTokenExpiresAt" DATETIME,
    "scope" TEXT,
    "password" TEXT,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "account_userId_fkey" FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "verification" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "event" (
    "cursor" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "engineCursor" BIGINT NOT NULL,
    "at" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "objectId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "tenant" TEXT NOT NULL,
    "attributes" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "journal_position" (
    "source" TEXT NOT NULL PRIMARY KEY,
    "cursor" BIGINT NOT NULL
);

-- CreateTable
CREATE TABLE "metric_subject" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "scope" TEXT NOT NULL,
    "key" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "metric_minute" (
    "subjectId" INTEGER NOT NULL,
    "at" BIGINT NOT NULL,
    "samples" INTEGER NOT NULL,
    "figures" BLOB NOT NULL,

    PRIMARY KEY ("subjectId", "at"),
    CONSTRAINT "metric_minute_subjectId_fkey" FOREIGN KEY ("subjectId") REFERENCES "metric_subject" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "metric_quarter" (
    "subjectId" INTEGER NOT NULL,
    "at" BIGINT NOT NULL,
    "samples" INTEGER NOT NULL,
    "figures" BLOB NOT NULL,

    PRIMARY KEY ("subjectId", "at"),
    CONSTRAINT "metric_quarter_subjectId_fkey" FOREIGN KEY ("subjectId") REFERENCES "metric_subject" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "metric_mark" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "at" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "deltaMs" BIGINT NOT NULL
);

-- CreateIndex
CREATE UNIQUE INDEX "user_email_key" ON "user"("email");

-- CreateIndex
CREATE UNIQUE INDEX "user_username_key" ON "user"("username");

-- CreateIndex
CREATE UNIQUE INDEX "session_token_key" ON "session"("token");

-- CreateIndex
CREATE INDEX "session_userId_idx" ON "session"("userId");

-- CreateIndex
CREATE INDEX "account_userId_idx" ON "account"("userId");

-- CreateIndex
CREATE INDEX "verification_identifier_idx" ON "verification"("identifier");

-- CreateIndex
CREATE UNIQUE INDEX "event_engineCursor_key" ON "event"("engineCursor");

-- CreateIndex
CREATE INDEX "event_objectId_cursor_idx" ON "event"("objectId", "cursor");

-- CreateIndex
CREATE INDEX "event_tenant_cursor_idx" ON "event"("tenant", "cursor");

-- CreateIndex
CREATE INDEX "event_kind_cursor_idx" ON "event"("kind", "cursor");

-- CreateIndex
CREATE INDEX "event_at_idx" ON "event"("at");

-- CreateIndex
CREATE UNIQUE INDEX "metric_subject_scope_key_key" ON "metric_subject"("scope", "key");

-- CreateIndex
CREATE INDEX "metric_minute_at_idx" ON "metric_minute"("at");

-- CreateIndex
CREATE INDEX "metric_quarter_at_idx" ON "metric_quarter"("at");

-- CreateIndex
CREATE INDEX "metric_mark_at_idx" ON "metric_mark"("at");

