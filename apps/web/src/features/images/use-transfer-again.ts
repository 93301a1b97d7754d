"use client"
import type { Transfer } from "@plimsoll/server/contract"
import { useMutation } from "@tanstack/react-query"
import { useTRPC } from "@/lib/trpc"
import { rememberedPull, rememberedPush, rememberPull, rememberPush } from "./transfer-inputs"

interface Again {
  error: unknown
  /** Begins it once more; `onBegun` gets the new transfer. */
  begin: (onBegun: (id: string) => void) => void
}

/** A way to try a transfer again; `undefined` where nobody knows any more what exactly was asked. */
export function useTransferAgain({ id, kind, host, reference, container }: Transfer): Again | undefined {
  const trpc = useTRPC()
  const pull = useMutation(trpc.images.pull.mutationOptions())
  const push = useMutation(trpc.images.push.mutationOptions())
  // The container's wishes are in the form that asked for it.
  if (container !== null) return undefined
  if (kind === "pull") {
    const input = rememberedPull(id) ?? { host, reference }
    return {
      error: pull.error,
      begin: (onBegun) =>
        pull.mutate(input, {
          onSuccess: (next) => {
            rememberPull(next.id, input)
            onBegun(next.id)
          },
        }),
    }
  }
  const input = rememberedPush(id)
  if (input === undefined) return undefined
  return {
    error: push.error,
    begin: (onBegun) =>
      push.mutate(input, {
        onSuccess: (next) => {
          rememberPush(next.id, input)
          onBegun(next.id)
        },
      }),
  }
}
