import type { EventRecord } from "@plimsoll/server/contract"
import { containerHref } from "@/lib/container-href"
import { imageHref } from "@/lib/image-href"

/** The page of the object that an event is about; `null`: it has none. */
export function eventHref(event: Pick<EventRecord, "kind" | "action" | "id" | "name" | "host">): string | null {
  if (event.action === "remove" || event.action === "delete") return null
  switch (event.kind) {
    case "container":
      return containerHref(event)
    case "image":
      return imageHref(event)
    case "volume":
      return "/volumes"
    case "network":
      return "/networks"
    case "engine":
      return `/hosts/${encodeURIComponent(event.host)}`
    case "tenant":
      return `/tenants/${encodeURIComponent(event.name)}`
    case "ladder":
    case "incident":
      return "/overprovisioning"
    case "audit":
      return auditHref(event)
  }
}

/** Of what somebody did: the page of what they did it to, unless it is gone by that. */
function auditHref({ action, id, name, host }: Pick<EventRecord, "action" | "id" | "name" | "host">): string | null {
  const [noun, verb] = action.split(".")
  if (verb === "remove") return noun === "tenants" ? `/tenants/${encodeURIComponent(id)}` : null
  switch (noun) {
    case "containers":
      // Of many at once there is no one page.
      return verb === "bulk" ? null : containerHref({ id, name, host })
    case "tenants":
      return `/tenants/${encodeURIComponent(id)}`
    case "plans":
      return `/plans?plan=${encodeURIComponent(id)}`
    case "hosts":
      return `/hosts/${encodeURIComponent(id)}`
    case "volumes":
    case "networks":
    case "registries":
    case "images":
      return `/${noun}`
    default:
      return null
  }
}
