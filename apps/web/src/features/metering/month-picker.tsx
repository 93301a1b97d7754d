"use client"
import { ChevronLeft, ChevronRight } from "lucide-react"
import { useLocale, useTranslations } from "use-intl"
import { IconButton } from "@/components/controls/icon-button"
import { Select } from "@/components/controls/select"
import { monthName, shiftMonth } from "@/components/tenants/month"

const SHOWN = 13

interface MonthPickerProps {
  month: string
  /** The one that is not over yet: there is none after it. */
  present: string
  onMonthChange: (month: string) => void
}

/** One of the last months, step by step or by its name. */
export function MonthPicker({ month, present, onMonthChange }: MonthPickerProps) {
  const t = useTranslations("metering")
  const locale = useLocale()
  const last = Array.from({ length: SHOWN }, (_, index) => shiftMonth(present, -index))
  const months = last.includes(month) ? last : [...last, month]
  return (
    <div className="flex items-center gap-1">
      <IconButton
        label={t("earlier")}
        icon={<ChevronLeft aria-hidden className="size-4" />}
        onClick={() => onMonthChange(shiftMonth(month, -1))}
      />
      <Select
        label={t("month")}
        value={month}
        onValueChange={onMonthChange}
        className="w-44"
        options={months.map((value) => ({ value, label: monthName(value, locale) }))}
      />
      <IconButton
        label={t("later")}
        icon={<ChevronRight aria-hidden className="size-4" />}
        disabled={month >= present}
        onClick={() => onMonthChange(shiftMonth(month, 1))}
      />
    </div>
  )
}
