"use client"
import { useTranslations } from "use-intl"
import { useFormat } from "@/lib/use-format"

/** What only this image has, against what others have too. */
export function OwnAndShared({ image }: { image: { sizeBytes: number; sharedBytes: number } }) {
  const t = useTranslations("images")
  const format = useFormat()
  const own = image.sizeBytes - image.sharedBytes
  const share = image.sizeBytes > 0 ? own / image.sizeBytes : 1
  const label = t("ownAndShared", { own: format.bytes(own), shared: format.bytes(image.sharedBytes) })
  return (
    <span role="img" aria-label={label} title={label} className="inline-flex h-1.5 w-16 overflow-hidden rounded-full bg-hull align-middle">
      <span className="h-full bg-series1" style={{ width: `${share * 100}%` }} />
    </span>
  )
}
