"use client"
import { useTranslations } from "use-intl"
import { Select } from "@/components/controls/select"
import { useHosts } from "@/lib/live"

/** Of which host a list is to be; `""`: of all. Not there while there is only one, unless a link chose one. */
export function HostFilter({ value, onValueChange }: { value: string; onValueChange: (host: string) => void }) {
  const t = useTranslations("hosts")
  const { list, byId } = useHosts()
  if (list.length < 2 && value === "") return null
  const unknown = value === "" || byId.has(value) ? [] : [{ value, label: value }]
  return (
    <Select
      label={t("host")}
      value={value === "" ? "*" : value}
      onValueChange={(host) => onValueChange(host === "*" ? "" : host)}
      options={[{ value: "*", label: t("everyHost") }, ...list.map((host) => ({ value: host.id, label: host.name })), ...unknown]}
      className="w-auto! min-w-36"
    />
  )
}
