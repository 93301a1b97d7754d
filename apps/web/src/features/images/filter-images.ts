import type { ImageSummary, OnHost } from "@plimsoll/server/contract"

/** The images of a host (`""`: of all) in whose references or id the text stands, as it was typed or spelled out. */
export function filterImages(
  images: readonly OnHost<ImageSummary>[],
  { text, host }: { text: string; host: string },
): OnHost<ImageSummary>[] {
  const wanted = text.trim().toLowerCase()
  return images.filter(
    (image) =>
      (host === "" || image.host === host) && (wanted === "" || `${image.references.join(" ")} ${image.id}`.toLowerCase().includes(wanted)),
  )
}
