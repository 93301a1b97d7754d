"use client"
import { useHosts } from "@/lib/live"

/** A host's name as text; its id when the console has forgotten it. */
export function HostName({ id }: { id: string }) {
  return useHosts().byId.get(id)?.name ?? id
}
