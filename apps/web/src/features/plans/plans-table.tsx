"use client"
import type { Plan } from "@plimsoll/server/contract"
import { Copy, Ellipsis, Pencil, Trash2 } from "lucide-react"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { IconButton } from "@/components/controls/icon-button"
import { Menu, MenuItem, MenuSeparator } from "@/components/controls/menu"
import { Table, Td, Th, Tr } from "@/components/controls/table"
import { usePlanText } from "@/components/tenants/use-plan-text"

interface PlansTableProps {
  plans: readonly Plan[]
  /** Without it there is nothing to be done with them. */
  mayChange: boolean
  onChange: (plan: Plan) => void
  onCopy: (plan: Plan) => void
  onRemove: (plan: Plan) => void
}

/** All plans, a line each. The name opens what it says; the count leads to the tenants that have it. */
export function PlansTable({ plans, mayChange, onChange, onCopy, onRemove }: PlansTableProps) {
  const t = useTranslations("plans")
  return (
    <Table label={t("title")}>
      <thead>
        <tr>
          <Th className="max-sm:px-2">{t("name")}</Th>
          <Th numeric className="max-sm:px-2">
            {t("column.tenants")}
          </Th>
          <Th numeric className="max-sm:px-2">
            {t("column.memory")}
          </Th>
          <Th numeric className="max-md:hidden">
            {t("column.cpu")}
          </Th>
          <Th numeric className="max-md:hidden">
            {t("column.disk")}
          </Th>
          <Th numeric className="max-lg:hidden">
            {t("column.pids")}
          </Th>
          <Th numeric className="max-lg:hidden">
            {t("column.network")}
          </Th>
          <Th className="max-xl:hidden">{t("column.counts")}</Th>
          <Th className="max-2xl:hidden">{t("column.runtimes")}</Th>
          {mayChange ? (
            <Th>
              <span className="sr-only">{t("column.actions")}</span>
            </Th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {plans.map((plan) => (
          <PlanRow key={plan.id} plan={plan} mayChange={mayChange} onChange={onChange} onCopy={onCopy} onRemove={onRemove} />
        ))}
      </tbody>
    </Table>
  )
}

function PlanRow({ plan, mayChange, onChange, onCopy, onRemove }: Omit<PlansTableProps, "plans"> & { plan: Plan }) {
  const t = useTranslations("plans")
  const text = usePlanText()
  const { terms, tenants } = plan
  const rates = (["diskBytesPerSecond", "diskOperationsPerSecond"] as const).filter((term) => terms[term] !== undefined)
  return (
    <Tr className="align-top">
      <Td className="max-w-64 max-sm:px-2">
        {mayChange ? (
          <button type="button" className="rounded text-left font-medium hover:underline" onClick={() => onChange(plan)}>
            <span className="break-words">{plan.name}</span>
          </button>
        ) : (
          <span className="break-words font-medium">{plan.name}</span>
        )}
      </Td>
      <Td numeric className="max-sm:px-2">
        {tenants.length === 0 ? (
          <span className="text-faint">{t("nobody")}</span>
        ) : (
          <Link
            href={`/tenants?plan=${encodeURIComponent(plan.id)}`}
            prefetch={false}
            className="inline-block min-w-6 rounded leading-6 underline decoration-line-strong hover:decoration-ink"
          >
            {tenants.length}
            <span className="sr-only"> {t("tenantsThere", { name: plan.name })}</span>
          </Link>
        )}
      </Td>
      <Td numeric className="max-sm:px-2">
        {text.value("memoryMaxBytes", terms)}
        <Second>{t("guaranteed", { value: text.value("memoryGuaranteedBytes", terms) })}</Second>
      </Td>
      <Td numeric className="max-md:hidden">
        {text.value("cpuMaxCores", terms)}
        <Second>{t("guaranteed", { value: text.value("cpuGuaranteedCores", terms) })}</Second>
      </Td>
      <Td numeric className="max-md:hidden">
        {text.value("diskBytes", terms)}
        <Second>{rates.map((term) => text.value(term, terms)).join(" · ")}</Second>
      </Td>
      <Td numeric className="max-lg:hidden">
        {text.value("pidsMax", terms)}
      </Td>
      <Td numeric className="max-lg:hidden">
        {text.value("networkBytesPerSecond", terms)}
      </Td>
      <Td className="max-xl:hidden">
        {t("countContainers", { count: terms.containers })}
        <Second>
          {[
            t("countVolumes", { count: terms.volumes }),
            t("countNetworks", { count: terms.networks }),
            t("countPorts", { count: terms.publicPorts }),
            t("countTokens", { count: terms.tokens }),
          ].join(" · ")}
        </Second>
      </Td>
      <Td className="max-w-40 text-mute max-2xl:hidden">{text.value("ociRuntimes", terms)}</Td>
      {mayChange ? (
        <Td className="w-10 pr-2 max-sm:pl-0">
          <Menu
            align="end"
            trigger={
              <IconButton size="sm" label={t("actionsOf", { name: plan.name })} icon={<Ellipsis aria-hidden className="size-4" />} />
            }
          >
            <MenuItem icon={<Pencil aria-hidden />} onClick={() => onChange(plan)}>
              {t("changeMenu")}
            </MenuItem>
            <MenuItem icon={<Copy aria-hidden />} onClick={() => onCopy(plan)}>
              {t("copyMenu")}
            </MenuItem>
            <MenuSeparator />
            <MenuItem
              icon={<Trash2 aria-hidden />}
              danger
              disabled={tenants.length > 0}
              reason={t("inUse", { count: tenants.length })}
              onClick={() => onRemove(plan)}
            >
              {t("removeMenu")}
            </MenuItem>
          </Menu>
        </Td>
      ) : null}
    </Tr>
  )
}

function Second({ children }: { children: string }) {
  return children === "" ? null : <span className="block text-mute text-sm">{children}</span>
}
