"use client"
import type { Me } from "@plimsoll/server/contract"
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { Pencil, Plus, Trash2 } from "lucide-react"
import { useState, useSyncExternalStore } from "react"
import { useTranslations } from "use-intl"
import { Badge } from "@/components/controls/badge"
import { Button } from "@/components/controls/button"
import { ConfirmDialog } from "@/components/controls/confirm-dialog"
import { ErrorState } from "@/components/controls/error-state"
import { IconButton } from "@/components/controls/icon-button"
import { Panel } from "@/components/controls/panel"
import { SkeletonRows } from "@/components/controls/skeleton"
import { Time } from "@/components/controls/time"
import { toast } from "@/components/controls/toast"
import { addPasskey, listPasskeys, type Passkey, passkeysPossible, removePasskey, renamePasskey } from "@/lib/passkeys"
import { PasskeyNameDialog } from "./passkey-name-dialog"

const queryKey = ["account", "passkeys"]
const never = () => () => undefined

/** Keys of one's devices that sign in without a password. */
export function PasskeysPanel({ me }: { me: Me }) {
  const t = useTranslations("passkeys")
  const controls = useTranslations("controls")
  const queries = useQueryClient()
  const possible = useSyncExternalStore(never, passkeysPossible, () => true)
  const passkeys = useQuery({ queryKey, queryFn: listPasskeys })
  const [dialog, setDialog] = useState<{ kind: "add" } | { kind: "rename" | "remove"; passkey: Passkey } | null>(null)
  const close = () => setDialog(null)
  const readAgain = () => queries.invalidateQueries({ queryKey })

  async function add(name: string) {
    if (!(await addPasskey(name, me.username))) return
    toast.success(t("added", { name }))
    close()
    await readAgain()
  }

  async function rename({ id }: Passkey, name: string) {
    await renamePasskey(id, name)
    close()
    await readAgain()
  }

  return (
    <Panel
      title={t("title")}
      aside={
        possible ? (
          <Button size="sm" icon={<Plus aria-hidden className="size-3.5" />} onClick={() => setDialog({ kind: "add" })}>
            {t("add")}
          </Button>
        ) : null
      }
    >
      <p className="px-4 pb-3 text-mute">{t(possible ? "description" : "impossible")}</p>
      {passkeys.error ? (
        <ErrorState error={passkeys.error} compact onRetry={() => void passkeys.refetch()} className="m-3" />
      ) : passkeys.data === undefined ? (
        <SkeletonRows rows={2} label={controls("loading")} />
      ) : passkeys.data.length === 0 ? (
        <p className="px-4 pb-4 text-faint">{t("none")}</p>
      ) : (
        <ul aria-label={t("title")}>
          {passkeys.data.map((passkey) => (
            <li key={passkey.id} className="flex items-center gap-2 border-line border-t py-2 pr-2 pl-4">
              <div className="min-w-0 flex-1">
                <p className="flex items-center gap-2">
                  <span className="truncate font-medium">{passkey.name === "" ? t("nameless") : passkey.name}</span>
                  {passkey.backedUp ? <Badge>{t("synced")}</Badge> : null}
                </p>
                {passkey.createdAt === null ? null : (
                  <p className="text-mute text-sm">
                    {t("addedAt")} <Time at={passkey.createdAt} />
                  </p>
                )}
              </div>
              <IconButton
                size="sm"
                label={t("renameOne", { name: passkey.name })}
                icon={<Pencil aria-hidden className="size-3.5" />}
                onClick={() => setDialog({ kind: "rename", passkey })}
              />
              <IconButton
                size="sm"
                label={t("removeOne", { name: passkey.name })}
                icon={<Trash2 aria-hidden className="size-3.5" />}
                onClick={() => setDialog({ kind: "remove", passkey })}
              />
            </li>
          ))}
        </ul>
      )}
      {dialog?.kind === "add" ? (
        <PasskeyNameDialog
          title={t("addTitle")}
          description={t("addDetail")}
          submitLabel={t("add")}
          initial=""
          onSubmit={add}
          onClose={close}
        />
      ) : null}
      {dialog?.kind === "rename" ? (
        <PasskeyNameDialog
          title={t("renameTitle", { name: dialog.passkey.name })}
          submitLabel={t("rename")}
          initial={dialog.passkey.name}
          onSubmit={(name) => rename(dialog.passkey, name)}
          onClose={close}
        />
      ) : null}
      {dialog?.kind === "remove" ? (
        <ConfirmDialog
          open
          onOpenChange={(open) => (open ? undefined : close())}
          title={t("removeTitle", { name: dialog.passkey.name })}
          lost={[t("lost")]}
          kept={[t("kept")]}
          confirmLabel={t("remove")}
          onConfirm={async () => {
            await removePasskey(dialog.passkey.id)
            await readAgain()
          }}
        />
      ) : null}
    </Panel>
  )
}
