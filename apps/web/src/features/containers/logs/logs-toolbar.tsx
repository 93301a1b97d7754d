"use client"
import { ArrowUp, Download, FileDown, History } from "lucide-react"
import { useTranslations } from "use-intl"
import { Button, buttonClass } from "@/components/controls/button"
import { Checkbox } from "@/components/controls/checkbox"
import { FilterInput } from "@/components/controls/filter-input"
import { Input } from "@/components/controls/input"
import { saveText } from "@/lib/save-text"
import { useFormat } from "@/lib/use-format"
import type { LogLevel } from "./log-buffer"

/** What of the log is shown. */
export interface LogsFilter {
  q: string
  streams: ("stdout" | "stderr")[]
  levels: LogLevel[]
  context: boolean
  tail: number
  since: number | null
}

interface LogsToolbarProps {
  filter: LogsFilter
  onChange: (change: Partial<LogsFilter>) => void
  wrap: boolean
  onWrapChange: (wrap: boolean) => void
  shown: number
  total: number
  dropped: number
  /** It ends before the log does. */
  full: boolean
  /** Reads older lines; absent when there are none to read. */
  onEarlier?: () => void
  download: { name: string; text: () => string }
  wholeLog: string
}

/** What of the log is shown, and ways to take it along. */
export function LogsToolbar({
  filter,
  onChange,
  wrap,
  onWrapChange,
  shown,
  total,
  dropped,
  full,
  onEarlier,
  download,
  wholeLog,
}: LogsToolbarProps) {
  const t = useTranslations("container.logs")
  const format = useFormat()
  const toggle = <Value,>(list: Value[], value: Value, on: boolean) => (on ? [...list, value] : list.filter((each) => each !== value))
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <FilterInput
        value={filter.q}
        onValueChange={(q) => onChange({ q })}
        label={t("search")}
        clearLabel={t("clearSearch")}
        className="w-64 max-sm:w-full"
      />
      <div className="flex gap-3">
        {(["stdout", "stderr"] as const).map((stream) => (
          <Checkbox
            key={stream}
            checked={filter.streams.includes(stream)}
            onCheckedChange={(on) => onChange({ streams: toggle(filter.streams, stream, on) })}
          >
            {stream}
          </Checkbox>
        ))}
      </div>
      <div className="flex gap-3">
        {(["error", "warning", "info", "debug"] as const).map((level) => (
          <Checkbox
            key={level}
            checked={filter.levels.includes(level)}
            onCheckedChange={(on) => onChange({ levels: toggle(filter.levels, level, on) })}
          >
            {t(`level.${level}`)}
          </Checkbox>
        ))}
      </div>
      <Checkbox
        checked={filter.context}
        disabled={filter.q === "" && filter.levels.length === 0}
        onCheckedChange={(context) => onChange({ context })}
      >
        {t("context")}
      </Checkbox>
      <Checkbox checked={wrap} onCheckedChange={(on) => onWrapChange(on)}>
        {t("wrap")}
      </Checkbox>
      <label htmlFor="log-since" className="flex items-center gap-1.5 text-mute text-sm">
        <History aria-hidden className="size-3.5" />
        {t("since")}
        <Input
          id="log-since"
          type="datetime-local"
          step={1}
          className="w-52"
          value={filter.since === null ? "" : localInputValue(filter.since)}
          onChange={(event) => {
            const at = new Date(event.target.value).getTime()
            onChange({ since: Number.isNaN(at) ? null : at })
          }}
        />
      </label>
      <div className="ml-auto flex items-center gap-2">
        <span className="text-mute text-sm" aria-live="off">
          {shown === total ? t("lines", { count: total }) : t("linesOf", { shown: format.count(shown), count: format.count(total) })}
          {dropped > 0 ? ` ${t("dropped", { count: format.count(dropped) })}` : ""}
          {full ? ` ${t("goesOn")}` : ""}
        </span>
        {onEarlier ? (
          <Button size="sm" icon={<ArrowUp aria-hidden className="size-3.5" />} onClick={onEarlier}>
            {t("earlier")}
          </Button>
        ) : null}
        <Button size="sm" icon={<FileDown aria-hidden className="size-3.5" />} onClick={() => saveText(download.name, download.text())}>
          {t("downloadShown")}
        </Button>
        <a href={wholeLog} download={download.name} className={buttonClass({ size: "sm" })}>
          <Download aria-hidden className="size-3.5" />
          {t("downloadAll")}
        </a>
      </div>
    </div>
  )
}

/** Epoch milliseconds as `datetime-local` wants them: local time without a zone. */
function localInputValue(at: number): string {
  const date = new Date(at)
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}
