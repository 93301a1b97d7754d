import type { ContainerSpec } from "@plimsoll/runtime"
import { z } from "zod"
import { bounds } from "./bounds.js"
import {
  absolutePath,
  argumentText,
  byteCount,
  containerName,
  diskSize,
  durationMs,
  imageReference,
  labels,
  objectId,
  signalName,
  tenantName,
} from "./primitives.js"
import { resourceLimits } from "./resource-limits.js"

const argumentList = z.array(argumentText).max(bounds.argumentCount)
const address = z.union([z.ipv4(), z.ipv6()])
const portNumber = z.number().int().min(1).max(65_535)
const hostLabel = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?$/, "must be a host name")
const capability = z
  .string()
  .max(64)
  .regex(/^(?:CAP_)?[A-Z_]+$/, "must be a capability such as “CAP_NET_ADMIN”")

/** `NAME=value`. */
export const environmentVariable = argumentText.regex(/^[^=\s]+=/, "must be “NAME=value”")

export const restartPolicy = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("no") }),
  z.object({ kind: z.literal("on-failure"), maximumRetries: z.number().int().min(0).max(1_000_000) }),
  z.object({ kind: z.literal("always") }),
  z.object({ kind: z.literal("unless-stopped") }),
])

export const healthCheck = z.object({
  command: argumentList.min(1),
  intervalMs: durationMs.min(100),
  timeoutMs: durationMs.min(100),
  startPeriodMs: durationMs,
  retries: z.number().int().min(1).max(1000),
})

export const mountSpec = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("volume"), volume: objectId, target: absolutePath, readOnly: z.boolean().exactOptional() }),
  z.object({
    kind: z.literal("bind"),
    source: absolutePath,
    target: absolutePath,
    readOnly: z.boolean().exactOptional(),
    propagation: z.enum(["private", "rprivate", "rslave", "rshared"]).exactOptional(),
  }),
  z.object({
    kind: z.literal("tmpfs"),
    target: absolutePath,
    sizeBytes: byteCount.exactOptional(),
    mode: z.number().int().min(0).max(0o7777).exactOptional(),
  }),
])

export const portMapping = z.object({
  containerPort: portNumber,
  protocol: z.enum(["tcp", "udp"]),
  hostPort: portNumber.exactOptional(),
  hostAddress: address.exactOptional(),
})

export const networkMode = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("none") }),
  z.object({ kind: z.literal("host") }),
  z.object({
    kind: z.literal("network"),
    network: objectId,
    address: address.exactOptional(),
    aliases: z.array(hostLabel).max(32).exactOptional(),
  }),
  z.object({ kind: z.literal("container"), container: objectId }),
])

const namespaceMode = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("private") }),
  z.object({ kind: z.literal("container"), container: objectId }),
  z.object({ kind: z.literal("host") }),
])

const ulimit = z.object({
  name: z.string().regex(/^[a-z]{2,16}$/),
  soft: z.number().int().min(-1),
  hard: z.number().int().min(-1),
})

const offsetSeconds = z.number().int().min(-4_000_000_000).max(4_000_000_000)

/**
 * A request to create a container. Bounds and shapes only: what this host can enforce and what the image allows is the
 * engine's to say. Optional keys are left out, never `undefined`.
 */
export const containerSpec = z.strictObject({
  name: containerName.exactOptional(),
  image: imageReference,
  tenant: tenantName.exactOptional(),
  entrypoint: argumentList.exactOptional(),
  command: argumentList.exactOptional(),
  environment: z.array(environmentVariable).max(bounds.environmentCount).exactOptional(),
  workingDirectory: absolutePath.exactOptional(),
  user: z
    .string()
    .max(128)
    .regex(/^[a-zA-Z0-9_][a-zA-Z0-9_.-]*(?::[a-zA-Z0-9_][a-zA-Z0-9_.-]*)?$/, "must be “user”, “user:group”, “uid” or “uid:gid”")
    .exactOptional(),
  hostname: hostLabel.max(64).exactOptional(),
  domainname: hostLabel.max(64).exactOptional(),
  labels: labels.exactOptional(),
  terminal: z.boolean().exactOptional(),
  openStdin: z.boolean().exactOptional(),
  limits: resourceLimits.exactOptional(),
  mounts: z.array(mountSpec).max(bounds.mountCount).exactOptional(),
  network: networkMode.exactOptional(),
  ports: z.array(portMapping).max(bounds.portCount).exactOptional(),
  dns: z.array(address).max(8).exactOptional(),
  extraHosts: z.record(hostLabel, address).exactOptional(),
  readOnlyRoot: z.boolean().exactOptional(),
  init: z.boolean().exactOptional(),
  restartPolicy: restartPolicy.exactOptional(),
  healthCheck: healthCheck.nullable().exactOptional(),
  stopSignal: signalName.exactOptional(),
  stopTimeoutMs: durationMs.exactOptional(),
  capabilitiesAdd: z.array(capability).max(64).exactOptional(),
  capabilitiesDrop: z.array(capability).max(64).exactOptional(),
  seccomp: z.union([z.enum(["default", "unconfined"]), z.object({ profileJson: z.string().max(256 * 1024) })]).exactOptional(),
  noNewPrivileges: z.boolean().exactOptional(),
  privileged: z.boolean().exactOptional(),
  ulimits: z.array(ulimit).max(32).exactOptional(),
  sysctls: z
    .record(
      z
        .string()
        .max(256)
        .regex(/^[a-z0-9_]+(?:[./][a-zA-Z0-9_-]+)+$/),
      argumentText.max(1024),
    )
    .exactOptional(),
  userNamespace: z
    .discriminatedUnion("kind", [z.object({ kind: z.literal("private") }), z.object({ kind: z.literal("host") })])
    .exactOptional(),
  pidNamespace: namespaceMode.exactOptional(),
  ipcNamespace: namespaceMode.exactOptional(),
  utsNamespace: namespaceMode.exactOptional(),
  timeOffsets: z
    .object({ monotonicSeconds: offsetSeconds.exactOptional(), boottimeSeconds: offsetSeconds.exactOptional() })
    .exactOptional(),
  shmSizeBytes: byteCount.exactOptional(),
  diskBytes: diskSize.exactOptional(),
  volumeBytes: diskSize.exactOptional(),
  ociRuntime: z
    .string()
    .max(64)
    .regex(/^[a-z0-9][a-z0-9_.-]*$/)
    .exactOptional(),
  autoRemove: z.boolean().exactOptional(),
  log: z
    .object({ maxBytes: byteCount.min(4096).exactOptional(), maxFiles: z.number().int().min(1).max(100).exactOptional() })
    .exactOptional(),
}) satisfies z.ZodType<ContainerSpec>
