"use client"
import type { ContainerInspect, ContainerRow, HostSummary } from "@plimsoll/server/contract"
import { createContext, useContext } from "react"

/** The container that the pages below its address are about. */
export interface ContainerView {
  id: string
  name: string
  /** What the kernel and the engine said last, renewed each second. */
  row: ContainerRow
  /** Where it is; undefined for a moment, until the hosts are known. */
  host: HostSummary | undefined
  /** The host does not answer: what is known of the container is its last known state. */
  away: boolean
  /** The address of its first page, below which the others are. */
  href: string
  /** All that is known of it; undefined until it was read. */
  inspect: ContainerInspect | undefined
}

export const ContainerContext = createContext<ContainerView | null>(null)

/** The container of this page. Only below `ContainerFrame`, which renders nothing until it is known. */
export function useContainer(): ContainerView {
  const view = useContext(ContainerContext)
  if (view === null) throw new Error("useContainer outside of ContainerFrame")
  return view
}
