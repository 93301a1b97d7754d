"use client"
import {
  type LoadLineSettings,
  loadLineResources,
  loadLineSettings,
  type ResourceName,
  type SetLoadLineSettings,
} from "@plimsoll/server/contract"
import { useMutation } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { AdviseSwitch } from "./advise-switch"
import { amountsOf, followsDefault, type LineDraft, lineChange, lineDraft } from "./line-draft"
import { SaveBar } from "./save-bar"
import { SettingGroup } from "./setting-group"
import type { SettingKind } from "./setting-kinds"
import { SettingNumber } from "./setting-number"
import { settingProblems } from "./setting-problems"
import { useDraft } from "./use-draft"
import { useSaveSettings } from "./use-save-settings"

const groups = ["reserve", "theta", "fallbackRatio"] as const
const amounts = loadLineSettings.omit({ mode: true })
const reserveKinds: Record<ResourceName, SettingKind> = { memory: "bytes", cpu: "cores", disk: "bytes", pids: "processes" }
const kindOf = (group: (typeof groups)[number], resource: ResourceName): SettingKind =>
  group === "reserve" ? reserveKinds[resource] : group === "theta" ? "share" : "times"

interface LineFormProps {
  /** What was set. */
  set: SetLoadLineSettings
  defaults: LoadLineSettings
}

/** How much may be sold: what is kept, how far the prediction may go, and what holds until there is one. */
export function LineForm({ set, defaults }: LineFormProps) {
  const t = useTranslations("lineSettings")
  const resources = useTranslations("overprovisioning.resource")
  const trpc = useTRPC()
  const mayChange = useMay()("overprovisioning.changeSettings")
  const change = useMutation(trpc.overprovisioning.changeSettings.mutationOptions())
  const now = lineDraft(set)
  const draft = useDraft(now)
  const save = useSaveSettings<LineDraft>({
    read: (all) => lineDraft(all.set),
    write: ({ from, to }) => change.mutateAsync(lineChange(from, to)),
  })
  const mode = set.mode ?? null
  const saveMode = useSaveSettings<LoadLineSettings["mode"] | null>({
    read: (all) => all.set.mode ?? null,
    write: ({ to }) => change.mutateAsync({ mode: to }),
  })
  const values = amountsOf(draft.values, defaults)
  const problems = settingProblems(amounts, values)
  const edit = (group: (typeof groups)[number], resource: ResourceName, value: number | null | typeof followsDefault) =>
    draft.edit({ ...draft.values, [group]: { ...draft.values[group], [resource]: value } })
  return (
    <Panel title={t("line.title")}>
      <div className="px-4 pb-4">
        <AdviseSwitch
          label={t("line.advise")}
          hint={t("line.adviseHint")}
          checked={mode === "advise"}
          error={saveMode.error}
          busy={saveMode.isPending}
          onChange={mayChange ? (advise) => saveMode.mutate({ from: mode, to: advise ? "advise" : null }) : undefined}
        />
      </div>
      <form
        noValidate
        aria-label={t("line.title")}
        onSubmit={(event) => {
          event.preventDefault()
          if (problems.size === 0) save.mutate({ from: now, to: draft.values }, { onSuccess: draft.discard })
        }}
      >
        {groups.map((group) => (
          <SettingGroup key={group} title={t(`line.${group}`)} description={t(`line.${group}Hint`)}>
            {loadLineResources.map((resource) => (
              <SettingNumber
                key={resource}
                label={resources(resource)}
                hint={t(`line.default.${group}.${resource}`)}
                kind={kindOf(group, resource)}
                value={values[group][resource]}
                byDefault={defaults[group][resource]}
                isDefault={draft.values[group][resource] === followsDefault}
                problem={problems.get(`${group}.${resource}`)}
                onChange={mayChange ? (value) => edit(group, resource, value) : undefined}
                onReset={() => edit(group, resource, followsDefault)}
              />
            ))}
          </SettingGroup>
        ))}
        {mayChange ? <SaveBar draft={draft} save={save} invalid={problems.size > 0} /> : null}
      </form>
    </Panel>
  )
}
