"use client"
import { useTranslations } from "use-intl"
import { Field } from "@/components/controls/field"
import { Panel } from "@/components/controls/panel"
import { HostSelect } from "@/components/hosts/host-select"
import { useHosts } from "@/lib/live"

/** On which host it is to run. Not there while there is only one. */
export function HostSection({ host, onChange }: { host: string; onChange: (host: string) => void }) {
  const t = useTranslations("createContainer")
  if (useHosts().list.length < 2) return null
  return (
    <Panel>
      <div className="grid grid-cols-2 gap-4 p-4 max-sm:grid-cols-1">
        <Field label={t("field.host")} description={t("hint.host")}>
          <HostSelect value={host} onValueChange={onChange} />
        </Field>
      </div>
    </Panel>
  )
}
