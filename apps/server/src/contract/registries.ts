import { z } from "zod"
import { bounds } from "./bounds.js"

/** A registry as references name it, with its port: `docker.io`, `registry.example.com:5000`. */
export const registryHost = z
  .string()
  .min(1, "is required")
  .max(255)
  .regex(/^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/, {
    message: "must be a registry such as “docker.io” or “registry.example.com:5000”, without https:// and path",
  })

const mirrorAddress = z
  .string()
  .max(bounds.referenceLength)
  .refine(isMirrorAddress, "must be an address such as “https://mirror.example.com”, without a user name and “?”")

const credentials = z.strictObject({
  // Basic authentication ends the name at the first colon. (RFC 7617)
  username: z
    .string()
    .max(255)
    .regex(/^[^:\p{Cc}]+$/u, "is required, without “:”"),
  password: z.string().min(1, "is required").max(16_384),
})

const settings = z.object({
  /** Speak plain HTTP to it. Loopback needs no mark. */
  plainHttp: z.boolean().default(false),
  /** Asked before it, in this order, without credentials. */
  mirrors: z.array(mirrorAddress).max(8).default([]),
})

export const addRegistryInput = settings.extend({ registry: registryHost, credentials: credentials.exactOptional() })
/** Credentials: absent stay as they are, `null` are forgotten. */
export const changeRegistryInput = settings.extend({ registry: registryHost, credentials: credentials.nullable().exactOptional() })
export const registryInput = z.object({ registry: registryHost })
/**
 * What is absent is tried as it is kept for the registry. One that does not answer, or refuses the credentials, rejects with
 * `registry_unavailable` or `registry_refused`.
 */
export const testRegistryInput = z.object({
  registry: registryHost,
  plainHttp: z.boolean().exactOptional(),
  credentials: credentials.exactOptional(),
})

/** A password goes in and never comes out. */
export interface RegistrySummary {
  registry: string
  /** `null`: it is asked without credentials. */
  username: string | null
  plainHttp: boolean
  mirrors: string[]
  changedAt: number
}

function isMirrorAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "" && url.search === ""
}
