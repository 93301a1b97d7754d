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
    case "audit":
      return null
    case "tenant":
      return `/events?tenant=${encodeURIComponent(event.name)}`
  }
}
