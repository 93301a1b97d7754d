"use client"
import { changeLadderSettingsInput, type LadderSettings, ladderRungs } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { AdviseSwitch } from "./advise-switch"
import type { Draft } from "./draft"
import { ExemptTenants } from "./exempt-tenants"
import { NapRule } from "./nap-rule"
import { RungFields } from "./rung-fields"
import { SaveBar } from "./save-bar"
import { SettingGroup } from "./setting-group"
import { SettingNumber } from "./setting-number"
import { settingProblems } from "./setting-problems"
import { useDraft } from "./use-draft"
import { useSaveSettings } from "./use-save-settings"

const bounds = [
  { key: "hysteresis", kind: "share" },
  { key: "pressureSomeAvg60", kind: "percent" },
  { key: "pressureFullAvg10", kind: "percent" },
] as const

/** What is done when memory gets scarce, from where on, and to whom never. */
export function LadderForm({ settings, defaults }: { settings: LadderSettings; defaults: LadderSettings }) {
  const t = useTranslations("lineSettings")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const mayChange = useMay()("overprovisioning.changeLadder")
  const change = useMutation(trpc.overprovisioning.changeLadder.mutationOptions())
  const { mode, ...now } = settings
  const draft = useDraft<Draft<typeof now>>(now)
  const latest = () => queries.getQueryData(trpc.overprovisioning.now.queryKey())?.ladder.settings ?? settings
  const save = useSaveSettings<typeof now>({
    read: ({ ladder }) => {
      const { mode: _, ...rest } = ladder.settings
      return rest
    },
    write: ({ to }) => change.mutateAsync({ ...to, mode: latest().mode }),
  })
  const saveMode = useSaveSettings<LadderSettings["mode"]>({
    read: ({ ladder }) => ladder.settings.mode,
    write: ({ to }) => change.mutateAsync({ ...latest(), mode: to }),
  })
  const problems = settingProblems(changeLadderSettingsInput, { ...draft.values, mode })
  const edit = mayChange ? draft.edit : undefined
  const shared = { error: saveMode.error, busy: saveMode.isPending }
  return (
    <Panel title={t("ladder.title")}>
      <div className="flex flex-col gap-3 px-4 pb-4">
        <AdviseSwitch
          {...shared}
          label={t("ladder.on")}
          hint={t("ladder.onHint")}
          checked={mode !== "off"}
          error={null}
          onChange={mayChange ? (on) => saveMode.mutate({ from: mode, to: on ? "act" : "off" }) : undefined}
        />
        {mode === "off" ? null : (
          <AdviseSwitch
            {...shared}
            label={t("ladder.advise")}
            hint={t("ladder.adviseHint")}
            checked={mode === "advise"}
            onChange={mayChange ? (advise) => saveMode.mutate({ from: mode, to: advise ? "advise" : "act" }) : undefined}
          />
        )}
      </div>
      <form
        noValidate
        aria-label={t("ladder.title")}
        onSubmit={(event) => {
          event.preventDefault()
          const { data } = changeLadderSettingsInput.safeParse({ ...draft.values, mode })
          if (data === undefined) return
          const { mode: _, ...to } = data
          save.mutate({ from: now, to }, { onSuccess: draft.discard })
        }}
      >
        <SettingGroup title={t("ladder.rungs")} description={t("ladder.rungsHint")} columns={1}>
          {ladderRungs.map((rung) => (
            <RungFields
              key={rung}
              rung={rung}
              values={draft.values.rungs[rung]}
              byDefault={defaults.rungs[rung]}
              problem={problems.get(`rungs.${rung}.usedShare`)}
              onChange={edit && ((values) => edit({ ...draft.values, rungs: { ...draft.values.rungs, [rung]: values } }))}
            />
          ))}
        </SettingGroup>
        <SettingGroup title={t("ladder.bounds")} description={t("ladder.boundsHint")} columns={3}>
          {bounds.map(({ key, kind }) => (
            <SettingNumber
              key={key}
              label={t(`ladder.${key}`)}
              hint={t(`ladder.default.${key}`)}
              kind={kind}
              value={draft.values[key]}
              byDefault={defaults[key]}
              problem={problems.get(key)}
              onChange={edit && ((value) => edit({ ...draft.values, [key]: value }))}
            />
          ))}
        </SettingGroup>
        <NapRule
          values={draft.values.nap}
          byDefault={defaults.nap}
          problems={problems}
          onChange={edit && ((nap) => edit({ ...draft.values, nap }))}
        />
        <SettingGroup title={t("ladder.hibernation")} description={t("ladder.hibernationHint")} columns={3}>
          <SettingNumber
            label={t("ladder.hibernateIdleMs")}
            hint={t("ladder.default.hibernateIdleMs")}
            kind="duration"
            value={draft.values.hibernate.idleMs}
            byDefault={defaults.hibernate.idleMs}
            problem={problems.get("hibernate.idleMs")}
            onChange={edit && ((idleMs) => edit({ ...draft.values, hibernate: { idleMs } }))}
          />
        </SettingGroup>
        <ExemptTenants
          values={draft.values.exemptTenants}
          onChange={edit && ((exemptTenants) => edit({ ...draft.values, exemptTenants }))}
        />
        {mayChange ? <SaveBar draft={draft} save={save} invalid={problems.size > 0} /> : null}
      </form>
    </Panel>
  )
}
