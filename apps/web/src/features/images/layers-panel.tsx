"use client"
import type { ImageInspect, ImageLayer } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { CopyButton } from "@/components/controls/copy-button"
import { Panel } from "@/components/controls/panel"
import { useFormat } from "@/lib/use-format"
import { shortId } from "./image-name"

/** The layers from the bottom up, each with the instruction that made it, as wide as its share of the image. */
export function LayersPanel({ image }: { image: ImageInspect }) {
  const t = useTranslations("images")
  const format = useFormat()
  const largest = Math.max(1, ...image.layers.map((layer) => layer.unpackedBytes))
  const compressed = image.layers.reduce((sum, layer) => sum + layer.compressedBytes, 0)
  return (
    <Panel
      title={t("layers")}
      aside={t("layerTotals", {
        count: image.layers.length,
        size: format.bytes(image.sizeBytes),
        compressed: format.bytes(compressed),
      })}
    >
      <ol className="pb-2">
        {image.layers.map((layer, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an image may have one layer twice, and their order never changes.
          <Layer key={index} layer={layer} instruction={instructionOf(image, index)} share={layer.unpackedBytes / largest} />
        ))}
      </ol>
    </Panel>
  )
}

/** What made the layer: the steps that made files stand in the order of the layers. */
function instructionOf({ history, layers }: ImageInspect, index: number): string | undefined {
  const digest = layers[index]?.digest
  const step = history.filter((each) => !each.emptyLayer)[index] ?? history.find((each) => each.layerDigest === digest)
  return step?.createdBy ?? step?.comment
}

function Layer({ layer, instruction, share }: { layer: ImageLayer; instruction: string | undefined; share: number }) {
  const t = useTranslations("images")
  const format = useFormat()
  return (
    <li className="border-line border-t px-4 py-2 first:border-t-0">
      <div className="flex flex-wrap items-center gap-x-2">
        <code className="text-sm">{shortId(layer.digest)}</code>
        <CopyButton text={layer.digest} />
        <span className="truncate text-faint text-sm max-sm:hidden">
          {layer.mediaType.replace(/^application\/vnd\.(oci\.image|docker\.image)\./, "")}
        </span>
        <span className="ml-auto whitespace-nowrap">{format.bytes(layer.unpackedBytes)}</span>
        <span className="whitespace-nowrap text-faint text-sm">{t("compressed", { size: format.bytes(layer.compressedBytes) })}</span>
      </div>
      {instruction === undefined ? null : (
        <code title={instruction} className="line-clamp-2 break-words text-mute text-sm">
          {instruction}
        </code>
      )}
      <div aria-hidden className="mt-1 h-1 overflow-hidden rounded-full bg-hull">
        <div className="h-full rounded-full bg-series1" style={{ width: `${share * 100}%` }} />
      </div>
    </li>
  )
}
