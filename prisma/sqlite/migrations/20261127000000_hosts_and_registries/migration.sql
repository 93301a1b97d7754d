-- CreateTable
CREATE TABLE "host" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "endpoint" TEXT NOT NULL,
    "lastInfo" TEXT,
    "seenAt" BIGINT,
    "createdAt" BIGINT NOT NULL
);
CREATE UNIQUE INDEX "host_name_key" ON "host"("name");

-- CreateTable
CREATE TABLE "registry" (
    "registry" TEXT NOT NULL PRIMARY KEY,
    "username" TEXT,
    "password" TEXT,
    "plainHttp" BOOLEAN NOT NULL DEFAULT false,
    "mirrors" TEXT NOT NULL,
    "changedAt" BIGINT NOT NULL
);

-- Columns are added in place: a copied table would forget how far its cursor had grown.
ALTER TABLE "event" ADD COLUMN "host" TEXT NOT NULL DEFAULT 'local';
CREATE INDEX "event_host_cursor_idx" ON "event"("host", "cursor");
