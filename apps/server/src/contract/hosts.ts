import { z } from "zod"
import { bounds } from "./bounds.js"
import type { ContainerStatus, EngineInfo } from "./engine-types.js"

/** The machine that the console runs on, with the embedded engine. */
export const localHost = "local"

/** Id of a host: `local`, or what `hosts.add` gave. */
export const hostId = z
  .string()
  .max(bounds.nameLength)
  .regex(/^[a-z0-9][a-z0-9-]*$/, "must consist of lower-case letters, digits and “-”")

export const hostName = z.string().trim().min(1, "is required").max(bounds.tenantLength)

const pem = z.string().max(bounds.argumentLength)
const port = z.number().int().min(1).max(65_535)
const networkHost = z
  .string()
  .min(1, "is required")
  .max(253)
  .regex(/^[a-zA-Z0-9.:_-]+$/, "must be a host name or an address")

/** Where a Docker Engine listens. Secrets go in and never come out. */
export const dockerEndpoint = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("unix"),
    path: z
      .string()
      .max(107)
      .regex(/^\/[^\0]+$/, "must be the absolute path of a socket, at most 107 characters long"),
  }),
  z.strictObject({
    kind: z.literal("tcp"),
    host: networkHost,
    port,
    tls: z.strictObject({ ca: pem, cert: pem, key: pem }).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal("ssh"),
    host: networkHost,
    port: port.exactOptional(),
    username: z.string().regex(/^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,63}$/, "must be the name of an account"),
    privateKey: pem.exactOptional(),
    passphrase: z.string().max(1024).exactOptional(),
    /** Path of an ssh-agent's socket. */
    agent: z.string().max(107).exactOptional(),
  }),
])

/** Absent: the machine that the console runs on. */
export const hostInput = z.object({ host: hostId.default(localHost) })
export const hostInfoInput = hostInput.default({ host: localHost })
/** Absent: all hosts. */
export const anyHostInput = z.object({ host: hostId.exactOptional() }).default({})
export const testHostInput = z.object({ endpoint: dockerEndpoint })
export const addHostInput = z.object({ name: hostName, endpoint: dockerEndpoint })
/** What is absent stays as it is. */
export const changeHostInput = z.object({ host: hostId, name: hostName.exactOptional(), endpoint: dockerEndpoint.exactOptional() })
export const removeHostInput = z.object({ host: hostId })

/** What belongs to a host says so. */
export type OnHost<T> = T & { host: string }

/** What a test found behind an endpoint. One that cannot be reached rejects with `engine_unavailable`, its reason and remedy. */
export interface HostTest {
  info: EngineInfo
  containers: number
  images: number
}

export interface HostSummary {
  id: string
  name: string
  kind: EngineInfo["kind"]
  /** As people write it (`unix:///run/docker.sock`), without secrets; `null` for the machine itself. */
  endpoint: string | null
  /** `away`: it does not answer; what is known of it is of `seenAt`. It is asked again and comes back by itself. */
  status: "connected" | "away"
  /** Why it is away, and what mends that. */
  reason: string | null
  remedy: string | null
  /** When it last answered; `null`: never since the console started. */
  seenAt: number | null
  /** As it last said; `null`: it never answered. */
  info: EngineInfo | null
  counts: Record<ContainerStatus, number>
}
