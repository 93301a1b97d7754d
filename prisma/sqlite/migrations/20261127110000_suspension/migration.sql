-- AlterTable
ALTER TABLE "tenant" ADD COLUMN "heldIds" TEXT;
