"use client"
import type { ContainerSummary, OnHost, OperationName } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import {
  Box,
  Boxes,
  Building2,
  CloudDownload,
  Keyboard,
  Languages,
  Layers,
  Plus,
  ScrollText,
  Server,
  ServerCog,
  SunMoon,
  Upload,
  Warehouse,
} from "lucide-react"
import { useRouter } from "next/navigation"
import { useTheme } from "next-themes"
import { useLocale, useTranslations } from "use-intl"
import { isAway } from "@/lib/hosts"
import { asLocale } from "@/lib/i18n/locale"
import { imageHref } from "@/lib/image-href"
import { useHosts } from "@/lib/live"
import { useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import type { PaletteCommand, PaletteGroup } from "./commands"
import { bestMatches } from "./match"

/** The shell's parts that the palette reaches for. Handed in, since features do not know each other. */
export interface PaletteSurroundings {
  pages: readonly { href: string; label: string; icon: React.ReactNode; key: string }[]
  showHelp: () => void
  chooseLocale: (locale: "en" | "ru") => void
  localeNames: Record<"en" | "ru", string>
}

/** Everything that the palette finds at first: pages, containers, images, actions. */
export function useRootGroups(
  query: string,
  options: { open: boolean; surroundings: PaletteSurroundings; onContainer: (container: OnHost<ContainerSummary>) => void },
): PaletteGroup[] {
  const { open, surroundings, onContainer } = options
  const t = useTranslations("palette")
  const hostWords = useTranslations("hosts")
  const states = useTranslations("states")
  const tenantWords = useTranslations("tenants.status")
  const format = useFormat()
  const router = useRouter()
  const trpc = useTRPC()
  const { resolvedTheme, setTheme } = useTheme()
  const otherLocale = asLocale(useLocale()) === "en" ? "ru" : "en"
  const containers = useQuery(trpc.containers.list.queryOptions({}, { enabled: open }))
  const images = useQuery(trpc.images.list.queryOptions({}, { enabled: open }))

  const hosts = useHosts()
  const may = useMay()
  // Others have one tenant, their own, and no page that lists them.
  const staff = may("plans.list")
  const tenants = useQuery(trpc.tenants.list.queryOptions(undefined, { enabled: open && staff }))
  const several = hosts.list.length > 1
  const hostName = (id: string) => (several ? (hosts.byId.get(id)?.name ?? id) : "")

  const changes: (PaletteCommand & { needs: OperationName })[] = [
    { needs: "containers.create", id: "create", label: t("createContainer"), icon: <Plus />, run: () => router.push("/containers/new") },
    {
      needs: "tenants.create",
      id: "create-tenant",
      label: t("createTenant"),
      icon: <Building2 />,
      run: () => router.push("/tenants?create="),
    },
    { needs: "plans.create", id: "create-plan", label: t("createPlan"), icon: <Layers />, run: () => router.push("/plans?add=true") },
    { needs: "images.pull", id: "pull", label: t("pullImage"), icon: <CloudDownload />, run: () => router.push("/images?add=pull") },
    {
      needs: "registries.add",
      id: "add-registry",
      label: t("addRegistry"),
      icon: <Warehouse />,
      run: () => router.push("/registries?add=true"),
    },
    { needs: "hosts.add", id: "add-host", label: t("addHost"), icon: <ServerCog />, run: () => router.push("/hosts?add=true") },
    { needs: "http.images.load", id: "load", label: t("loadImage"), icon: <Upload />, run: () => router.push("/images?add=load") },
  ]

  const few = query === "" ? 5 : 12
  return [
    {
      heading: t("pages"),
      commands: bestMatches(surroundings.pages, query, { textOf: (page) => page.label, limit: 12 }).map((page) => ({
        id: `page-${page.href}`,
        label: page.label,
        icon: page.icon,
        keys: ["g", page.key],
        run: () => router.push(page.href),
      })),
    },
    {
      heading: t("containers"),
      commands: bestMatches(containers.data ?? [], query, {
        textOf: (each) => `${each.name} ${each.tenant} ${each.image} ${each.id.slice(0, 12)} ${hostName(each.host)}`,
        limit: few,
      }).map((each) => ({
        id: `container-${each.id}`,
        label: each.name,
        detail: [states(each.state.status), each.tenant, hostName(each.host)].filter(Boolean).join(" · "),
        icon: <Box />,
        run: () => onContainer(each),
        stays: true,
      })),
    },
    {
      heading: t("tenants"),
      commands: bestMatches(staff ? (tenants.data ?? []) : [], query, {
        textOf: (each) => `${each.name} ${each.title} ${each.plan?.name ?? ""}`,
        limit: few,
      }).map((each) => ({
        id: `tenant-${each.name}`,
        label: each.title === "" ? each.name : each.title,
        detail: [each.title === "" ? "" : each.name, each.plan?.name, each.status === "active" ? "" : tenantWords(each.status)]
          .filter(Boolean)
          .join(" · "),
        icon: <Building2 />,
        run: () => router.push(`/tenants/${encodeURIComponent(each.name)}`),
      })),
    },
    {
      heading: t("hosts"),
      commands: bestMatches(several && may("host.info") ? hosts.list : [], query, {
        textOf: (each) => `${each.name} ${each.endpoint ?? ""} ${each.info?.hostname ?? ""}`,
        limit: few,
      }).map((each) => ({
        id: `host-${each.id}`,
        label: each.name,
        detail: [each.info?.version, isAway(each) ? hostWords("status.away") : ""].filter(Boolean).join(" · "),
        icon: <Server />,
        run: () => router.push(`/hosts/${encodeURIComponent(each.id)}`),
      })),
    },
    {
      heading: t("images"),
      commands: bestMatches(images.data ?? [], query, { textOf: (each) => `${each.references.join(" ")} ${each.id}`, limit: few }).map(
        (each) => ({
          id: `image-${each.host}-${each.id}`,
          label: each.references[0] ?? each.id.slice(0, 19),
          detail: format.bytes(each.sizeBytes),
          icon: <Boxes />,
          run: () => router.push(imageHref(each)),
        }),
      ),
    },
    {
      heading: t("actions"),
      commands: bestMatches(
        [
          ...changes.filter(({ needs }) => may(needs)),
          { id: "audit", label: t("showAudit"), icon: <ScrollText />, run: () => router.push("/events?kind=audit") },
          { id: "theme", label: t("toggleTheme"), icon: <SunMoon />, run: () => setTheme(resolvedTheme === "dark" ? "light" : "dark") },
          {
            id: "language",
            label: t("switchLanguage", { language: surroundings.localeNames[otherLocale] }),
            icon: <Languages />,
            run: () => surroundings.chooseLocale(otherLocale),
          },
          { id: "help", label: t("showHelp"), icon: <Keyboard />, keys: ["?"], run: surroundings.showHelp, stays: true },
        ],
        query,
        { textOf: (command) => command.label, limit: 12 },
      ),
    },
  ].filter((group) => group.commands.length > 0)
}
