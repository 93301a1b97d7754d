"use client"
import { useMutation } from "@tanstack/react-query"
import { useRouter } from "next/navigation"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { Dialog } from "@/components/controls/dialog"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
import { Input } from "@/components/controls/input"
import { containerHref } from "@/lib/container-href"
import { useTRPC } from "@/lib/trpc"
import { useContainer } from "./container-context"

interface DialogState {
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Gives the container another name; its address follows. */
export function RenameDialog({ open, onOpenChange }: DialogState) {
  const t = useTranslations("container.rename")
  const trpc = useTRPC()
  const router = useRouter()
  const { id, name: current, row } = useContainer()
  const [typed, setTyped] = useState<string>()
  const rename = useMutation(trpc.containers.rename.mutationOptions())
  const name = typed ?? current
  const well = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/.test(name)

  function close() {
    setTyped(undefined)
    rename.reset()
    onOpenChange(false)
  }

  function submit() {
    rename.mutate(
      { id, name },
      {
        onSuccess: () => {
          close()
          router.replace(containerHref({ id, name, host: row.host }))
        },
      },
    )
  }

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (next ? onOpenChange(true) : close())}
      title={t("title", { name: current })}
      size="sm"
      footer={
        <>
          <Button onClick={close}>{t("cancel")}</Button>
          <Button variant="primary" busy={rename.isPending} disabled={!well || name === current} onClick={submit}>
            {t("submit")}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (well && name !== current) submit()
        }}
      >
        <Field label={t("name")} error={well ? undefined : t("malformed")}>
          <Input value={name} onChange={(event) => setTyped(event.target.value)} />
        </Field>
        {rename.error ? <ErrorState compact error={rename.error} /> : null}
      </form>
    </Dialog>
  )
}
