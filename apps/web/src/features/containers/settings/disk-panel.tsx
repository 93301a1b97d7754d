"use client"
import { type DiskLimit, resizeContainerDiskInput } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { BytesField } from "@/components/controls/bytes-field"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
import { Panel } from "@/components/controls/panel"
import { Facts } from "@/components/controls/table"
import { toast } from "@/components/controls/toast"
import { Overrule } from "@/components/overprovisioning/overrule"
import { lacks } from "@/lib/hosts"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { useContainer } from "../detail/container-context"

/** What bounds the container's writable layer: grown while it runs, and compacted. */
export function DiskPanel() {
  const t = useTranslations("container.disk")
  const { inspect, host } = useContainer()
  if (!inspect || lacks(host, "disk-limits")) return null
  return (
    <Panel title={t("title")}>
      {inspect.disk.kind === "none" ? <p className="px-4 pb-4 text-mute">{t("none")}</p> : <Disk disk={inspect.disk} />}
    </Panel>
  )
}

function Disk({ disk }: { disk: Extract<DiskLimit, { kind: "disk" }> }) {
  const t = useTranslations("container.disk")
  const controls = useTranslations("controls")
  const format = useFormat()
  const trpc = useTRPC()
  const queries = useQueryClient()
  const { id, inspect } = useContainer()
  const [edited, setEdited] = useState<number | null>()
  const readAgain = () => queries.invalidateQueries(trpc.containers.inspect.pathFilter())
  const grow = useMutation(
    trpc.containers.resizeDisk.mutationOptions({
      onSuccess: (_, { sizeBytes }) => {
        setEdited(undefined)
        toast.success(t("grown", { size: format.bytes(sizeBytes) }))
        return readAgain()
      },
    }),
  )
  const compact = useMutation(
    trpc.containers.compactDisk.mutationOptions({
      onSuccess: ({ beforeBytes, afterBytes }) => {
        toast.success(t("compacted", { size: format.bytes(Math.max(0, beforeBytes - afterBytes)) }))
        return readAgain()
      },
    }),
  )
  const size = edited === undefined ? disk.sizeBytes : edited
  const { data: input } = resizeContainerDiskInput.safeParse({ id, sizeBytes: size })
  const larger = input !== undefined && input.sizeBytes > disk.sizeBytes
  const error = grow.error ?? compact.error
  return (
    <form
      className="flex flex-col gap-3 px-4 pb-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (larger) grow.mutate(input)
      }}
    >
      <Facts
        rows={[
          { name: t("promised"), value: format.bytes(disk.sizeBytes) },
          { name: t("allocated"), value: format.bytes(disk.allocatedBytes) },
          { name: t("used"), value: inspect && inspect.writableBytes >= 0 ? format.bytes(inspect.writableBytes) : "–" },
        ]}
      />
      <Field
        label={t("size")}
        description={t("hint", { size: format.bytes(disk.sizeBytes) })}
        error={edited !== undefined && edited !== disk.sizeBytes && !larger ? t("invalid", { size: format.bytes(disk.sizeBytes) }) : null}
      >
        <BytesField value={size} onValueChange={setEdited} unitLabel={controls("unit")} />
      </Field>
      {error ? <ErrorState compact error={error} /> : null}
      {grow.error && larger ? (
        <Overrule error={grow.error} busy={grow.isPending} onOverrule={(overrule) => grow.mutate({ ...input, overrule })} />
      ) : null}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="primary" disabled={!larger} busy={grow.isPending}>
          {t("grow")}
        </Button>
        <Button busy={compact.isPending} title={t("compactHint")} onClick={() => compact.mutate({ id })}>
          {t("compact")}
        </Button>
      </div>
    </form>
  )
}
