"use client"
import { RotateCw, TriangleAlert } from "lucide-react"
import type { ReactNode } from "react"
import { useTranslations } from "use-intl"
import { cn } from "@/lib/cn"
import { useExplainError } from "@/lib/errors"
import { Button } from "./button"
import { CommandLine } from "./command-line"

interface ErrorStateProps {
  error: unknown
  /** What was tried: `The images could not be listed`. */
  title?: ReactNode
  /** Tries again. */
  onRetry?: () => void
  /** For dialogs and panels: without the middle of the page to itself. */
  compact?: boolean
  className?: string
}

/** Something failed: what is wrong, what mends it, the code to search for, and a way to try again. */
export function ErrorState({ error, title, onRetry, compact = false, className }: ErrorStateProps) {
  const t = useTranslations("controls")
  const explained = useExplainError(error)
  return (
    <div
      role="alert"
      className={cn("flex gap-3", compact ? "rounded-control border border-bad/50 p-3" : "mx-auto max-w-[68ch] px-4 py-10", className)}
    >
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad-ink" />
      <div className="flex min-w-0 flex-1 flex-col gap-1.5">
        {title ? <p className="font-medium">{title}</p> : null}
        <p className={cn("break-words", title && "text-mute")}>{explained.message}</p>
        {explained.remedy ? <Remedy text={explained.remedy} /> : null}
        <p className="flex items-center gap-3 text-faint text-sm">
          <code>{explained.code}</code>
          {onRetry ? (
            <Button size="sm" icon={<RotateCw aria-hidden className="size-3" />} onClick={onRetry}>
              {t("tryAgain")}
            </Button>
          ) : null}
        </p>
      </div>
    </div>
  )
}

/** A remedy: a command is shown as one that can be copied, a sentence as a sentence. */
export function Remedy({ text }: { text: string }) {
  return looksLikeCommand(text) ? <CommandLine command={text} /> : <p className="text-mute">{text}</p>
}

/** True for one line that begins like a shell command rather than like a sentence. */
export function looksLikeCommand(text: string): boolean {
  return (
    /^(sudo |apt(-get)? |dnf |modprobe |mount |mkdir |sysctl |echo |npm |systemctl |ip |nft |update-grub|swapon )/.test(text) &&
    !text.includes("\n")
  )
}
