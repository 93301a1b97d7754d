"use client"
import { type LoadLineSettings, loadLineResources, loadLineSettings, type ResourceName } from "@plimsoll/server/contract"
import { useMutation } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { AdviseSwitch } from "./advise-switch"
import { changedAmounts } from "./changed-amounts"
import type { Draft } from "./draft"
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

/** How much may be sold: what is kept, how far the prediction may go, and what holds until there is one. */
export function LineForm({ settings, defaults }: { settings: LoadLineSettings; defaults: LoadLineSettings }) {
  const t = useTranslations("lineSettings")
  const resources = useTranslations("overprovisioning.resource")
  const trpc = useTRPC()
  const mayChange = useMay()("overprovisioning.changeSettings")
  const change = useMutation(trpc.overprovisioning.changeSettings.mutationOptions())
  const { mode: _, ...now } = settings
  const draft = useDraft<Draft<typeof now>>(now)
  const save = useSaveSettings<typeof now>({
    read: ({ settings: { mode: __, ...rest } }) => rest,
    write: ({ from, to }) => change.mutateAsync(changedAmounts(from, to)),
  })
  const saveMode = useSaveSettings<LoadLineSettings["mode"]>({
    read: (all) => all.settings.mode,
    write: ({ to }) => change.mutateAsync({ mode: to }),
  })
  const problems = settingProblems(amounts, draft.values)
  return (
    <Panel title={t("line.title")}>
      <div className="px-4 pb-4">
        <AdviseSwitch
          label={t("line.advise")}
          hint={t("line.adviseHint")}
          checked={settings.mode === "advise"}
          error={saveMode.error}
          busy={saveMode.isPending}
          onChange={mayChange ? (advise) => saveMode.mutate({ from: settings.mode, to: advise ? "advise" : "enforce" }) : undefined}
        />
      </div>
      <form
        noValidate
        aria-label={t("line.title")}
        onSubmit={(event) => {
          event.preventDefault()
          const { data } = amounts.safeParse(draft.values)
          if (data !== undefined) save.mutate({ from: now, to: data }, { onSuccess: draft.discard })
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
                value={draft.values[group][resource]}
                byDefault={defaults[group][resource]}
                problem={problems.get(`${group}.${resource}`)}
                onChange={
                  mayChange ? (value) => draft.edit({ ...draft.values, [group]: { ...draft.values[group], [resource]: value } }) : undefined
                }
              />
            ))}
          </SettingGroup>
        ))}
        {mayChange ? (
          <SaveBar
            dirty={draft.dirty}
            invalid={problems.size > 0}
            busy={save.isPending}
            error={save.error}
            changedMeanwhile={draft.changedMeanwhile}
            onDiscard={() => {
              draft.discard()
              save.reset()
            }}
          />
        ) : null}
      </form>
    </Panel>
  )
}
