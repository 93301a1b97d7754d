"use client"
import type { ContainerSpec, Transfer } from "@plimsoll/server/contract"
import { useMutation } from "@tanstack/react-query"
import { useEffect, useEffectEvent, useState } from "react"
import { useTransfersLive } from "@/lib/live"
import { useTRPC } from "@/lib/trpc"

interface Outcomes {
  /** The container is there. `failed`: what went wrong after that. */
  onCreated: (container: { id: string; name: string; host: string }, failed: Transfer["error"]) => void
  onFailed: (error: NonNullable<Transfer["error"]>) => void
}

/** Has a container made of an image that is not here yet. The server goes on with it when this page is left. */
export function usePullAndCreate({ onCreated, onFailed }: Outcomes) {
  const trpc = useTRPC()
  const begin = useMutation(trpc.containers.pullAndCreate.mutationOptions())
  const cancel = useMutation(trpc.transfers.cancel.mutationOptions())
  const { data } = useTransfersLive()
  const [id, setId] = useState<string | null>(null)
  const transfer = id === null ? undefined : data?.byId.get(id)

  const ended = useEffectEvent(() => {
    if (transfer === undefined) return
    const { container, error, host } = transfer
    if (container?.id) onCreated({ id: container.id, name: container.name ?? container.id, host }, error)
    else if (error !== null) onFailed(error)
  })
  const status = transfer?.status
  useEffect(() => {
    if (status !== undefined && status !== "running") ended()
  }, [status])

  const { reset: forgetRefusal } = begin
  return {
    transfer,
    /** True from the request until the container is there or it failed. */
    running: begin.isPending || (id !== null && (transfer === undefined || transfer.status === "running")),
    error: begin.error,
    begin: async (input: { host: string; spec: ContainerSpec; start: boolean; overrule?: string }) => {
      setId(null)
      setId((await begin.mutateAsync(input)).id)
    },
    cancel: {
      begin: () => {
        if (id !== null) cancel.mutate({ id })
      },
      pending: cancel.isPending,
      error: cancel.error,
    },
    /** What ended is no longer shown: the form is about something else now. */
    forget: () => {
      forgetRefusal()
      if (status !== undefined && status !== "running") setId(null)
    },
  }
}
