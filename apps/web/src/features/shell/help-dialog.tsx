"use client"
import { useTranslations } from "use-intl"
import { Dialog } from "@/components/controls/dialog"
import { KeyHint } from "@/components/controls/key-hint"
import { useMay } from "@/lib/session"
import { navItemsFor } from "./nav-items"
import { useShell } from "./shell-state"

/** All shortcuts. */
export function HelpDialog() {
  const t = useTranslations("help")
  const pages = useTranslations("shell.nav")
  const { overlay, show } = useShell()
  const may = useMay()
  const groups = [
    {
      heading: t("everywhere"),
      rows: [
        { keys: ["⌘K"], also: ["Ctrl K"], text: t("palette") },
        { keys: ["?"], text: t("help") },
      ],
    },
    {
      heading: t("goToGroup"),
      rows: navItemsFor(may).map((item) => ({ keys: ["g", item.key], text: t("goTo", { page: pages(item.page) }) })),
    },
    {
      heading: t("lists"),
      rows: [
        { keys: ["/"], text: t("filter") },
        { keys: ["j", "k"], text: t("rows") },
        { keys: ["↵"], text: t("openRow") },
      ],
    },
  ]
  return (
    <Dialog open={overlay === "help"} onOpenChange={(open) => show(open ? "help" : null)} title={t("title")}>
      <div className="flex flex-col gap-5">
        {groups.map((group) => (
          <section key={group.heading}>
            <h3 className="mb-1.5 text-faint text-sm">{group.heading}</h3>
            <dl className="flex flex-col">
              {group.rows.map((row) => (
                <div key={row.text} className="flex items-center justify-between gap-4 border-line border-t py-1.5">
                  <dt>{row.text}</dt>
                  <dd className="flex items-center gap-2">
                    <KeyHint keys={row.keys} />
                    {"also" in row && row.also ? <KeyHint keys={row.also} /> : null}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
