import type { exportFormats } from "@plimsoll/server/contract"

/** Where a month's figures are downloaded from, of all tenants or of one. */
export function exportHref(format: (typeof exportFormats)[number], { month, tenant }: { month: string; tenant: string | null }): string {
  return `/api/metering/export?${new URLSearchParams({ format, month, ...(tenant === null ? {} : { tenant }) })}`
}
