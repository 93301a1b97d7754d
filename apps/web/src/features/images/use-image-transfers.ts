"use client"
import type { ImageSummary } from "@plimsoll/server/contract"
import { useQueryClient } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { imageHref } from "@/lib/image-href"
import { runOperation } from "@/lib/operations"
import { useTRPC } from "@/lib/trpc"
import { upload } from "@/lib/upload"
import { imageName } from "./image-name"

/** Sends archives to a host's engine. They are shown in the tray and go on while one looks at other pages. */
export function useImageTransfers(host: string) {
  const t = useTranslations("images")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const refresh = () => queries.invalidateQueries(trpc.images.pathFilter())

  /** OCI or `docker save` archives, each as it is. */
  function load(files: readonly File[]): void {
    for (const file of files) {
      void runOperation(file.name, async ({ signal, onProgress }) => {
        const images = imagesIn(await upload({ url: `/api/images/load?${new URLSearchParams({ host })}`, body: file, onProgress, signal }))
        await refresh()
        return { result: t("loaded", { names: images.map(imageName).join(", ") || "–" }), ...pageOf(host, images) }
      })
    }
  }

  /** A root file system becomes an image of that reference. */
  function importRootfs(file: File, reference: string, comment: string): void {
    const parameters = new URLSearchParams({ host, reference, ...(comment === "" ? {} : { comment }) })
    void runOperation(file.name, async ({ signal, onProgress }) => {
      const images = imagesIn(await upload({ url: `/api/images/import?${parameters}`, body: file, onProgress, signal }))
      await refresh()
      return { result: t("imported", { name: reference }), ...pageOf(host, images) }
    })
  }

  return { load, importRootfs }
}

/** The answer to a load is a list, to an import one image. */
function imagesIn(answer: unknown): ImageSummary[] {
  const list: unknown[] = Array.isArray(answer)
    ? answer
    : typeof answer === "object" && answer !== null && "images" in answer && Array.isArray(answer.images)
      ? answer.images
      : [answer]
  return list.filter(isImage)
}

function isImage(value: unknown): value is ImageSummary {
  return typeof value === "object" && value !== null && "id" in value && "references" in value && Array.isArray(value.references)
}

function pageOf(host: string, images: readonly ImageSummary[]): { href?: string } {
  const [first] = images
  return first === undefined ? {} : { href: imageHref({ id: first.id, host }) }
}
