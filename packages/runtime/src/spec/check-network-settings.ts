import { isIP, isIPv4 } from "node:net"
import { checkInteger, checkList, checkObject, checkOneOf, checkPattern, checkString, fieldError } from "./check.js"
import { checkObjectName } from "./names.js"

export function checkNetwork(field: string, value: unknown): void {
  checkObject(field, value)
  checkOneOf(`${field}.kind`, value.kind, ["none", "host", "network", "container"])
  if (value.kind === "container") checkContainerReference(`${field}.container`, value.container)
  if (value.kind !== "network") return
  checkObjectName(`${field}.network`, value.network)
  if (value.address !== undefined && (typeof value.address !== "string" || !isIPv4(value.address)))
    throw fieldError(`${field}.address`, "must be an IPv4 address of the network's subnet.")
  if (value.aliases === undefined) return
  checkList(`${field}.aliases`, value.aliases, 32)
  for (const alias of value.aliases)
    checkPattern(
      `${field}.aliases`,
      alias,
      /^[a-zA-Z0-9](?:[a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?$/,
      "use letters, digits, dots, dashes and underscores.",
    )
}

export function checkPorts(field: string, value: unknown): void {
  checkList(field, value, 1024)
  const taken = new Set<string>()
  for (const port of value) {
    checkObject(field, port)
    checkInteger(`${field}.containerPort`, port.containerPort, 1, 65_535)
    checkOneOf(`${field}.protocol`, port.protocol, ["tcp", "udp"])
    if (port.hostAddress !== undefined && (typeof port.hostAddress !== "string" || isIP(port.hostAddress) === 0))
      throw fieldError(`${field}.hostAddress`, "must be an IP address of the host, for example 127.0.0.1.")
    if (port.hostPort === undefined) continue
    checkInteger(`${field}.hostPort`, port.hostPort, 1, 65_535)
    const key = `${String(port.hostAddress ?? "0.0.0.0")}:${port.hostPort}/${port.protocol}`
    if (taken.has(key)) throw fieldError(field, `${key} is published twice.`)
    taken.add(key)
  }
}

/** `private`, `host`, or another container's. */
export function checkNamespaces(field: string, value: unknown): void {
  checkObject(field, value)
  checkOneOf(`${field}.kind`, value.kind, ["private", "container", "host"])
  if (value.kind === "container") checkContainerReference(`${field}.container`, value.container)
}

function checkContainerReference(field: string, value: unknown): void {
  checkString(field, value, 128)
  checkObjectName(field, value)
}
