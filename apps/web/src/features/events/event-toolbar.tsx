"use client"
import { auditResults, eventActions, eventKinds } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { History, ScrollText, X } from "lucide-react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { FilterInput } from "@/components/controls/filter-input"
import { Input } from "@/components/controls/input"
import { MultiSelect } from "@/components/controls/multi-select"
import { Popover } from "@/components/controls/popover"
import { Select } from "@/components/controls/select"
import { StateDot } from "@/components/controls/state-dot"
import { HostFilter } from "@/components/hosts/host-filter"
import { cn } from "@/lib/cn"
import { useIsTenant } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { useNow } from "@/lib/use-now"
import type { EventFilterState } from "./use-event-filter"

/** What to show of the stream. */
export function EventToolbar({ state, live }: { state: EventFilterState; live: boolean }) {
  const t = useTranslations("events")
  const verbs = useTranslations("eventText.verbs")
  const controls = useTranslations("controls")
  const audit = useTranslations("audit")
  const format = useFormat()
  const now = useNow()
  const { filter, setFilter, active } = state
  const ofTenant = useIsTenant()
  const onlyAudit = filter.kind.length === 1 && filter.kind[0] === "audit"
  const tenants = useQuery(useTRPC().tenants.list.queryOptions(undefined, { enabled: !ofTenant }))
  const names = [
    ...new Set([...(tenants.data ?? []).map((tenant) => tenant.name), ...(filter.tenant === "" ? [] : [filter.tenant])]),
  ].sort()

  return (
    <div className="flex flex-wrap items-center gap-2">
      <FilterInput
        label={t("filter")}
        clearLabel={controls("clear")}
        value={filter.q}
        onValueChange={(q) => void setFilter({ q: q === "" ? null : q }, { throttleMs: 250 })}
        className="w-56 max-sm:w-full"
      />
      <Button
        icon={<ScrollText aria-hidden className="size-3.5" />}
        aria-pressed={onlyAudit}
        className={cn(onlyAudit && "bg-selected!")}
        onClick={() => void setFilter({ kind: onlyAudit ? null : ["audit"], action: null })}
      >
        {audit("title")}
      </Button>
      <MultiSelect
        label={t("kind")}
        anyText={t("any")}
        values={filter.kind}
        onValuesChange={(kind) => void setFilter({ kind: kind.length === 0 ? null : kind })}
        options={eventKinds.map((kind) => ({ value: kind, label: t(`kinds.${kind}`) }))}
      />
      <MultiSelect
        label={t("action")}
        anyText={t("any")}
        values={filter.action}
        onValuesChange={(action) => void setFilter({ action: action.length === 0 ? null : action })}
        options={eventActions.map((action) => ({ value: action, label: verbs(action) }))}
      />
      {ofTenant ? null : (
        <Select
          label={t("tenant")}
          value={filter.tenant === "" ? "*" : filter.tenant}
          onValueChange={(tenant) => void setFilter({ tenant: tenant === "*" ? null : tenant })}
          options={[{ value: "*", label: t("everyTenant") }, ...names.map((name) => ({ value: name, label: name }))]}
          className="w-auto! min-w-36"
        />
      )}
      <Input
        aria-label={audit("actor")}
        placeholder={audit("actor")}
        value={filter.actor}
        className="w-28!"
        onChange={(event) => void setFilter({ actor: event.target.value === "" ? null : event.target.value }, { throttleMs: 250 })}
      />
      <MultiSelect
        label={audit("result")}
        anyText={t("any")}
        values={filter.result}
        onValuesChange={(result) => void setFilter({ result: result.length === 0 ? null : result })}
        options={auditResults.map((result) => ({ value: result, label: audit(`results.${result}`) }))}
      />
      <HostFilter value={filter.host} onValueChange={(host) => void setFilter({ host: host === "" ? null : host })} />
      <Popover
        trigger={
          <Button icon={<History aria-hidden className="size-3.5" />}>
            {filter.until === null ? t("now") : t("until", { time: format.clock(filter.until, now) })}
          </Button>
        }
      >
        <form
          className="flex flex-col gap-2 p-2"
          onSubmit={(event) => {
            event.preventDefault()
            const value = new FormData(event.currentTarget).get("until")
            const at = typeof value === "string" ? new Date(value).getTime() : Number.NaN
            if (Number.isFinite(at)) void setFilter({ until: at })
          }}
        >
          <Input type="datetime-local" step="1" name="until" aria-label={t("untilLabel")} defaultValue={localInput(filter.until ?? now)} />
          <div className="flex justify-end gap-2">
            <Button size="sm" onClick={() => void setFilter({ until: null })}>
              {t("backToNow")}
            </Button>
            <Button size="sm" variant="primary" type="submit">
              {t("goThere")}
            </Button>
          </div>
        </form>
      </Popover>
      {filter.object === "" ? null : (
        <Button icon={<X aria-hidden className="size-3.5" />} onClick={() => void setFilter({ object: null })}>
          {t("object")} <code className="text-sm">{filter.object.slice(0, 19)}</code>
        </Button>
      )}
      {active ? (
        <Button variant="ghost" onClick={() => void setFilter(null)}>
          {t("clearFilter")}
        </Button>
      ) : null}
      <span className="ml-auto text-mute">
        {live ? <StateDot state="running">{t("live")}</StateDot> : <StateDot state="exited">{t("past")}</StateDot>}
      </span>
    </div>
  )
}

/** The value of a `datetime-local` field, in the reader's time zone. */
function localInput(at: number): string {
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}
