import { isIP } from "node:net"
import { parseCapability } from "./capabilities.js"
import {
  checkAbsolutePath,
  checkBoolean,
  checkInteger,
  checkList,
  checkObject,
  checkOneOf,
  checkPattern,
  checkString,
  fieldError,
  quoted,
} from "./check.js"
import { checkMounts } from "./check-mounts.js"
import { checkNamespaces, checkNetwork, checkPorts } from "./check-network-settings.js"
import { checkOperatorOnly } from "./check-operator-only.js"
import { checkHealthCheck, checkRestartPolicy, checkSeccomp, checkSysctls, checkUlimits } from "./check-process-settings.js"
import type { ContainerSpec } from "./container-spec.js"
import { checkObjectName, checkTenantName } from "./names.js"
import { parseSignal } from "./signals.js"

const DAY_MS = 24 * 60 * 60 * 1000
const MEBIBYTE = 1024 * 1024
const MAXIMUM_SPEC_BYTES = MEBIBYTE

const HOST_NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/
const USER = /^[a-zA-Z0-9_.][a-zA-Z0-9_.-]*(?::[a-zA-Z0-9_.][a-zA-Z0-9_.-]*)?$/
const TOOL_NAME = /^[a-z][a-z0-9_-]{0,31}$/

/** One check a field; what is not listed is no field of a specification. */
const checks: { [K in keyof Required<ContainerSpec>]: (field: string, value: unknown) => void } = {
  name: checkObjectName,
  image: (field, value) => checkString(field, value, 512),
  tenant: checkTenantName,
  entrypoint: checkArguments,
  command: checkArguments,
  environment: checkEnvironment,
  workingDirectory: checkWorkingDirectory,
  user: (field, value) => checkPattern(field, value, USER, 'use "user", "user:group", "uid" or "uid:gid".'),
  hostname: (field, value) =>
    checkPattern(field, value, HOST_NAME, "use letters, digits and dashes, in parts of at most 63 characters separated by dots.", 63),
  domainname: (field, value) =>
    checkPattern(field, value, HOST_NAME, "use letters, digits and dashes, in parts of at most 63 characters separated by dots.", 63),
  labels: checkLabels,
  terminal: checkBoolean,
  openStdin: checkBoolean,
  limits: checkObject,
  mounts: checkMounts,
  network: checkNetwork,
  ports: checkPorts,
  dns: checkDns,
  extraHosts: checkExtraHosts,
  readOnlyRoot: checkBoolean,
  init: checkBoolean,
  restartPolicy: checkRestartPolicy,
  healthCheck: (field, value) => (value === null ? undefined : checkHealthCheck(field, value)),
  stopSignal: checkSignal,
  stopTimeoutMs: (field, value) => checkInteger(field, value, 0, DAY_MS),
  capabilitiesAdd: checkCapabilities,
  capabilitiesDrop: checkCapabilities,
  seccomp: checkSeccomp,
  noNewPrivileges: checkBoolean,
  privileged: checkBoolean,
  ulimits: checkUlimits,
  sysctls: checkSysctls,
  userNamespace: (field, value) => checkKind(field, value, ["private", "host"]),
  pidNamespace: checkNamespaces,
  ipcNamespace: checkNamespaces,
  utsNamespace: checkNamespaces,
  timeOffsets: checkTimeOffsets,
  shmSizeBytes: (field, value) => checkInteger(field, value, 4096, Number.MAX_SAFE_INTEGER),
  diskBytes: (field, value) => checkInteger(field, value, 16 * 2 ** 20, 8 * 2 ** 40),
  volumeBytes: (field, value) => checkInteger(field, value, 16 * 2 ** 20, 8 * 2 ** 40),
  ociRuntime: (field, value) => checkPattern(field, value, TOOL_NAME, "use the name of an OCI runtime, such as crun or runc."),
  autoRemove: checkBoolean,
  log: checkLog,
}

/**
 * Checks all that can be told from the specification alone, field by field; what depends on the host (limits, ports taken,
 * the image) is checked by who knows it. Throws `invalid_argument`, or `permission_denied` for what only the operator's
 * own containers may have. Nothing that passes can be taken for an option of a tool, leave a path it is meant for, or be
 * of unbounded size.
 */
export function validateContainerSpec(spec: ContainerSpec): void {
  checkObject("container", spec)
  if (spec.image === undefined || spec.image === "") throw fieldError("image", "is missing. Name an image, for example busybox:latest.")
  for (const [field, value] of Object.entries(spec)) {
    if (value === undefined) continue
    if (!Object.hasOwn(checks, field)) throw fieldError(field.slice(0, 64), "is not a setting of a container.")
    checks[field as keyof ContainerSpec](field, value)
  }
  if (Buffer.byteLength(JSON.stringify(spec)) > MAXIMUM_SPEC_BYTES)
    throw fieldError("container", "the whole specification is larger than 1 MiB. Put large data into a volume or a file.")
  checkCombinations(spec)
  checkOperatorOnly(spec)
}

/** A directory below /proc would let the process begin in one that leaked from the host (CVE-2024-21626). Also for images' settings. */
export function checkWorkingDirectory(field: string, value: unknown): asserts value is string {
  checkAbsolutePath(field, value)
  if (/^\/+proc(\/|$)/.test(value)) throw fieldError(field, `${quoted(value)} must not be below /proc.`)
}

function checkCombinations(spec: ContainerSpec): void {
  const restarts = spec.restartPolicy !== undefined && spec.restartPolicy.kind !== "no"
  if (spec.autoRemove === true && restarts)
    throw fieldError(
      "autoRemove",
      "cannot be combined with a restart policy: a container that is removed when it exits has nothing to restart.",
    )
  const network = spec.network ?? { kind: "network" }
  if ((spec.ports?.length ?? 0) > 0 && network.kind !== "network") {
    throw fieldError(
      "ports",
      `cannot be published with network "${network.kind}". ${network.kind === "container" ? "Publish them on the container whose network is shared." : "Use a bridge network."}`,
    )
  }
  const ownsNetwork = network.kind === "none" || network.kind === "network"
  for (const name of Object.keys(spec.sysctls ?? {})) {
    if (name.startsWith("net.") && !ownsNetwork) throw fieldError(`sysctls.${name}`, "needs a network namespace of the container's own.")
    if (!name.startsWith("net.") && (spec.ipcNamespace?.kind ?? "private") !== "private")
      throw fieldError(`sysctls.${name}`, "needs an IPC namespace of the container's own.")
  }
  if (spec.hostname !== undefined && (spec.utsNamespace?.kind ?? "private") !== "private")
    throw fieldError("hostname", "cannot be set in a shared UTS namespace.")
}

function checkArguments(field: string, value: unknown): void {
  checkList(field, value, 4096)
  for (const argument of value) checkString(field, argument, 128 * 1024)
}

function checkEnvironment(field: string, value: unknown): void {
  checkList(field, value, 4096)
  for (const entry of value) {
    checkString(field, entry, 128 * 1024)
    if (!/^[^=]+=/.test(entry)) throw fieldError(field, `${quoted(entry)} must have the form NAME=value.`)
  }
}

function checkLabels(field: string, value: unknown): void {
  checkObject(field, value)
  const entries = Object.entries(value)
  if (entries.length > 1024) throw fieldError(field, "at most 1024 labels are allowed.")
  for (const [key, text] of entries) {
    checkPattern(field, key, /^[^\s\p{Cc}]+$/u, "a label's name has no spaces and no control characters.")
    checkString(`${field}.${key}`, text, 64 * 1024)
  }
}

function checkDns(field: string, value: unknown): void {
  checkList(field, value, 3)
  for (const address of value) {
    if (typeof address !== "string" || isIP(address) === 0) throw fieldError(field, "each server must be an IP address.")
  }
}

function checkExtraHosts(field: string, value: unknown): void {
  checkObject(field, value)
  const entries = Object.entries(value)
  if (entries.length > 256) throw fieldError(field, "at most 256 names are allowed.")
  for (const [name, address] of entries) {
    checkPattern(field, name, HOST_NAME, "use a host name.", 253)
    if (address !== "host-gateway" && (typeof address !== "string" || isIP(address) === 0))
      throw fieldError(`${field}.${name}`, 'must be an IP address, or "host-gateway" for the host.')
  }
}

function checkSignal(field: string, value: unknown): void {
  checkString(field, value, 32)
  parseSignal(value)
}

function checkCapabilities(field: string, value: unknown): void {
  checkList(field, value, 64)
  for (const name of value) {
    checkString(field, name, 64)
    parseCapability(name)
  }
}

function checkKind(field: string, value: unknown, kinds: readonly string[]): void {
  checkObject(field, value)
  checkOneOf(`${field}.kind`, value.kind, kinds)
}

function checkTimeOffsets(field: string, value: unknown): void {
  checkObject(field, value)
  for (const [name, seconds] of Object.entries(value)) {
    checkOneOf(field, name, ["monotonicSeconds", "boottimeSeconds"])
    if (seconds !== undefined) checkInteger(`${field}.${name}`, seconds, -(2 ** 31), 2 ** 31)
  }
}

function checkLog(field: string, value: unknown): void {
  checkObject(field, value)
  if (value.maxBytes !== undefined) checkInteger(`${field}.maxBytes`, value.maxBytes, 4096, 1024 * 1024 * MEBIBYTE)
  if (value.maxFiles !== undefined) checkInteger(`${field}.maxFiles`, value.maxFiles, 1, 100)
}
