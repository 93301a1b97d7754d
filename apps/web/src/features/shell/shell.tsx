"use client"
import { Drawer } from "@base-ui/react/drawer"
import { X } from "lucide-react"
import type { ReactNode } from "react"
import { useTranslations } from "use-intl"
import { backdropClass } from "@/components/controls/dialog"
import { Header } from "./header"
import { HelpDialog } from "./help-dialog"
import { LookAsBanner } from "./look-as-banner"
import { Nav } from "./nav"
import { OfflineBanner } from "./offline-banner"
import { OperationsTray } from "./operations-tray"
import { PageGate } from "./page-gate"
import { useShell } from "./shell-state"
import { Shortcuts } from "./shortcuts"

interface ShellProps {
  palette: ReactNode
  /** In the place of a page that is not for who is signed in. */
  refused: ReactNode
  children: ReactNode
}

/** The frame of every page: navigation, header, what lies over the page, and the page. */
export function Shell({ palette, refused, children }: ShellProps) {
  const t = useTranslations("shell")
  const { overlay, show } = useShell()
  return (
    <>
      <a
        href="#content"
        className="fixed top-2 left-2 z-50 print:hidden -translate-y-16 rounded-control bg-inverse px-3 py-2 text-inverse-ink focus-visible:translate-y-0"
      >
        {t("skipToContent")}
      </a>
      <div className="grid min-h-dvh lg:grid-cols-[208px_minmax(0,1fr)] print:block">
        <aside className="sticky top-0 h-dvh overflow-y-auto border-line border-r max-lg:hidden print:hidden">
          <Nav />
        </aside>
        <div className="flex min-w-0 flex-col">
          <div className="contents print:hidden">
            <Header />
            <LookAsBanner />
            <OfflineBanner />
          </div>
          <main
            id="content"
            tabIndex={-1}
            className="w-full min-w-0 max-w-[2160px] flex-1 px-4 pt-1 pb-10 outline-none sm:px-7 print:max-w-none print:p-0"
          >
            <PageGate refused={refused}>{children}</PageGate>
          </main>
        </div>
      </div>
      <Drawer.Root open={overlay === "nav"} onOpenChange={(open) => show(open ? "nav" : null)} swipeDirection="left">
        <Drawer.Portal>
          <Drawer.Backdrop className={backdropClass} />
          <Drawer.Viewport className="fixed inset-0 z-40 flex">
            <Drawer.Popup className="relative h-dvh w-64 overflow-y-auto border-line border-r bg-bg shadow-pop outline-none transition-transform duration-150 data-ending-style:-translate-x-full data-starting-style:-translate-x-full">
              <Drawer.Title className="sr-only">{t("navigation")}</Drawer.Title>
              <Drawer.Close
                aria-label={t("closeNavigation")}
                className="absolute top-3.5 right-3 grid size-8 place-items-center rounded-control text-mute hover:bg-hover hover:text-ink"
              >
                <X aria-hidden className="size-4" />
              </Drawer.Close>
              <Nav onNavigate={() => show(null)} />
            </Drawer.Popup>
          </Drawer.Viewport>
        </Drawer.Portal>
      </Drawer.Root>
      {palette}
      <HelpDialog />
      <OperationsTray />
      <Shortcuts />
    </>
  )
}
