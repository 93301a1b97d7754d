"use client"
import { useQuery } from "@tanstack/react-query"
import { parseTar } from "nanotar"
import { useTranslations } from "use-intl"
import { Dialog } from "@/components/controls/dialog"
import { ErrorState } from "@/components/controls/error-state"
import { SkeletonRows } from "@/components/controls/skeleton"
import { requestStream } from "../request-stream"
import { archiveAddress } from "./file-paths"

/** Larger files are downloaded, not shown. */
export const PREVIEW_BYTES = 512 * 1024

/** A small text file on the screen. */
export function FilePreview({ id, path, onClose }: { id: string; path: string | undefined; onClose: () => void }) {
  const t = useTranslations("container.files")
  const file = useQuery({
    queryKey: ["container-file", id, path],
    enabled: path !== undefined,
    gcTime: 0,
    queryFn: async ({ signal }) => {
      const response = await requestStream(archiveAddress(id, path ?? "/"), { signal })
      const entry = parseTar(await response.arrayBuffer())[0]
      const bytes = entry?.data ?? new Uint8Array()
      return bytes.includes(0) ? null : new TextDecoder().decode(bytes)
    },
  })
  return (
    <Dialog open={path !== undefined} onOpenChange={(open) => (open ? undefined : onClose())} title={path ?? ""} size="lg">
      {file.error ? (
        <ErrorState compact error={file.error} />
      ) : file.data === undefined ? (
        <SkeletonRows rows={6} label={t("loading")} />
      ) : file.data === null ? (
        <p className="text-mute">{t("binary")}</p>
      ) : file.data === "" ? (
        <p className="text-mute">{t("emptyFile")}</p>
      ) : (
        <pre className="overflow-auto whitespace-pre-wrap break-all rounded-control bg-field p-3 font-mono text-sm">{file.data}</pre>
      )}
    </Dialog>
  )
}
