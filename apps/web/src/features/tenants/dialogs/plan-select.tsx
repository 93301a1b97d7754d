"use client"
import type { Plan } from "@plimsoll/server/contract"
import { Select } from "@/components/controls/select"
import { usePlanText } from "@/components/tenants/use-plan-text"

interface PlanSelectProps {
  plans: readonly Plan[]
  /** Id; `""`: none is chosen yet. */
  value: string
  onValueChange: (plan: string) => void
}

/** One of the plans, each with what it promises. */
export function PlanSelect({ plans, value, onValueChange }: PlanSelectProps) {
  const text = usePlanText()
  return (
    <Select
      value={value}
      onValueChange={onValueChange}
      options={plans.map(({ id, name, terms }) => ({ value: id, label: name, description: text.summary(terms) }))}
    />
  )
}
