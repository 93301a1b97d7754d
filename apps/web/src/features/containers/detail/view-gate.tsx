"use client"
import { PowerOff, Unplug } from "lucide-react"
import type { ReactNode } from "react"
import { useTranslations } from "use-intl"
import { EmptyState } from "@/components/controls/empty-state"
import { useMay } from "@/lib/session"
import { useContainer } from "./container-context"
import { asksEngine, type ContainerViewName, isOffered } from "./container-views"

/** The view, if the container's engine has what it shows and answers now; else why there is nothing to see. */
export function ViewGate({ view, children }: { view: ContainerViewName; children: ReactNode }) {
  const t = useTranslations("container.gate")
  const views = useTranslations("containers.views")
  const { host, away } = useContainer()
  const may = useMay()
  const role = useTranslations("notForYourRole")
  if (view === "terminal" && !may("containers.openTerminal")) return <EmptyState icon={<PowerOff aria-hidden />} title={role("view")} />
  if (!isOffered(view, host, may)) {
    return (
      <EmptyState icon={<PowerOff aria-hidden />} title={t("lacking.title", { view: views(view) })}>
        {t("lacking.text", { host: host?.name ?? "", engine: host?.info?.version ?? "" })}
      </EmptyState>
    )
  }
  if (away && asksEngine(view)) {
    return (
      <EmptyState icon={<Unplug aria-hidden />} title={t("away.title", { host: host?.name ?? "" })}>
        {t("away.text")}
      </EmptyState>
    )
  }
  return children
}
