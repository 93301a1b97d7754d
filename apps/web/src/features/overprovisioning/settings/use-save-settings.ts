"use client"
import type { OverprovisioningNow } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { toast } from "@/components/controls/toast"
import { useErrorToast } from "@/lib/errors"
import { useTRPC } from "@/lib/trpc"
import { same } from "./draft"

const UNDO_MS = 15_000

/** Somebody else saved other settings since those that were looked at. */
export class ChangedMeanwhile extends Error {
  override readonly name = "ChangedMeanwhile"
}

interface Step<Settings> {
  from: Settings
  to: Settings
}

interface SaveSettings<Settings> {
  /** The part of the server's settings that is saved. */
  read: (now: OverprovisioningNow) => Settings
  write: (step: Step<Settings>) => Promise<unknown>
}

/** Saves settings and offers to undo it. Both are refused with `ChangedMeanwhile` where the server's are not those that one started from any more. */
export function useSaveSettings<Settings>({ read, write }: SaveSettings<Settings>) {
  const t = useTranslations("lineSettings")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const fail = useErrorToast()

  async function put(step: Step<Settings>): Promise<void> {
    const now = await queries.fetchQuery(trpc.overprovisioning.now.queryOptions(undefined, { staleTime: 0 }))
    if (!same(read(now), step.from)) throw new ChangedMeanwhile(t("changedMeanwhile"))
    await write(step)
    await queries.invalidateQueries(trpc.overprovisioning.now.queryFilter())
  }

  return useMutation({
    mutationFn: put,
    onSuccess(_, { from, to }) {
      const undo = () =>
        put({ from: to, to: from }).then(
          () => toast.success(t("restored")),
          (error: unknown) => fail(t("notRestored"), error),
        )
      toast.success(t("saved"), { duration: UNDO_MS, action: { label: t("undo"), onClick: () => void undo() } })
    },
  })
}
