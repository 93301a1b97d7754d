import { parsePublicOrigins } from "@plimsoll/server/contract"
import { z } from "zod"
import { parseTrustedProxies, type TrustedProxies } from "./client-address.js"

const schema = z.object({
  /** TCP port of the console. 0: any free one. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  /** Address to listen at. */
  HOST: z.string().min(1).default("127.0.0.1"),
  /** Directory with the server's socket. */
  PLIMSOLL_RUN_DIR: z.string().startsWith("/").default("/run/plimsoll"),
  /** Addresses and ranges of reverse proxies whose `X-Forwarded-For` says who the client is. */
  PLIMSOLL_TRUSTED_PROXIES: z.string().default("").transform(listBy(parseTrustedProxies)),
  /** Origins beside loopback under which pages are asked for. */
  PLIMSOLL_PUBLIC_ORIGINS: z.string().default("").transform(listBy(parsePublicOrigins)),
  NODE_ENV: z.enum(["development", "production", "test"]).default("production"),
  PLIMSOLL_LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
})

export interface WebEnvironment {
  port: number
  host: string
  runDirectory: string
  trustedProxies: TrustedProxies
  publicOrigins: string[]
  development: boolean
  logLevel: string
}

/** The configuration of the web process. Throws with the names of the variables that are wrong, and why. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): WebEnvironment {
  const present = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ""))
  const parsed = schema.safeParse(present)
  if (!parsed.success) {
    throw new Error(
      `The environment is wrong: ${parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`).join("; ")}`,
    )
  }
  return {
    port: parsed.data.PORT,
    host: parsed.data.HOST,
    runDirectory: parsed.data.PLIMSOLL_RUN_DIR,
    trustedProxies: parsed.data.PLIMSOLL_TRUSTED_PROXIES,
    publicOrigins: parsed.data.PLIMSOLL_PUBLIC_ORIGINS,
    development: parsed.data.NODE_ENV === "development",
    logLevel: parsed.data.PLIMSOLL_LOG_LEVEL,
  }
}

/** A list whose parser throws what is wrong with it. */
function listBy<List>(parse: (text: string) => List): (text: string, context: z.core.$RefinementCtx<string>) => List {
  return (text, context) => {
    try {
      return parse(text)
    } catch (error) {
      context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) })
      return z.NEVER
    }
  }
}
