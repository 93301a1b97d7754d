"use client"
import type { Member } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { toast } from "@/components/controls/toast"
import { useErrorToast } from "@/lib/errors"
import { useTRPC } from "@/lib/trpc"

/** Lets somebody try their password again at once, after too many were wrong. */
export function useUnlock(): (member: Member) => void {
  const t = useTranslations("members")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const fail = useErrorToast()
  const unlock = useMutation(trpc.members.unlock.mutationOptions())
  return ({ userId, username }) =>
    unlock.mutate(
      { userId },
      {
        onSuccess: () => {
          toast.success(t("unlocked", { name: username }))
          void queries.invalidateQueries(trpc.members.pathFilter())
        },
        onError: (error) => fail(t("notUnlocked", { name: username }), error),
      },
    )
}
