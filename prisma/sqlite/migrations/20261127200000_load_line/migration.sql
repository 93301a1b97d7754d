-- CreateTable
CREATE TABLE "setting" (
    "key" TEXT NOT NULL PRIMARY KEY,
    "value" TEXT NOT NULL,
    "changedAt" BIGINT NOT NULL
);

-- CreateTable
CREATE TABLE "use_ring" (
    "resource" TEXT NOT NULL,
    "sale" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "savedAt" BIGINT NOT NULL,

    PRIMARY KEY ("resource", "sale")
);
