"use client"
import { localHost } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { Menu as MenuIcon, Search } from "lucide-react"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { IconButton } from "@/components/controls/icon-button"
import { KeyHint } from "@/components/controls/key-hint"
import { useMay, useMe } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { AccountMenu } from "./account-menu"
import { LiveState } from "./live-state"
import { useShell } from "./shell-state"

/** Which host this is, or whose console, whether its figures are live, and the way to everything else. */
export function Header() {
  const t = useTranslations("shell")
  const { show } = useShell()
  const me = useMe()
  const may = useMay()
  const { data: host } = useQuery(useTRPC().host.info.queryOptions({ host: localHost }, { enabled: may("host.info") }))
  return (
    <header className="sticky top-0 z-30 flex h-14 w-full max-w-[2160px] items-center gap-3 bg-bg/90 px-4 text-mute backdrop-blur-sm sm:px-7">
      <IconButton
        label={t("openNavigation")}
        icon={<MenuIcon aria-hidden className="size-4.5" />}
        onClick={() => show("nav")}
        className="-ml-2 lg:hidden"
      />
      <div className="flex min-w-0 items-center gap-3">
        {host ? (
          <>
            <Link href="/hosts/local" className="truncate rounded text-ink hover:underline">
              {host.hostname}
            </Link>
            <span aria-hidden className="text-faint max-sm:hidden">
              /
            </span>
            <span className="whitespace-nowrap max-sm:hidden">{t(host.kind === "embedded" ? "engineEmbedded" : "engineDocker")}</span>
          </>
        ) : me?.tenant ? (
          <span className="truncate text-ink">{me.tenant}</span>
        ) : null}
        <LiveState />
      </div>
      <div className="ml-auto flex items-center gap-2">
        <button
          type="button"
          onClick={() => show("palette")}
          className="flex h-8 items-center gap-2 rounded-control border border-line bg-panel px-2.5 text-mute hover:border-line-strong hover:text-ink sm:min-w-60"
        >
          <Search aria-hidden className="size-3.5" />
          <span className="max-sm:sr-only">{t("findOrDo")}</span>
          <KeyHint keys={["⌘K"]} className="ml-auto max-sm:hidden" />
        </button>
        <AccountMenu />
      </div>
    </header>
  )
}
