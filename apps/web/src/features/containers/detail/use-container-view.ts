"use client"
import type { ContainerRow } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import { containerHref } from "@/lib/container-href"
import { errorCode } from "@/lib/errors"
import { isAway } from "@/lib/hosts"
import { useContainersLive, useHosts } from "@/lib/live"
import { useTRPC } from "@/lib/trpc"
import type { ContainerView } from "./container-context"
import { findContainers } from "./find-containers"

export type ContainerLookup =
  | { kind: "loading" }
  | { kind: "error"; error: unknown }
  | { kind: "unknown" }
  /** Several hosts have one of that name. */
  | { kind: "ambiguous"; rows: ContainerRow[] }
  /** It was here a moment ago; somebody removed it. */
  | { kind: "removed"; name: string }
  | { kind: "found"; view: ContainerView }

/**
 * Follows the container that an address names (name, id or prefix). Once found it is followed by its id, so that a rename
 * elsewhere does not lose it, and its removal is told apart from an address that never named anything.
 */
export function useContainerView(address: string): ContainerLookup {
  const trpc = useTRPC()
  const { data: live, error: liveError } = useContainersLive()
  const hosts = useHosts()
  const [known, setKnown] = useState<{ id: string; name: string }>()
  const named = live ? findContainers(live, known?.id ?? address) : []
  const row = named.length === 1 ? named[0] : undefined
  useEffect(() => {
    if (row) setKnown((before) => (before?.id === row.id && before.name === row.name ? before : { id: row.id, name: row.name }))
  }, [row])
  const host = row && hosts.byId.get(row.host)
  const away = isAway(host)
  const inspect = useQuery(
    trpc.containers.inspect.queryOptions({ id: known?.id ?? row?.id ?? address }, { enabled: live !== undefined && !away }),
  )

  // Figures come with the live row; the rest is read again when the engine's account of it changed.
  const version = row && JSON.stringify([row.state, row.name, row.limits, row.restartCount, row.health])
  const { refetch } = inspect
  useEffect(() => {
    if (version !== undefined && !away) void refetch()
  }, [version, away, refetch])

  if (row) return { kind: "found", view: { id: row.id, name: row.name, row, host, away, href: containerHref(row), inspect: inspect.data } }
  if (live === undefined) return liveError ? { kind: "error", error: liveError } : { kind: "loading" }
  if (named.length > 1) return { kind: "ambiguous", rows: named }
  if (known) return { kind: "removed", name: known.name }
  if (inspect.error)
    return errorCode(inspect.error) === "not_found" || errorCode(inspect.error) === "invalid_argument"
      ? { kind: "unknown" }
      : { kind: "error", error: inspect.error }
  return { kind: "loading" }
}
