"use client"
import { type BulkAction, localHost } from "@plimsoll/server/contract"
import { Ellipsis, Server } from "lucide-react"
import { useId, useState } from "react"
import { useTranslations } from "use-intl"
import { Badge } from "@/components/controls/badge"
import { Button } from "@/components/controls/button"
import { CopyButton } from "@/components/controls/copy-button"
import { IconButton } from "@/components/controls/icon-button"
import { Menu, MenuItem } from "@/components/controls/menu"
import { Time } from "@/components/controls/time"
import { HostLink } from "@/components/hosts/host-link"
import { cn } from "@/lib/cn"
import { useErrorToast } from "@/lib/errors"
import { lacks } from "@/lib/hosts"
import { useHosts } from "@/lib/live"
import { useMay } from "@/lib/session"
import { useFormat } from "@/lib/use-format"
import { actionIcons } from "../actions/action-icons"
import { availableActions } from "../actions/available-actions"
import { RemoveDialog } from "../actions/remove-dialog"
import { useBulkAction } from "../actions/use-bulk-action"
import { whyNoNap } from "../actions/why-no-nap"
import { StateLabel } from "../state-label"
import { CommitDialog } from "./commit-dialog"
import { useContainer } from "./container-context"
import { LadderExemption } from "./ladder-exemption"
import { ReclaimDialog } from "./reclaim-dialog"
import { RenameDialog } from "./rename-dialog"

/** Name, state and what can be done with it now. What fails is told right below. */
export function ContainerHeader() {
  const t = useTranslations("containers")
  const own = useTranslations("container")
  const banner = useTranslations("hosts.awayBanner")
  const { id, name, row, host, away } = useContainer()
  const several = useHosts().list.length > 1
  const { run, pending } = useBulkAction()
  const toastError = useErrorToast()
  const format = useFormat()
  const [dialog, setDialog] = useState<"remove" | "rename" | "commit" | "reclaim">()
  const [problem, setProblem] = useState<{ action: BulkAction; message: string; code: string }>()

  function act(action: BulkAction) {
    if (action === "remove") return setDialog("remove")
    setProblem(undefined)
    run({ action, ids: [id] }).then(
      (outcome) => {
        const failed = outcome.failed[0]
        if (failed) setProblem({ action, message: failed.message, code: failed.code })
      },
      (error: unknown) => toastError(t(`actions.${action}`), error),
    )
  }

  const may = useMay()
  const actions = availableActions(row, host, may)
  const noNap = row.state.status === "running" && may("containers.nap") ? whyNoNap(host) : null
  const noNapId = useId()
  const busy = pending.get(id)
  const off = busy !== undefined || away
  const reason = away ? { title: banner("action", { host: host?.name ?? "" }) } : {}
  return (
    <header className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className={cn("min-w-0 truncate font-semibold text-2xl", away && "text-mute")}>{name}</h1>
        <StateLabel container={row} pending={busy} away={away} />
        <div className="ml-auto flex flex-wrap items-center gap-1.5">
          {actions
            .filter((action) => action !== "kill" && action !== "remove")
            .map((action) => (
              <Button key={action} icon={actionIcons[action]} busy={busy === action} disabled={off} {...reason} onClick={() => act(action)}>
                {t(`actions.${action}`)}
              </Button>
            ))}
          {noNap === null ? null : (
            <Button icon={actionIcons.nap} disabled aria-describedby={noNapId}>
              {t("actions.nap")}
            </Button>
          )}
          {actions.includes("remove") ? (
            <Button variant="danger" icon={actionIcons.remove} disabled={off} {...reason} onClick={() => act("remove")}>
              {t("actions.remove")}
            </Button>
          ) : null}
          {may("containers.rename") ? (
            <Menu
              align="end"
              trigger={<IconButton variant="default" label={own("more")} icon={<Ellipsis aria-hidden className="size-4" />} />}
            >
              {actions.includes("kill") ? (
                <MenuItem
                  icon={actionIcons.kill}
                  danger
                  disabled={away}
                  hint={row.state.status === "hibernated" ? t("hint.killForgets") : undefined}
                  onClick={() => act("kill")}
                >
                  {t("actions.kill")}
                </MenuItem>
              ) : null}
              <MenuItem disabled={away} onClick={() => setDialog("rename")}>
                {own("rename.menu")}
              </MenuItem>
              {row.state.status === "running" && !lacks(host, "reclaim") && may("containers.reclaim") ? (
                <MenuItem disabled={away} onClick={() => setDialog("reclaim")}>
                  {own("reclaim.menu")}
                </MenuItem>
              ) : null}
              {lacks(host, "commit") || !may("containers.commit") ? null : (
                <MenuItem disabled={away} onClick={() => setDialog("commit")}>
                  {own("commit.menu")}
                </MenuItem>
              )}
            </Menu>
          ) : null}
        </div>
      </div>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-mute">
        <span className="font-mono text-sm">{row.image}</span>
        {several || row.host !== localHost ? (
          <span className="inline-flex min-w-0 items-center gap-1.5">
            <Server aria-hidden className="size-3.5 shrink-0" />
            <span className="sr-only">{own("host")}</span>
            <HostLink id={row.host} />
          </span>
        ) : null}
        <span>{row.tenant}</span>
        <span className="inline-flex items-center gap-1 font-mono text-sm">
          {id.slice(0, 12)}
          <CopyButton text={id} label={own("copyId")} />
        </span>
        <span>
          {own("created")} <Time at={row.createdAt} />
        </span>
        {row.restartCount > 0 ? <Badge tone="warn">{own("restarts", { count: row.restartCount })}</Badge> : null}
        <LadderExemption row={row} />
        {row.networks.map((network) => (
          <span key={network.network} className="font-mono text-sm">
            {network.address}
          </span>
        ))}
        {row.ports.map((port) => (
          <Badge key={`${port.hostAddress}:${port.hostPort}/${port.protocol}`}>
            {port.hostAddress === "0.0.0.0" ? "" : `${port.hostAddress}:`}
            {port.hostPort}→{port.containerPort}/{port.protocol}
          </Badge>
        ))}
      </p>
      {noNap === null ? null : (
        <p id={noNapId} className="text-mute">
          {noNap === "noSwap" ? own.rich("noSwap", { code: (text) => <code>{text}</code> }) : own("noNap", { reason: noNap.detail })}
        </p>
      )}
      {row.nap === undefined ? null : (
        <p role="status" className="text-mute">
          {own("napping", {
            time: format.dateTime(row.nap.since),
            size: format.bytes(Math.max(0, row.nap.beforeBytes - row.nap.afterBytes)),
          })}
        </p>
      )}
      {row.hibernation === undefined ? null : (
        <p role="status" className="text-mute">
          {own("hibernating", {
            time: format.dateTime(row.hibernation.since),
            size: format.bytes(row.hibernation.beforeBytes),
            disk: format.bytes(row.hibernation.imageBytes),
          })}
          {actions.includes("stop") ? ` ${own("hibernatingStop")}` : ""}
        </p>
      )}
      {row.state.status === "exited" && row.state.error ? (
        <p role="status" className="text-bad-ink">
          {own("startFailed", { reason: row.state.error })}
        </p>
      ) : null}
      {problem ? (
        <p role="alert" className="text-bad-ink">
          {own("actionFailed", { action: t(`actions.${problem.action}`), message: problem.message })}{" "}
          <code className="text-faint text-sm">{problem.code}</code>
        </p>
      ) : null}
      <RemoveDialog
        containers={[row]}
        open={dialog === "remove"}
        onOpenChange={(open) => setDialog(open ? "remove" : undefined)}
        onConfirm={async (options) => {
          const outcome = await run({ action: "remove", ids: [id], options })
          const failed = outcome.failed[0]
          if (failed) throw new Error(failed.message)
        }}
      />
      <RenameDialog open={dialog === "rename"} onOpenChange={(open) => setDialog(open ? "rename" : undefined)} />
      {dialog === "reclaim" ? <ReclaimDialog onClose={() => setDialog(undefined)} /> : null}
      <CommitDialog open={dialog === "commit"} onOpenChange={(open) => setDialog(open ? "commit" : undefined)} />
    </header>
  )
}
