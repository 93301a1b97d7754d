import type { OperationName } from "@plimsoll/server/contract"
import {
  Activity,
  Box,
  Boxes,
  Building2,
  Database,
  Gauge,
  KeySquare,
  Layers,
  LayoutDashboard,
  type LucideIcon,
  Network,
  Server,
  Users,
  Warehouse,
  Waves,
} from "lucide-react"
import type { May } from "@/lib/session"

export type PageName =
  | "overview"
  | "containers"
  | "events"
  | "images"
  | "registries"
  | "volumes"
  | "networks"
  | "hosts"
  | "members"
  | "tokens"
  | "tenants"
  | "plans"
  | "metering"
  | "overprovisioning"

export interface NavItem {
  page: PageName
  href: string
  icon: LucideIcon
  /** Pressed after `g`. */
  key: string
  /** What it shows. Who may not read that has no such page. */
  needs: OperationName
}

interface NavGroup {
  heading: "machine" | "provider" | "access" | null
  items: readonly NavItem[]
}

/** The pages of the console, in groups. Only what exists is here. */
const navGroups: readonly NavGroup[] = [
  {
    heading: null,
    items: [
      { page: "overview", href: "/", icon: LayoutDashboard, key: "o", needs: "session.me" },
      { page: "containers", href: "/containers", icon: Box, key: "c", needs: "containers.list" },
      { page: "overprovisioning", href: "/overprovisioning", icon: Waves, key: "l", needs: "overprovisioning.now" },
      { page: "events", href: "/events", icon: Activity, key: "e", needs: "events.list" },
      { page: "metering", href: "/metering", icon: Gauge, key: "u", needs: "metering.month" },
    ],
  },
  {
    heading: "machine",
    items: [
      { page: "images", href: "/images", icon: Boxes, key: "i", needs: "images.list" },
      { page: "registries", href: "/registries", icon: Warehouse, key: "r", needs: "registries.list" },
      { page: "volumes", href: "/volumes", icon: Database, key: "v", needs: "volumes.list" },
      { page: "networks", href: "/networks", icon: Network, key: "n", needs: "networks.list" },
      { page: "hosts", href: "/hosts", icon: Server, key: "h", needs: "host.info" },
    ],
  },
  {
    heading: "provider",
    items: [
      // Also for who only reads: a tenant's own people have one tenant, and their plan with it.
      { page: "tenants", href: "/tenants", icon: Building2, key: "t", needs: "plans.list" },
      { page: "plans", href: "/plans", icon: Layers, key: "p", needs: "plans.list" },
    ],
  },
  {
    heading: "access",
    items: [
      { page: "members", href: "/members", icon: Users, key: "m", needs: "members.list" },
      { page: "tokens", href: "/tokens", icon: KeySquare, key: "k", needs: "tokens.list" },
    ],
  },
]

/** The pages that there are for who may do that; groups without any are left out. */
export function navGroupsFor(may: May): NavGroup[] {
  return navGroups
    .map((group) => ({ ...group, items: group.items.filter(({ needs }) => may(needs)) }))
    .filter(({ items }) => items.length > 0)
}

/** The same, without groups. */
export function navItemsFor(may: May): NavItem[] {
  return navGroupsFor(may).flatMap((group) => group.items)
}

/** Addresses below a page that need more than the page does. */
const deeper: readonly { path: string; needs: OperationName }[] = [{ path: "/containers/new", needs: "containers.create" }]

/** What one has to be allowed for the page at this address; `null`: nothing, or there is no such page. */
export function neededAt(path: string): OperationName | null {
  const below = deeper.find((each) => path === each.path)
  if (below !== undefined) return below.needs
  return navGroups.flatMap(({ items }) => items).find((item) => isCurrent(item, path))?.needs ?? null
}

/** True when the path is that page or below it. */
export function isCurrent(item: Pick<NavItem, "href">, path: string): boolean {
  return item.href === "/" ? path === "/" : path === item.href || path.startsWith(`${item.href}/`)
}
