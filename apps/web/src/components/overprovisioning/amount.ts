import type { ResourceName } from "@plimsoll/server/contract"
import type { Format } from "@/lib/format"

/** An amount of a resource with its unit. Less than nothing keeps its sign. */
export function amount(format: Format, resource: ResourceName, value: number | null): string {
  if (value !== null && value < 0) return `−${amount(format, resource, -value)}`
  switch (resource) {
    case "memory":
    case "disk":
      return format.bytes(value)
    case "cpu":
      return format.cores(value)
    case "pids":
      return format.count(value)
  }
}
