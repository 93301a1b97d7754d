"use client"
import type { Me, TwoFactorStart } from "@plimsoll/server/contract"
import { useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { RecoveryCodes } from "@/components/account/recovery-codes"
import { TwoFactorSetup } from "@/components/account/two-factor-setup"
import { Badge } from "@/components/controls/badge"
import { Button } from "@/components/controls/button"
import { Dialog } from "@/components/controls/dialog"
import { Panel } from "@/components/controls/panel"
import { toast } from "@/components/controls/toast"
import { useTRPC } from "@/lib/trpc"
import { confirmTwoFactor, endTwoFactor, renewRecoveryCodes, startTwoFactor } from "@/lib/two-factor"
import { PasswordDialog } from "./password-dialog"

/** What lies over the panel: first the password, then the key, then the codes. */
type Overlay =
  | { kind: "ask"; for: "start" | "renew" | "end" }
  | { kind: "setup"; start: TwoFactorStart }
  | { kind: "codes"; codes: string[] }

/** Codes of an authenticator app beside the password. */
export function TwoFactorPanel({ me }: { me: Me }) {
  const t = useTranslations("twoFactor")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [overlay, setOverlay] = useState<Overlay | null>(null)
  const ask = (what: "start" | "renew" | "end") => setOverlay({ kind: "ask", for: what })
  const close = () => setOverlay(null)
  const readAgain = () => void queries.invalidateQueries(trpc.session.pathFilter())

  async function go(what: "start" | "renew" | "end", password: string) {
    if (what === "start") return setOverlay({ kind: "setup", start: await startTwoFactor(password) })
    if (what === "renew") return setOverlay({ kind: "codes", codes: await renewRecoveryCodes(password) })
    await endTwoFactor(password)
    toast.success(t("ended"))
    readAgain()
    close()
  }

  return (
    <Panel title={t("title")} aside={<Badge tone={me.twoFactor ? "run" : "warn"}>{t(me.twoFactor ? "on" : "off")}</Badge>}>
      <div className="flex flex-col gap-3 px-4 pb-4">
        <p className="text-mute">{t(me.twoFactor ? "onDetail" : "offDetail")}</p>
        <div className="flex flex-wrap gap-2">
          {me.twoFactor ? (
            <>
              <Button onClick={() => ask("renew")}>{t("renew")}</Button>
              <Button onClick={() => ask("end")}>{t("end")}</Button>
            </>
          ) : (
            <Button variant="primary" onClick={() => ask("start")}>
              {t("start")}
            </Button>
          )}
        </div>
      </div>
      {overlay?.kind === "ask" ? (
        <PasswordDialog
          key={overlay.for}
          title={t(`${overlay.for}Title`)}
          description={t(`${overlay.for}Detail`)}
          confirmLabel={t(overlay.for)}
          danger={overlay.for === "end"}
          onConfirm={(password) => go(overlay.for, password)}
          onClose={close}
        />
      ) : null}
      {overlay?.kind === "setup" ? (
        <Dialog open onOpenChange={close} title={t("startTitle")}>
          <TwoFactorSetup
            start={overlay.start}
            onConfirm={confirmTwoFactor}
            onConfirmed={() => {
              readAgain()
              setOverlay({ kind: "codes", codes: overlay.start.backupCodes })
            }}
          />
        </Dialog>
      ) : null}
      {overlay?.kind === "codes" ? (
        <Dialog
          open
          onOpenChange={close}
          title={t("codes")}
          footer={
            <Button variant="primary" onClick={close}>
              {t("codesKept")}
            </Button>
          }
        >
          <RecoveryCodes codes={overlay.codes} account={me.username} />
        </Dialog>
      ) : null}
    </Panel>
  )
}
