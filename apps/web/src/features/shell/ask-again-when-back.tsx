"use client"
import { useQueryClient } from "@tanstack/react-query"
import { useEffect, useRef } from "react"
import { useConnection } from "@/lib/connection"

/** When the live connection comes back after a loss, everything on the page is asked again: it may have changed meanwhile. */
export function AskAgainWhenBack() {
  const { phase } = useConnection()
  const queries = useQueryClient()
  const wasOffline = useRef(false)
  useEffect(() => {
    if (phase === "offline") wasOffline.current = true
    if (phase === "live" && wasOffline.current) {
      wasOffline.current = false
      void queries.invalidateQueries()
    }
  }, [phase, queries])
  return null
}
