"use client"
import { useMutation } from "@tanstack/react-query"
import { useRouter } from "next/navigation"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Field } from "@/components/controls/field"
import { FormDialog } from "@/components/controls/form-dialog"
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
    <FormDialog
      open={open}
      onClose={close}
      title={t("title", { name: current })}
      size="sm"
      submitLabel={t("submit")}
      busy={rename.isPending}
      disabled={!well || name === current}
      error={rename.error}
      onSubmit={submit}
    >
      <Field label={t("name")} error={well ? undefined : t("malformed")}>
        <Input value={name} onChange={(event) => setTyped(event.target.value)} />
      </Field>
    </FormDialog>
  )
}
