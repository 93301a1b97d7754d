import type { z } from "zod"
import type { Database } from "../../db/open-database.js"

/** Settings that the operator changes in the console; they outlive restarts. */
export interface Settings {
  /** What was set, or the default. What an older version wrote and this one cannot read counts as not set. */
  read<T>(key: string, schema: z.ZodType<T>, byDefault: T): Promise<T>
  write(key: string, value: unknown): Promise<void>
}

export function createSettings({ prisma }: Pick<Database, "prisma">, now: () => number): Settings {
  return {
    async read(key, schema, byDefault) {
      const row = await prisma.setting.findUnique({ where: { key } })
      if (row === null) return byDefault
      const parsed = schema.safeParse(JSON.parse(row.value))
      return parsed.success ? parsed.data : byDefault
    },

    async write(key, value) {
      const written = { value: JSON.stringify(value), changedAt: BigInt(now()) }
      await prisma.setting.upsert({ where: { key }, create: { key, ...written }, update: written })
    },
  }
}
