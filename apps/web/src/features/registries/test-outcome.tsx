"use client"
import type { RegistryTest } from "@plimsoll/server/contract"
import { CircleCheck, CircleHelp } from "lucide-react"
import { useTranslations } from "use-intl"
import { ErrorState } from "@/components/controls/error-state"
import { cn } from "@/lib/cn"
import { errorCode } from "@/lib/errors"

interface TestOutcomeProps {
  test: { data: RegistryTest | undefined; error: unknown; isPending: boolean }
  /** As whom it was tried. */
  username: string | null
  plainHttp: boolean
  className?: string
}

/** What a registry answered to a test, or why there is no answer and what to do. Nothing before and during the test. */
export function TestOutcome({ test: { data, error, isPending }, username, plainHttp, className }: TestOutcomeProps) {
  const t = useTranslations("registries")
  if (isPending) return null
  if (error) {
    const code = errorCode(error)
    return (
      <div className={cn("flex flex-col gap-1.5", className)}>
        <ErrorState
          compact
          error={error}
          title={t(code === "registry_refused" ? "testRefused" : code === "registry_unavailable" ? "testUnavailable" : "testFailed")}
        />
        {code === "registry_unavailable" && !plainHttp ? <p className="text-mute text-sm">{t("adviceUnavailable")}</p> : null}
      </div>
    )
  }
  if (data === undefined) return null
  const { authentication, signedIn } = data
  const asked = authentication === "none" ? "" : ` ${t(`way.${authentication}`)}`
  const text =
    authentication === "none"
      ? t(username === null ? "testNone" : "testNoneDespite")
      : signedIn
        ? t("testSignedIn", { name: username ?? "" })
        : t("testAnonymous")
  const certain = signedIn || authentication === "none"
  return (
    <p role="status" className={cn("flex items-start gap-2", className)}>
      {certain ? (
        <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-run-ink" />
      ) : (
        <CircleHelp aria-hidden className="mt-0.5 size-4 shrink-0 text-warn-ink" />
      )}
      <span>
        {text}
        <span className="text-mute">{asked}</span>
      </span>
    </p>
  )
}
