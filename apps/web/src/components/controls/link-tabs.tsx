"use client"
import Link from "next/link"
import { usePathname } from "next/navigation"
import type { ReactNode } from "react"
import { cn } from "@/lib/cn"

interface LinkTabsProps {
  tabs: readonly { href: string; label: ReactNode; count?: number }[]
  /** Accessible name of the list. */
  label: string
  className?: string
}

/** Tabs that are pages, each with its own address. The one whose address is the current path is marked. */
export function LinkTabs({ tabs, label, className }: LinkTabsProps) {
  const path = usePathname()
  return (
    <nav aria-label={label} className={cn("flex gap-4 overflow-x-auto border-line border-b [scrollbar-width:none]", className)}>
      {tabs.map((tab) => (
        <Link
          key={tab.href}
          href={tab.href}
          prefetch={false}
          aria-current={path === tab.href ? "page" : undefined}
          className={cn(
            "relative flex h-9 shrink-0 items-center gap-1.5 whitespace-nowrap px-1 text-mute hover:text-ink after:absolute after:inset-x-0 after:-bottom-px after:h-0.5 after:rounded-full",
            path === tab.href && "text-ink after:bg-ink",
          )}
        >
          {tab.label}
          {tab.count === undefined ? null : <span className="text-faint">{tab.count}</span>}
        </Link>
      ))}
    </nav>
  )
}
