"use client"
import type { Role } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Field } from "@/components/controls/field"
import { Select } from "@/components/controls/select"

/** One of the roles that there are here, each with what it may do. */
export function RoleField({ role, roles, onRoleChange }: { role: Role; roles: readonly Role[]; onRoleChange: (role: Role) => void }) {
  const t = useTranslations("roles")
  const label = useTranslations("members")("role")
  return (
    <Field label={label} description={t(`can.${role}`)}>
      <Select
        value={role}
        onValueChange={onRoleChange}
        options={roles.map((value) => ({ value, label: t(value), description: t(`can.${value}`) }))}
      />
    </Field>
  )
}
