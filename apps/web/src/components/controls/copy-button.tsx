"use client"
import { Check, Copy } from "lucide-react"
import { useEffect, useState } from "react"
import { useTranslations } from "use-intl"
import { IconButton } from "./icon-button"
import { toast } from "./toast"

/** Copies `text` to the clipboard and says so. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const t = useTranslations("controls")
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1500)
    return () => clearTimeout(timer)
  }, [copied])

  async function copy() {
    try {
      await writeClipboard(text)
      setCopied(true)
    } catch {
      toast.error(t("copyFailed"))
    }
  }

  return (
    <IconButton
      size="sm"
      label={copied ? t("copied") : (label ?? t("copy"))}
      icon={copied ? <Check aria-hidden className="size-3.5 text-run-ink" /> : <Copy aria-hidden className="size-3.5" />}
      onClick={() => {
        void copy()
      }}
    />
  )
}

/** The clipboard API exists only on HTTPS and localhost; consoles are also reached by plain HTTP on a private network. */
async function writeClipboard(text: string): Promise<void> {
  if (window.isSecureContext) return navigator.clipboard.writeText(text)
  const area = document.createElement("textarea")
  area.value = text
  area.style.position = "fixed"
  area.style.opacity = "0"
  document.body.append(area)
  area.select()
  const done = document.execCommand("copy")
  area.remove()
  if (!done) throw new Error("the browser refused to copy")
}
