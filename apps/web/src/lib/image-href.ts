import { localHost } from "@plimsoll/server/contract"

/** The address of an image's page. An id may be on several hosts: those that are not this machine are named. */
export function imageHref({ id, host }: { id: string; host: string }): string {
  return `/images/${encodeURIComponent(id)}${host === localHost ? "" : `?${new URLSearchParams({ host })}`}`
}
