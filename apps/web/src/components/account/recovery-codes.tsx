"use client"
import { Download } from "lucide-react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { CopyButton } from "@/components/controls/copy-button"
import { saveText } from "@/lib/save-text"

/** The codes that sign in without the app. They are shown this once. */
export function RecoveryCodes({ codes, account }: { codes: readonly string[]; account: string }) {
  const t = useTranslations("twoFactor")
  const text = codes.join("\n")

  return (
    <div className="flex flex-col gap-2">
      <p>{t("codesOnce")}</p>
      <div className="rounded-control border border-line bg-bg p-3">
        <ul aria-label={t("codes")} className="grid grid-cols-2 gap-x-6 gap-y-1 font-mono text-sm">
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
      </div>
      <div className="flex items-center gap-1">
        <Button
          size="sm"
          icon={<Download aria-hidden className="size-3.5" />}
          onClick={() => saveText(`plimsoll-recovery-codes-${account}.txt`, `${t("fileHeading", { account })}\n\n${text}\n`)}
        >
          {t("download")}
        </Button>
        <CopyButton text={text} label={t("copyCodes")} />
      </div>
    </div>
  )
}
