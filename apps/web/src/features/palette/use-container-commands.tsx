"use client"
import type { ContainerSummary, OnHost } from "@plimsoll/server/contract"
import { Copy, Pause, Play, RotateCw, ScrollText, Square, SquareArrowOutUpRight, SquareTerminal, StepForward, Sunrise } from "lucide-react"
import { useRouter } from "next/navigation"
import { useTranslations } from "use-intl"
import { toast } from "@/components/controls/toast"
import { containerHref } from "@/lib/container-href"
import { useErrorToast } from "@/lib/errors"
import { isAway, lacks } from "@/lib/hosts"
import { useHosts } from "@/lib/live"
import { useMay } from "@/lib/session"
import { useTRPCClient } from "@/lib/trpc"
import type { PaletteCommand } from "./commands"

/** What can be done with one container from the palette: only what its state, its host and one's role allow. */
export function useContainerCommands(): (container: OnHost<ContainerSummary>) => PaletteCommand[] {
  const t = useTranslations("palette")
  const router = useRouter()
  const client = useTRPCClient()
  const errorToast = useErrorToast()
  const { byId } = useHosts()
  const may = useMay()

  return (container) => {
    const { id, name } = container
    const status = container.state.status
    const running = status === "running"
    const page = containerHref(container)
    const host = byId.get(container.host)
    const away = isAway(host)
    const does = (action: () => Promise<unknown>, done: string) => () => {
      action().then(
        () => toast.success(done),
        (error: unknown) => errorToast(t("failed", { name }), error),
      )
    }
    const all: (PaletteCommand & { possible: boolean })[] = [
      { id: "open", label: t("openContainer", { name }), icon: <SquareArrowOutUpRight />, run: () => router.push(page), possible: true },
      {
        id: "terminal",
        label: t("terminal"),
        icon: <SquareTerminal />,
        run: () => router.push(`${page}/terminal`),
        possible: may("containers.openTerminal") && running && !away && !lacks(host, "exec"),
      },
      { id: "logs", label: t("logs"), icon: <ScrollText />, run: () => router.push(`${page}/logs`), possible: true },
      {
        id: "start",
        label: t("start"),
        icon: <Play />,
        run: does(() => client.containers.start.mutate({ id }), t("started", { name })),
        possible: may("containers.start") && !away && (status === "created" || status === "exited" || status === "restarting"),
      },
      {
        id: "restart",
        label: t("restart"),
        icon: <RotateCw />,
        run: does(() => client.containers.restart.mutate({ id }), t("restarted", { name })),
        possible: may("containers.restart") && running && !away,
      },
      {
        id: "pause",
        label: t("pause"),
        icon: <Pause />,
        run: does(() => client.containers.pause.mutate({ id }), t("paused", { name })),
        possible: may("containers.pause") && running && !away && !lacks(host, "pause"),
      },
      {
        id: "resume",
        label: t("resume"),
        icon: <StepForward />,
        run: does(() => client.containers.resume.mutate({ id }), t("resumed", { name })),
        possible: may("containers.resume") && status === "paused" && container.nap === undefined && !away && !lacks(host, "pause"),
      },
      {
        id: "wake",
        label: t("wake"),
        icon: <Sunrise />,
        run: does(() => client.containers.wake.mutate({ id }), t("woken", { name })),
        possible: may("containers.wake") && (container.nap !== undefined || status === "hibernated") && !away,
      },
      {
        id: "stop",
        label: t("stop"),
        icon: <Square />,
        run: does(() => client.containers.stop.mutate({ id }), t("stopped", { name })),
        possible: may("containers.stop") && !away && (running || status === "paused" || status === "hibernated" || status === "restarting"),
      },
      {
        id: "copy-id",
        label: t("copyId"),
        icon: <Copy />,
        run: does(() => navigator.clipboard.writeText(id), t("copied")),
        possible: window.isSecureContext,
      },
    ]
    return all.filter((command) => command.possible)
  }
}
