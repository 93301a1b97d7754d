"use client"
import { useMutation } from "@tanstack/react-query"
import { Eye, Pencil } from "lucide-react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { useErrorToast } from "@/lib/errors"
import { useMe } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"

/** Says, on every page, that one looks with somebody else's eyes, and ends that. */
export function LookAsBanner() {
  const t = useTranslations("lookAs")
  const me = useMe()
  const fail = useErrorToast()
  const end = useMutation(
    useTRPC().session.lookAsEnd.mutationOptions({
      // A whole new page: all that was read, and the live connection, was with other eyes.
      onSuccess: () => window.location.assign("/"),
      onError: (error) => fail(t("notEnded"), error),
    }),
  )
  if (!me?.lookingAs) return null
  const { tenant, write } = me.lookingAs
  return (
    // Below the header, and staying there: nobody may forget with whose eyes they look.
    <div role="status" className="sticky top-14 z-20 bg-bg/90 px-4 pb-3 backdrop-blur-sm sm:px-7">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 rounded-control border border-load bg-panel py-1.5 pr-1.5 pl-3">
        {write ? (
          <Pencil aria-hidden className="size-4 shrink-0 text-load-ink" />
        ) : (
          <Eye aria-hidden className="size-4 shrink-0 text-load-ink" />
        )}
        <span className="min-w-0 flex-1">{t(write ? "writing" : "reading", { tenant })}</span>
        <Button size="sm" busy={end.isPending} onClick={() => end.mutate()}>
          {t("end")}
        </Button>
      </div>
    </div>
  )
}
