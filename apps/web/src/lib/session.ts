"use client"
import { type Me, mayDo, type OperationName } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { useCallback } from "react"
import { isUnreachable } from "./errors"
import { useTRPC } from "./trpc"

/** How often it is asked again while the server is away. */
const AGAIN_MS = 3000
/** A role that changes cuts the live connection, after which everything is asked again: it need not be asked at every look. */
const STALE_MS = 60_000

/** Who is signed in, and as what. `data` is `undefined` until it is known; it is asked again by itself while the server is away. */
export function useSession() {
  return useQuery(
    useTRPC().session.me.queryOptions(undefined, {
      staleTime: STALE_MS,
      refetchInterval: ({ state }) => (state.data === undefined && isUnreachable(state.error) ? AGAIN_MS : false),
    }),
  )
}

/** Who is signed in; `undefined` until it is known. */
export function useMe(): Me | undefined {
  return useSession().data
}

export type May = (operation: OperationName) => boolean

/**
 * What whoever is signed in may do, by the server's own table: `may("containers.start")`. Nothing until it is known who that is. What it denies is
 * not offered; it protects nothing, the server does.
 */
export function useMay(): May {
  const role = useMe()?.role
  return useCallback<May>((operation) => role !== undefined && mayDo(role, operation), [role])
}

/** True for who belongs to one tenant, or looks as one: there is no host, no other tenant and nothing of the provider's for them. */
export function useIsTenant(): boolean {
  const me = useMe()
  return me !== undefined && me.tenant !== null
}
