"use client"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { Button, buttonClass } from "@/components/controls/button"
import { errorCode } from "@/lib/errors"
import { Problem } from "./problem"

/** A page that threw: refused (403) is told apart from failed. */
export function FailedPage({ error, onRetry }: { error: Error & { digest?: string }; onRetry: () => void }) {
  const t = useTranslations("pages")
  const controls = useTranslations("controls")
  const forbidden = ["forbidden", "permission_denied"].includes(errorCode(error))
  return (
    <Problem
      code={forbidden ? "403" : "500"}
      title={t(forbidden ? "forbiddenTitle" : "errorTitle")}
      actions={
        <>
          {forbidden ? null : (
            <Button variant="primary" onClick={onRetry}>
              {controls("tryAgain")}
            </Button>
          )}
          <Link href="/" className={buttonClass()}>
            {t("toOverview")}
          </Link>
        </>
      }
    >
      <p>{t(forbidden ? "forbidden" : "error")}</p>
      {forbidden || error.message === "" ? null : <code className="mt-2 block break-words text-sm">{error.message}</code>}
      {error.digest ? <p className="mt-1 text-sm">{t("errorReference", { digest: error.digest })}</p> : null}
    </Problem>
  )
}
