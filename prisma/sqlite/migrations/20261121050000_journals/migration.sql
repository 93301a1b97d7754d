-- Columns are added in place: a copied table would forget how far its cursor had grown.
ALTER TABLE "event" ADD COLUMN "journal" INTEGER NOT NULL DEFAULT 0;
DROP INDEX "event_engineCursor_key";
CREATE UNIQUE INDEX "event_journal_engineCursor_key" ON "event"("journal", "engineCursor");
ALTER TABLE "journal_position" ADD COLUMN "journal" INTEGER NOT NULL DEFAULT 0;
