"use client"
import type { Tenant } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { toast } from "@/components/controls/toast"
import { useErrorToast } from "@/lib/errors"
import { useTRPC } from "@/lib/trpc"

/** What is done with a tenant without a question first; the result is said where it failed or was done. */
export function useTenantActions({ name }: Pick<Tenant, "name">) {
  const t = useTranslations("tenants")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const toastError = useErrorToast()
  const refresh = () => queries.invalidateQueries(trpc.tenants.pathFilter())
  const resume = useMutation(trpc.tenants.resume.mutationOptions({ onSuccess: refresh }))
  const keep = useMutation(trpc.tenants.keep.mutationOptions({ onSuccess: refresh }))
  const lookAs = useMutation(trpc.session.lookAs.mutationOptions())
  return {
    resume: () =>
      resume.mutate(
        { tenant: name },
        {
          onSuccess: () => toast.success(t("resumed", { name })),
          onError: (error) => toastError(t("notResumed", { name }), error),
        },
      ),
    keep: () =>
      keep.mutate(
        { tenant: name },
        { onSuccess: () => toast.success(t("kept", { name })), onError: (error) => toastError(t("notKept", { name }), error) },
      ),
    lookAs: (write: boolean) =>
      lookAs.mutate(
        { tenant: name, write },
        {
          // All that is on the page and in memory is the operator's: begin anew as somebody else.
          onSuccess: () => window.location.assign("/"),
          onError: (error) => toastError(t("notLookedAs", { name }), error),
        },
      ),
    export: () => window.location.assign(exportHref(name)),
  }
}

/** Where all that is known of a tenant is downloaded from, as a tar. */
function exportHref(name: string): string {
  return `/api/tenants/${encodeURIComponent(name)}/export`
}
