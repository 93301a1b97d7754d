import { Activity, Box, Boxes, Database, LayoutDashboard, type LucideIcon, Network, Server, Warehouse } from "lucide-react"

export type PageName = "overview" | "containers" | "events" | "images" | "registries" | "volumes" | "networks" | "hosts"

export interface NavItem {
  page: PageName
  href: string
  icon: LucideIcon
  /** Pressed after `g`. */
  key: string
}

/** The pages of the console, in groups. Only what exists is here. */
export const navGroups: readonly { heading: "machine" | null; items: readonly NavItem[] }[] = [
  {
    heading: null,
    items: [
      { page: "overview", href: "/", icon: LayoutDashboard, key: "o" },
      { page: "containers", href: "/containers", icon: Box, key: "c" },
      { page: "events", href: "/events", icon: Activity, key: "e" },
    ],
  },
  {
    heading: "machine",
    items: [
      { page: "images", href: "/images", icon: Boxes, key: "i" },
      { page: "registries", href: "/registries", icon: Warehouse, key: "r" },
      { page: "volumes", href: "/volumes", icon: Database, key: "v" },
      { page: "networks", href: "/networks", icon: Network, key: "n" },
      { page: "hosts", href: "/hosts", icon: Server, key: "h" },
    ],
  },
]

export const navItems: readonly NavItem[] = navGroups.flatMap((group) => group.items)

/** True when the path is that page or below it. */
export function isCurrent(item: NavItem, path: string): boolean {
  return item.href === "/" ? path === "/" : path === item.href || path.startsWith(`${item.href}/`)
}
