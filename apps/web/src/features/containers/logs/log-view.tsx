"use client"
import { useVirtualizer } from "@tanstack/react-virtual"
import { ArrowDown } from "lucide-react"
import Link from "next/link"
import { useEffect, useRef, useState } from "react"
import { useTranslations } from "use-intl"
import { cn } from "@/lib/cn"
import { useFormat } from "@/lib/use-format"
import { type LogLevel, type ShownLine, splitAtMatches } from "./log-buffer"

const levelClass: Record<LogLevel, string> = {
  error: "text-bad-ink",
  warning: "text-warn-ink",
  info: "text-ink",
  debug: "text-faint",
}

interface LogViewProps {
  lines: readonly ShownLine[]
  wrap: boolean
  highlight: string
  label: string
  /** It begins at a moment that one wants to see: it stays there until one goes to the end. */
  fromStart: boolean
  /** Address that shows the log from a line on. */
  addressOf: (line: ShownLine) => string
}

/** The lines. Follows the end until one scrolls up; then it stays and counts what is new below. */
export function LogView({ lines, wrap, highlight, label, fromStart, addressOf }: LogViewProps) {
  const t = useTranslations("container.logs")
  const format = useFormat()
  const scroller = useRef<HTMLElement>(null)
  const [following, setFollowing] = useState(!fromStart)
  const [leftAt, setLeftAt] = useState(Number.POSITIVE_INFINITY)
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 20,
    overscan: 30,
    getItemKey: (index) => lines[index]?.sequence ?? index,
  })
  const last = lines.at(-1)?.sequence ?? 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new last line moves the view along.
  useEffect(() => {
    if (following && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: "end" })
  }, [last, following, lines.length])

  function onScroll() {
    const element = scroller.current
    if (!element) return
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 24
    if (atEnd) setFollowing(true)
  }

  /** Only a person's own wheel, key or touch stops following; the view's own scrolling must not. */
  function onLeave(up: boolean) {
    if (!up || !following) return
    setFollowing(false)
    setLeftAt(last)
  }

  const unseen = following ? 0 : lines.filter((line) => line.sequence > leftAt).length
  return (
    <div className="relative flex min-h-64 flex-1 flex-col">
      <section
        ref={scroller}
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        tabIndex={0}
        onScroll={onScroll}
        onWheel={(event) => onLeave(event.deltaY < 0)}
        onTouchMove={() => onLeave(true)}
        onKeyDown={(event) => onLeave(["ArrowUp", "PageUp", "Home"].includes(event.key))}
        className="min-h-0 flex-1 overflow-auto rounded-panel border border-line bg-field py-1 font-mono text-sm leading-5"
      >
        <div className="relative w-full" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const line = lines[item.index]
            if (!line) return null
            return (
              <div
                key={item.key}
                data-index={item.index}
                ref={virtual.measureElement}
                className="absolute top-0 left-0 flex w-full gap-3 px-3 hover:bg-hover"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <Link
                  href={addressOf(line)}
                  prefetch={false}
                  tabIndex={-1}
                  title={`${format.dateTime(line.timestamp)} · ${t("fromHere")}`}
                  className="shrink-0 select-none text-faint hover:text-ink hover:underline"
                >
                  <time dateTime={new Date(line.timestamp).toISOString()}>{format.time(line.timestamp)}</time>
                </Link>
                <span
                  className={cn("w-4 shrink-0 select-none", line.stream === "stderr" ? "text-warn-ink" : "text-faint")}
                  title={line.stream}
                >
                  {line.stream === "stderr" ? "E" : "·"}
                </span>
                <span
                  className={cn(
                    line.context ? "text-faint" : line.level && levelClass[line.level],
                    wrap ? "min-w-0 whitespace-pre-wrap break-all" : "whitespace-pre",
                  )}
                >
                  <Highlighted text={line.text} word={highlight} />
                </span>
              </div>
            )
          })}
        </div>
      </section>
      {following ? null : (
        <button
          type="button"
          onClick={() => setFollowing(true)}
          className="absolute right-4 bottom-3 inline-flex items-center gap-1.5 rounded-full border border-line bg-raised px-3 py-1 font-medium text-sm shadow-pop hover:bg-hover"
        >
          <ArrowDown aria-hidden className="size-3.5" />
          {unseen > 0 ? t("newLines", { count: unseen }) : t("toEnd")}
        </button>
      )}
    </div>
  )
}

function Highlighted({ text, word }: { text: string; word: string }) {
  const pieces = splitAtMatches(text, word)
  if (pieces.length === 1) return text
  return pieces.map((piece, index) =>
    index % 2 === 0 ? (
      piece
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text are their places.
      <mark key={index} className="bg-load/30 text-ink">
        {piece}
      </mark>
    ),
  )
}
