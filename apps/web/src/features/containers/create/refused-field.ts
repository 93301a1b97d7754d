import { errorCode, errorFacts } from "@/lib/errors"
import type { ContainerForm } from "./container-form"

/** Fields of the form by the path of the request that they fill; the longest that fits counts. */
const fields: readonly [path: string, field: keyof ContainerForm][] = [
  ["limits.memoryMaxBytes", "memory"],
  ["limits.swapMaxBytes", "swap"],
  ["limits.cpuMaxCores", "cpus"],
  ["limits.cpuWeight", "cpuWeight"],
  ["limits.pidsMax", "pids"],
  ["diskBytes", "disk"],
  ["restartPolicy.maximumRetries", "retries"],
  ["image", "image"],
  ["name", "name"],
  ["tenant", "tenant"],
  ["entrypoint", "entrypoint"],
  ["command", "command"],
  ["environment", "environment"],
  ["labels", "labels"],
  ["ports", "ports"],
  ["mounts", "mounts"],
  ["user", "user"],
  ["workingDirectory", "workingDirectory"],
  ["hostname", "hostname"],
  ["network", "network"],
  ["restartPolicy", "restart"],
]

/** The field that the server refused the container for; undefined when it is no field's fault, or nobody can tell. */
export function refusedField(error: unknown): keyof ContainerForm | undefined {
  const facts = errorFacts(error)
  switch (errorCode(error)) {
    case "name_in_use":
      return "name"
    case "image_not_found":
    case "invalid_reference":
      return "image"
    case "port_in_use":
      return "ports"
    case "limit_unsupported":
    case "limit_below_usage":
      return typeof facts.limit === "string" ? fieldAt(`limits.${facts.limit}`) : undefined
    case "invalid_argument":
      return typeof facts.field === "string" ? fieldAt(facts.field) : undefined
    default:
      return typeof facts.volume === "string" ? "mounts" : undefined
  }
}

function fieldAt(path: string): keyof ContainerForm | undefined {
  return fields.find(([prefix]) => path === prefix || path.startsWith(`${prefix}.`))?.[1]
}
