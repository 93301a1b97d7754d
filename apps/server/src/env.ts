import { join } from "node:path"
import { z } from "zod"
import { parsePublicOrigins } from "./contract/own-host.js"

/**
 * All that the server takes from its environment: name, shape, default. `docs/reference/configuration.md` lists the same
 * variables; a test compares the two.
 */
export const environmentVariables = {
  PLIMSOLL_DATA_DIR: z.string().startsWith("/", "must be an absolute path").default("/var/lib/plimsoll"),
  PLIMSOLL_RUN_DIR: z
    .string()
    .startsWith("/", "must be an absolute path")
    .max(80, "is too long: socket paths end at 107 bytes")
    .default("/run/plimsoll"),
  DATABASE_URL: z
    .string()
    .regex(/^(file:\/|postgres(ql)?:\/\/)/, "must be “file:” and an absolute path, or postgresql://USER:PASSWORD@HOST:5432/DATABASE")
    .optional(),
  PLIMSOLL_OPERATOR_PASSWORD: z.string().min(10, "must have at least 10 characters").max(256).optional(),
  PLIMSOLL_LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  PLIMSOLL_PUBLIC_ORIGINS: z.string().default("").transform(parseOrigins),
  PLIMSOLL_SOCKET_GID: z.coerce.number().int().min(0).optional(),
  PLIMSOLL_EVENT_RETENTION_DAYS: z.coerce.number().int().min(1).max(3650).default(90),
  PLIMSOLL_EVENT_RETENTION_ROWS: z.coerce.number().int().min(1000).max(100_000_000).default(1_000_000),
  PLIMSOLL_MINUTE_RETENTION_DAYS: z.coerce.number().int().min(1).max(366).default(30),
  PLIMSOLL_QUARTER_RETENTION_DAYS: z.coerce.number().int().min(1).max(3650).default(396),
  PLIMSOLL_IMAGE_GC_HOURS: z.coerce.number().int().min(0).max(336).default(24),
  PLIMSOLL_DISK_COMPACTION_HOURS: z.coerce.number().int().min(0).max(336).default(24),
  PLIMSOLL_CRIU: z.string().startsWith("/", "must be an absolute path").optional(),
} as const

const environmentSchema = z.object(environmentVariables)

export interface ServerConfiguration {
  dataDirectory: string
  runDirectory: string
  /** `file:` and an absolute path, or `postgresql://…`, which may hold a password. */
  databaseUrl: string
  operatorPassword: string | undefined
  logLevel: z.output<typeof environmentVariables.PLIMSOLL_LOG_LEVEL>
  /** Origins beside loopback under which the console is reached, for example `https://console.example`. */
  publicOrigins: string[]
  /** Group that may use the socket: the web process's. */
  socketGid: number | undefined
  retention: { eventDays: number; eventRows: number; minuteDays: number; quarterDays: number }
  /** Between automatic collections of images that nobody needs; 0: none. */
  imageGarbageHours: number
  /** Between automatic compactions of disks with a limit; 0: none. */
  diskCompactionHours: number
  /** The program that writes processes to disk and brings them back; `undefined`: as it is found. */
  criu: string | undefined
}

/** Reads the configuration. Throws one error that names every variable that is wrong; an empty value counts as absent. */
export function readConfiguration(environment: NodeJS.ProcessEnv): ServerConfiguration {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""))
  const parsed = environmentSchema.safeParse(given)
  if (!parsed.success) {
    // Only names and reasons: a value may be a secret.
    throw new Error(
      `The environment is wrong: ${parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`).join("; ")}`,
    )
  }
  const env = parsed.data
  return {
    dataDirectory: env.PLIMSOLL_DATA_DIR,
    runDirectory: env.PLIMSOLL_RUN_DIR,
    databaseUrl: env.DATABASE_URL ?? `file:${join(env.PLIMSOLL_DATA_DIR, "console.db")}`,
    operatorPassword: env.PLIMSOLL_OPERATOR_PASSWORD,
    logLevel: env.PLIMSOLL_LOG_LEVEL,
    publicOrigins: env.PLIMSOLL_PUBLIC_ORIGINS,
    socketGid: env.PLIMSOLL_SOCKET_GID,
    retention: {
      eventDays: env.PLIMSOLL_EVENT_RETENTION_DAYS,
      eventRows: env.PLIMSOLL_EVENT_RETENTION_ROWS,
      minuteDays: env.PLIMSOLL_MINUTE_RETENTION_DAYS,
      quarterDays: env.PLIMSOLL_QUARTER_RETENTION_DAYS,
    },
    imageGarbageHours: env.PLIMSOLL_IMAGE_GC_HOURS,
    diskCompactionHours: env.PLIMSOLL_DISK_COMPACTION_HOURS,
    criu: env.PLIMSOLL_CRIU,
  }
}

function parseOrigins(text: string, context: z.core.$RefinementCtx<string>): string[] {
  try {
    return parsePublicOrigins(text)
  } catch (error) {
    context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) })
    return z.NEVER
  }
}
