"use client"
import { useMutation } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { BytesField } from "@/components/controls/bytes-field"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
import { NumberField } from "@/components/controls/number-field"
import { Panel } from "@/components/controls/panel"
import { toast } from "@/components/controls/toast"
import { Overrule } from "@/components/overprovisioning/overrule"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { useContainer } from "../detail/container-context"
import { type EditableLimit, editableLimits, limitChange, limitValues } from "./limits-form"

const bytes: EditableLimit[] = ["memoryMaxBytes", "memoryHighBytes", "memoryLowBytes", "swapMaxBytes"]
const numbers: Partial<Record<EditableLimit, { min: number; max: number; step: number }>> = {
  cpuMaxCores: { min: 0.01, max: 4096, step: 0.1 },
  cpuWeight: { min: 1, max: 10_000, step: 10 },
  pidsMax: { min: 1, max: 4_194_304, step: 16 },
  ioWeight: { min: 1, max: 10_000, step: 10 },
}

/** Limits, changed live. What this host cannot enforce is greyed out with the reason; all or nothing is applied. */
export function LimitsPanel() {
  const t = useTranslations("container.limits")
  const trpc = useTRPC()
  const format = useFormat()
  const { id, row, host } = useContainer()
  const before = limitValues(row.limits)
  // Only what was edited here is kept; the rest follows the engine, also when another tab changes it.
  const [edited, setEdited] = useState<Partial<Record<EditableLimit, number | null>>>({})
  const values = { ...before, ...edited }
  const change = limitChange(before, values)
  const update = useMutation(
    trpc.containers.update.mutationOptions({
      onSuccess: () => {
        setEdited({})
        toast.success(t("applied"))
      },
    }),
  )
  const used: Partial<Record<EditableLimit, string>> = row.stats
    ? {
        memoryMaxBytes: format.bytes(row.stats.memoryUsedBytes),
        cpuMaxCores: format.cores(row.stats.cpuCores),
        pidsMax: format.count(row.stats.pids),
      }
    : {}
  return (
    <Panel title={t("title")}>
      <form
        noValidate
        className="grid grid-cols-2 gap-4 px-4 pb-4 max-sm:grid-cols-1"
        onSubmit={(event) => {
          event.preventDefault()
          update.mutate({ id, limits: change })
        }}
      >
        {editableLimits.map((key) => {
          const able = host?.info?.enforceableLimits[key]
          const refused = able?.enforceable === false
          const now = used[key]
          const number = numbers[key]
          const shared = {
            value: values[key],
            disabled: refused,
            placeholder: key === "cpuWeight" || key === "ioWeight" ? "100" : t("none"),
            onValueChange: (value: number | null) => setEdited((old) => ({ ...old, [key]: value })),
          }
          return (
            <Field
              key={key}
              label={t(`name.${key}`)}
              description={refused ? t("notHere", { reason: able.reason ?? "" }) : t(`hint.${key}`)}
              {...(now === undefined ? {} : { aside: t("usedNow", { value: now }) })}
            >
              {bytes.includes(key) ? (
                <BytesField {...shared} unitLabel={t("unit")} />
              ) : (
                <NumberField {...shared} {...number} {...(key === "cpuMaxCores" && { unit: t("cores") })} />
              )}
            </Field>
          )
        })}
        <div className="col-span-2 flex flex-col gap-3 max-sm:col-span-1">
          {update.error ? <ErrorState compact error={update.error} title={t("failed")} /> : null}
          {update.error ? (
            <Overrule
              error={update.error}
              busy={update.isPending}
              onOverrule={(overrule) => update.mutate({ id, limits: change, overrule })}
            />
          ) : null}
          <div className="flex gap-2">
            <Button type="submit" variant="primary" busy={update.isPending} disabled={Object.keys(change).length === 0}>
              {t("apply")}
            </Button>
            <Button
              disabled={Object.keys(change).length === 0}
              onClick={() => {
                setEdited({})
                update.reset()
              }}
            >
              {t("reset")}
            </Button>
          </div>
        </div>
      </form>
    </Panel>
  )
}
