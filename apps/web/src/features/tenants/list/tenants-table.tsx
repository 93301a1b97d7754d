"use client"
import type { Tenant } from "@plimsoll/server/contract"
import { useRouter } from "next/navigation"
import { useTranslations } from "use-intl"
import { Th } from "@/components/controls/table"
import { VirtualTable } from "@/components/controls/virtual-table"
import type { TenantDialog } from "../dialogs/tenant-dialogs"
import { tenantHref } from "../tenant-href"
import type { SortKey } from "./filter-tenants"
import { TenantTableRow } from "./tenant-table-row"

const ROW_HEIGHT = 44
const columns: { key: SortKey; numeric?: boolean; className?: string }[] = [
  { key: "name", className: "max-sm:px-2" },
  { key: "status", className: "max-sm:px-1" },
  { key: "plan", className: "max-md:hidden" },
  { key: "memory", numeric: true, className: "max-sm:px-1" },
  { key: "cpu", numeric: true, className: "max-md:hidden" },
  { key: "disk", numeric: true, className: "max-lg:hidden" },
  { key: "containers", numeric: true, className: "max-lg:hidden" },
  { key: "headroom", numeric: true, className: "max-xl:hidden" },
  { key: "activity", numeric: true, className: "max-2xl:hidden" },
]

interface TenantsTableProps {
  tenants: readonly Tenant[]
  sort: { key: SortKey; descending: boolean }
  onSort: (key: SortKey) => void
  onDialog: (dialog: TenantDialog) => void
}

/** The tenants, a line each. */
export function TenantsTable({ tenants, sort, onSort, onDialog }: TenantsTableProps) {
  const t = useTranslations("tenants")
  const router = useRouter()
  return (
    <VirtualTable
      label={t("title")}
      rows={tenants}
      keyOf={(tenant) => tenant.name}
      rowHeight={ROW_HEIGHT}
      columns={columns.length + 1}
      onOpen={(tenant) => router.push(tenantHref(tenant.name))}
      head={
        <>
          {columns.map(({ key, numeric, className }) => (
            <Th
              key={key}
              numeric={numeric === true}
              {...(className && { className })}
              sorted={sort.key === key ? (sort.descending ? "descending" : "ascending") : "none"}
              onSort={() => onSort(key)}
            >
              {t(`column.${key}`)}
            </Th>
          ))}
          <Th className="w-10 max-sm:w-7 max-sm:px-0">
            <span className="sr-only">{t("column.actions")}</span>
          </Th>
        </>
      }
      renderRow={(tenant, place) => <TenantTableRow key={tenant.name} tenant={tenant} {...place} onDialog={onDialog} />}
    />
  )
}
