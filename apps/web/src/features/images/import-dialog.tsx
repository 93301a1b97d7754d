"use client"
import { imageReference } from "@plimsoll/server/contract"
import { FileUp } from "lucide-react"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { Field } from "@/components/controls/field"
import { FormDialog } from "@/components/controls/form-dialog"
import { Input } from "@/components/controls/input"
import { HostSelect } from "@/components/hosts/host-select"
import { useHosts } from "@/lib/live"
import { useFormat } from "@/lib/use-format"
import { FilePicker } from "./file-picker"
import { referenceFromFile } from "./image-name"
import { useImageTransfers } from "./use-image-transfers"

/** Makes an image of a root file system. */
export function ImportDialog({
  open,
  onOpenChange,
  host,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** Where the image will be. */
  host: string
}) {
  const t = useTranslations("images")
  const format = useFormat()
  const { list } = useHosts()
  const [chosen, setChosen] = useState<string | null>(null)
  const { importRootfs } = useImageTransfers(chosen ?? host)
  const [file, setFile] = useState<File | null>(null)
  const [reference, setReference] = useState("")
  const [comment, setComment] = useState("")
  const valid = imageReference.safeParse(reference).success

  function close() {
    setFile(null)
    setReference("")
    setComment("")
    setChosen(null)
    onOpenChange(false)
  }

  return (
    <FormDialog
      open={open}
      onClose={close}
      title={t("importTitle")}
      description={t("importDescription")}
      submitLabel={t("import")}
      disabled={file === null || !valid}
      onSubmit={() => {
        if (file === null) return
        importRootfs(file, reference, comment)
        close()
      }}
    >
      <FilePicker
        multiple={false}
        onFiles={([chosen]) => {
          if (chosen === undefined) return
          setFile(chosen)
          if (reference === "") setReference(referenceFromFile(chosen.name))
        }}
        trigger={(pick) => (
          <Button icon={<FileUp aria-hidden className="size-3.5" />} onClick={pick} className="self-start">
            {file === null ? t("chooseFile") : `${file.name} · ${format.bytes(file.size)}`}
          </Button>
        )}
      />
      <Field label={t("reference")} description={t("referenceHint")} error={reference !== "" && !valid ? t("referenceInvalid") : null}>
        <Input mono value={reference} onChange={(event) => setReference(event.target.value)} />
      </Field>
      {list.length > 1 ? (
        <Field label={t("host")}>
          <HostSelect value={chosen ?? host} onValueChange={setChosen} needs="image-import" />
        </Field>
      ) : null}
      <Field label={t("comment")} optional={t("optional")}>
        <Input value={comment} onChange={(event) => setComment(event.target.value)} />
      </Field>
    </FormDialog>
  )
}
