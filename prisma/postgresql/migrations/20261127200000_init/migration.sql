-- Text is ordered and compared by its bytes (COLLATE "C"), as SQLite does it, whatever the database's own collation is.

-- CreateTable
CREATE TABLE "user" (
    "id" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "email" TEXT COLLATE "C" NOT NULL,
    "emailVerified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT COLLATE "C",
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "username" TEXT COLLATE "C",
    "displayUsername" TEXT COLLATE "C",
    "twoFactorEnabled" BOOLEAN DEFAULT false,
    "role" TEXT COLLATE "C" NOT NULL DEFAULT 'viewer',
    "tenantName" TEXT COLLATE "C",
    "failedSignIns" INTEGER NOT NULL DEFAULT 0,
    "lockedUntil" BIGINT,

    CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" TEXT COLLATE "C" NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "token" TEXT COLLATE "C" NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "ipAddress" TEXT COLLATE "C",
    "userAgent" TEXT COLLATE "C",
    "userId" TEXT COLLATE "C" NOT NULL,
    "lookAsTenant" TEXT COLLATE "C",
    "lookAsWrite" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account" (
    "id" TEXT COLLATE "C" NOT NULL,
    "accountId" TEXT COLLATE "C" NOT NULL,
    "providerId" TEXT COLLATE "C" NOT NULL,
    "userId" TEXT COLLATE "C" NOT NULL,
    "accessToken" TEXT COLLATE "C",
    "refreshToken" TEXT COLLATE "C",
    "idToken" TEXT COLLATE "C",
    "accessTokenExpiresAt" TIMESTAMP(3),
    "refreshTokenExpiresAt" TIMESTAMP(3),
    "scope" TEXT COLLATE "C",
    "password" TEXT COLLATE "C",
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "verification" (
    "id" TEXT COLLATE "C" NOT NULL,
    "identifier" TEXT COLLATE "C" NOT NULL,
    "value" TEXT COLLATE "C" NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "verification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "two_factor" (
    "id" TEXT COLLATE "C" NOT NULL,
    "secret" TEXT COLLATE "C" NOT NULL,
    "backupCodes" TEXT COLLATE "C" NOT NULL,
    "userId" TEXT COLLATE "C" NOT NULL,
    "verified" BOOLEAN DEFAULT true,
    "failedVerificationCount" INTEGER DEFAULT 0,
    "lockedUntil" TIMESTAMP(3),

    CONSTRAINT "two_factor_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "passkey" (
    "id" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C",
    "publicKey" TEXT COLLATE "C" NOT NULL,
    "userId" TEXT COLLATE "C" NOT NULL,
    "credentialID" TEXT COLLATE "C" NOT NULL,
    "counter" INTEGER NOT NULL,
    "deviceType" TEXT COLLATE "C" NOT NULL,
    "backedUp" BOOLEAN NOT NULL,
    "transports" TEXT COLLATE "C",
    "createdAt" TIMESTAMP(3),
    "aaguid" TEXT COLLATE "C",

    CONSTRAINT "passkey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invitation" (
    "id" TEXT COLLATE "C" NOT NULL,
    "tokenHash" TEXT COLLATE "C" NOT NULL,
    "tenantName" TEXT COLLATE "C",
    "role" TEXT COLLATE "C" NOT NULL,
    "note" TEXT COLLATE "C" NOT NULL,
    "invitedBy" TEXT COLLATE "C" NOT NULL,
    "createdAt" BIGINT NOT NULL,
    "expiresAt" BIGINT NOT NULL,

    CONSTRAINT "invitation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "password_reset" (
    "id" TEXT COLLATE "C" NOT NULL,
    "tokenHash" TEXT COLLATE "C" NOT NULL,
    "userId" TEXT COLLATE "C" NOT NULL,
    "createdAt" BIGINT NOT NULL,
    "expiresAt" BIGINT NOT NULL,

    CONSTRAINT "password_reset_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_token" (
    "id" TEXT COLLATE "C" NOT NULL,
    "tokenHash" TEXT COLLATE "C" NOT NULL,
    "start" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "tenantName" TEXT COLLATE "C",
    "scope" TEXT COLLATE "C" NOT NULL,
    "createdBy" TEXT COLLATE "C" NOT NULL,
    "createdAt" BIGINT NOT NULL,
    "expiresAt" BIGINT,
    "lastUsedAt" BIGINT,
    "lastUsedFrom" TEXT COLLATE "C",

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "plan" (
    "id" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "terms" TEXT COLLATE "C" NOT NULL,
    "createdAt" BIGINT NOT NULL,
    "changedAt" BIGINT NOT NULL,

    CONSTRAINT "plan_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tenant" (
    "name" TEXT COLLATE "C" NOT NULL,
    "title" TEXT COLLATE "C" NOT NULL,
    "planId" TEXT COLLATE "C" NOT NULL,
    "createdAt" BIGINT NOT NULL,
    "suspendedAt" BIGINT,
    "suspendReason" TEXT COLLATE "C",
    "removeAt" BIGINT,
    "heldIds" TEXT COLLATE "C",

    CONSTRAINT "tenant_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "meter_hour" (
    "tenant" TEXT COLLATE "C" NOT NULL,
    "at" BIGINT NOT NULL,
    "memorySoldByteHours" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "memoryUsedByteHours" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "cpuSoldCoreHours" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "cpuUsedCoreHours" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "diskSoldByteHours" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "diskUsedByteHours" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "receivedBytes" BIGINT NOT NULL DEFAULT 0,
    "transmittedBytes" BIGINT NOT NULL DEFAULT 0,
    "measuredMs" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "meter_hour_pkey" PRIMARY KEY ("tenant","at")
);

-- CreateTable
CREATE TABLE "meter_counter" (
    "id" TEXT COLLATE "C" NOT NULL,
    "tenant" TEXT COLLATE "C" NOT NULL,
    "startedAt" BIGINT NOT NULL,
    "receivedBytes" BIGINT NOT NULL,
    "transmittedBytes" BIGINT NOT NULL,
    "seenAt" BIGINT NOT NULL,

    CONSTRAINT "meter_counter_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event" (
    "cursor" SERIAL NOT NULL,
    "journal" INTEGER NOT NULL DEFAULT 0,
    "engineCursor" BIGINT NOT NULL,
    "at" BIGINT NOT NULL,
    "kind" TEXT COLLATE "C" NOT NULL,
    "action" TEXT COLLATE "C" NOT NULL,
    "objectId" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "tenant" TEXT COLLATE "C" NOT NULL,
    "attributes" TEXT COLLATE "C" NOT NULL,
    "host" TEXT COLLATE "C" NOT NULL DEFAULT 'local',
    "actor" TEXT COLLATE "C",
    "result" TEXT COLLATE "C",
    "audit" TEXT COLLATE "C",

    CONSTRAINT "event_pkey" PRIMARY KEY ("cursor")
);

-- CreateTable
CREATE TABLE "journal_position" (
    "source" TEXT COLLATE "C" NOT NULL,
    "journal" INTEGER NOT NULL DEFAULT 0,
    "cursor" BIGINT NOT NULL,

    CONSTRAINT "journal_position_pkey" PRIMARY KEY ("source")
);

-- CreateTable
CREATE TABLE "host" (
    "id" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "endpoint" TEXT COLLATE "C" NOT NULL,
    "lastInfo" TEXT COLLATE "C",
    "seenAt" BIGINT,
    "createdAt" BIGINT NOT NULL,

    CONSTRAINT "host_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "registry" (
    "registry" TEXT COLLATE "C" NOT NULL,
    "username" TEXT COLLATE "C",
    "password" TEXT COLLATE "C",
    "plainHttp" BOOLEAN NOT NULL DEFAULT false,
    "mirrors" TEXT COLLATE "C" NOT NULL,
    "changedAt" BIGINT NOT NULL,

    CONSTRAINT "registry_pkey" PRIMARY KEY ("registry")
);

-- CreateTable
CREATE TABLE "setting" (
    "key" TEXT COLLATE "C" NOT NULL,
    "value" TEXT COLLATE "C" NOT NULL,
    "changedAt" BIGINT NOT NULL,

    CONSTRAINT "setting_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "use_ring" (
    "resource" TEXT COLLATE "C" NOT NULL,
    "sale" TEXT COLLATE "C" NOT NULL,
    "state" TEXT COLLATE "C" NOT NULL,
    "savedAt" BIGINT NOT NULL,

    CONSTRAINT "use_ring_pkey" PRIMARY KEY ("resource","sale")
);

-- CreateTable
CREATE TABLE "metric_subject" (
    "id" SERIAL NOT NULL,
    "scope" TEXT COLLATE "C" NOT NULL,
    "key" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "metric_subject_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "metric_minute" (
    "subjectId" INTEGER NOT NULL,
    "at" BIGINT NOT NULL,
    "samples" INTEGER NOT NULL,
    "figures" BYTEA NOT NULL,

    CONSTRAINT "metric_minute_pkey" PRIMARY KEY ("subjectId","at")
);

-- CreateTable
CREATE TABLE "metric_quarter" (
    "subjectId" INTEGER NOT NULL,
    "at" BIGINT NOT NULL,
    "samples" INTEGER NOT NULL,
    "figures" BYTEA NOT NULL,

    CONSTRAINT "metric_quarter_pkey" PRIMARY KEY ("subjectId","at")
);

-- CreateTable
CREATE TABLE "metric_mark" (
    "id" SERIAL NOT NULL,
    "at" BIGINT NOT NULL,
    "kind" TEXT COLLATE "C" NOT NULL,
    "deltaMs" BIGINT NOT NULL,

    CONSTRAINT "metric_mark_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "user_email_key" ON "user"("email");

-- CreateIndex
CREATE UNIQUE INDEX "user_username_key" ON "user"("username");

-- CreateIndex
CREATE INDEX "user_tenantName_idx" ON "user"("tenantName");

-- CreateIndex
CREATE UNIQUE INDEX "session_token_key" ON "session"("token");

-- CreateIndex
CREATE INDEX "session_userId_idx" ON "session"("userId");

-- CreateIndex
CREATE INDEX "account_userId_idx" ON "account"("userId");

-- CreateIndex
CREATE INDEX "verification_identifier_idx" ON "verification"("identifier");

-- CreateIndex
CREATE INDEX "two_factor_secret_idx" ON "two_factor"("secret");

-- CreateIndex
CREATE INDEX "two_factor_userId_idx" ON "two_factor"("userId");

-- CreateIndex
CREATE INDEX "passkey_userId_idx" ON "passkey"("userId");

-- CreateIndex
CREATE INDEX "passkey_credentialID_idx" ON "passkey"("credentialID");

-- CreateIndex
CREATE UNIQUE INDEX "invitation_tokenHash_key" ON "invitation"("tokenHash");

-- CreateIndex
CREATE INDEX "invitation_tenantName_idx" ON "invitation"("tenantName");

-- CreateIndex
CREATE UNIQUE INDEX "password_reset_tokenHash_key" ON "password_reset"("tokenHash");

-- CreateIndex
CREATE INDEX "password_reset_userId_idx" ON "password_reset"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_tokenHash_key" ON "api_token"("tokenHash");

-- CreateIndex
CREATE INDEX "api_token_tenantName_idx" ON "api_token"("tenantName");

-- CreateIndex
CREATE UNIQUE INDEX "plan_name_key" ON "plan"("name");

-- CreateIndex
CREATE INDEX "tenant_planId_idx" ON "tenant"("planId");

-- CreateIndex
CREATE INDEX "meter_hour_at_idx" ON "meter_hour"("at");

-- CreateIndex
CREATE INDEX "meter_counter_seenAt_idx" ON "meter_counter"("seenAt");

-- CreateIndex
CREATE INDEX "event_host_cursor_idx" ON "event"("host", "cursor");

-- CreateIndex
CREATE INDEX "event_objectId_cursor_idx" ON "event"("objectId", "cursor");

-- CreateIndex
CREATE INDEX "event_tenant_cursor_idx" ON "event"("tenant", "cursor");

-- CreateIndex
CREATE INDEX "event_kind_cursor_idx" ON "event"("kind", "cursor");

-- CreateIndex
CREATE INDEX "event_actor_cursor_idx" ON "event"("actor", "cursor");

-- CreateIndex
CREATE INDEX "event_at_idx" ON "event"("at");

-- CreateIndex
CREATE UNIQUE INDEX "event_journal_engineCursor_key" ON "event"("journal", "engineCursor");

-- CreateIndex
CREATE UNIQUE INDEX "host_name_key" ON "host"("name");

-- CreateIndex
CREATE UNIQUE INDEX "metric_subject_scope_key_key" ON "metric_subject"("scope", "key");

-- CreateIndex
CREATE INDEX "metric_minute_at_idx" ON "metric_minute"("at");

-- CreateIndex
CREATE INDEX "metric_quarter_at_idx" ON "metric_quarter"("at");

-- CreateIndex
CREATE INDEX "metric_mark_at_idx" ON "metric_mark"("at");

-- AddForeignKey
ALTER TABLE "user" ADD CONSTRAINT "user_tenantName_fkey" FOREIGN KEY ("tenantName") REFERENCES "tenant"("name") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account" ADD CONSTRAINT "account_userId_fkey" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "two_factor" ADD CONSTRAINT "two_factor_userId_fkey" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "passkey" ADD CONSTRAINT "passkey_userId_fkey" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_tenantName_fkey" FOREIGN KEY ("tenantName") REFERENCES "tenant"("name") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "password_reset" ADD CONSTRAINT "password_reset_userId_fkey" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_token" ADD CONSTRAINT "api_token_tenantName_fkey" FOREIGN KEY ("tenantName") REFERENCES "tenant"("name") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tenant" ADD CONSTRAINT "tenant_planId_fkey" FOREIGN KEY ("planId") REFERENCES "plan"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "metric_minute" ADD CONSTRAINT "metric_minute_subjectId_fkey" FOREIGN KEY ("subjectId") REFERENCES "metric_subject"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "metric_quarter" ADD CONSTRAINT "metric_quarter_subjectId_fkey" FOREIGN KEY ("subjectId") REFERENCES "metric_subject"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What was recorded of who did what is never changed; retention removes it when it is old enough. A migration that makes the table anew must make the trigger anew.
CREATE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit records are append-only';
END;
$$;
CREATE TRIGGER "event_audit_append_only" BEFORE UPDATE ON "event" FOR EACH ROW
  WHEN (OLD."kind" = 'audit' OR NEW."kind" = 'audit') EXECUTE FUNCTION "refuse_audit_change"();
