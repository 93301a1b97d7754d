"use client"
import type { ReactNode } from "react"
import { useTranslations } from "use-intl"
import { CommandPalette } from "@/features/palette/command-palette"
import { NotForYourRolePage } from "@/features/problems/not-for-your-role-page"
import { chooseLocale, localeNames } from "@/features/shell/choose-locale"
import { navItemsFor } from "@/features/shell/nav-items"
import { Shell } from "@/features/shell/shell"
import { ShellStateProvider, useShell } from "@/features/shell/shell-state"
import { useMay } from "@/lib/session"

/** Joins the shell and the palette, which do not know each other. */
export function ConsoleFrame({ children }: { children: ReactNode }) {
  return (
    <ShellStateProvider>
      <Shell palette={<Palette />} refused={<NotForYourRolePage />}>
        {children}
      </Shell>
    </ShellStateProvider>
  )
}

function Palette() {
  const t = useTranslations("shell.nav")
  const { overlay, show } = useShell()
  const may = useMay()
  return (
    <CommandPalette
      open={overlay === "palette"}
      onOpenChange={(open) => show(open ? "palette" : null)}
      surroundings={{
        pages: navItemsFor(may).map((item) => ({ href: item.href, label: t(item.page), icon: <item.icon />, key: item.key })),
        showHelp: () => show("help"),
        chooseLocale,
        localeNames,
      }}
    />
  )
}
