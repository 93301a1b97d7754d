import { localHost } from "@plimsoll/server/contract"

/**
 * The address of a container's pages. Names are unique on one host only: this machine's containers go by theirs, those of other hosts
 * by the first 12 digits of their id, which are unique everywhere.
 */
export function containerHref({ id, name, host }: { id: string; name: string; host: string }): string {
  return `/containers/${encodeURIComponent(host === localHost ? name : id.slice(0, 12))}`
}
