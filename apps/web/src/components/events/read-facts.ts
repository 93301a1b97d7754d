import type { z } from "zod"

/** What an event says in figures beside its English words; `null`: it says none, or in a way that is not known here. */
export function readFacts<T>(schema: z.ZodType<T>, text: string | undefined): T | null {
  if (text === undefined) return null
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
