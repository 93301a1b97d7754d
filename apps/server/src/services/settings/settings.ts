import type { z } from "zod"
import type { Database } from "../../db/open-database.js"

/** Settings that the operator changes in the console; they outlive restarts. */
export interface Settings {
  /** What was set, or the default. What cannot be read (another version wrote it, or the database is damaged) counts as not set, and is reported. */
  read<T>(key: string, schema: z.ZodType<T>, byDefault: T): Promise<T>
  write(key: string, value: unknown): Promise<void>
}

export function createSettings(
  { prisma }: Pick<Database, "prisma">,
  { now, report }: { now: () => number; report: (error: unknown, doing: string) => void },
): Settings {
  return {
    async read(key, schema, byDefault) {
      const row = await prisma.setting.findUnique({ where: { key } })
      if (row === null) return byDefault
      try {
        return schema.parse(JSON.parse(row.value))
      } catch (error) {
        report(error, `read the setting “${key}”: it is by default until it is set again`)
        return byDefault
      }
    },

    async write(key, value) {
      const written = { value: JSON.stringify(value), changedAt: BigInt(now()) }
      await prisma.setting.upsert({ where: { key }, create: { key, ...written }, update: written })
    },
  }
}
