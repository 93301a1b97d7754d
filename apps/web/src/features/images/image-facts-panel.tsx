"use client"
import type { ImageInspect } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { ContainerLinks } from "@/components/container-links"
import { CopyButton } from "@/components/controls/copy-button"
import { Panel } from "@/components/controls/panel"
import { Facts } from "@/components/controls/table"
import { Time } from "@/components/controls/time"
import { useFormat } from "@/lib/use-format"
import { OwnAndShared } from "./own-and-shared"

/** What the image is, and which containers were made from it. */
export function ImageFactsPanel({ image }: { image: ImageInspect }) {
  const t = useTranslations("images")
  const format = useFormat()
  return (
    <Panel title={t("facts")}>
      <Facts
        className="px-4 pb-4"
        rows={[
          { name: t("id"), value: <Digest text={image.id} /> },
          { name: t("digest"), value: <Digest text={image.digest} /> },
          { name: t("created"), value: <Time at={image.createdAt} /> },
          { name: t("platform"), value: image.platform },
          ...(image.author ? [{ name: t("author"), value: image.author }] : []),
          {
            name: t("size"),
            value: (
              <span className="flex flex-wrap items-center gap-x-2">
                {format.bytes(image.sizeBytes)}
                <OwnAndShared image={image} />
                <span className="text-mute">
                  {t("ownAndShared", {
                    own: format.bytes(image.sizeBytes - image.sharedBytes),
                    shared: image.sharedBytes === 0 ? t("nothingShared") : format.bytes(image.sharedBytes),
                  })}
                </span>
              </span>
            ),
          },
          {
            name: t("usedBy"),
            value: image.usedBy.length === 0 ? t("unused") : <ContainerLinks ids={image.usedBy} />,
          },
        ]}
      />
    </Panel>
  )
}

function Digest({ text }: { text: string }) {
  return (
    <span className="flex min-w-0 items-center gap-1">
      <code className="truncate text-sm">{text}</code>
      <CopyButton text={text} />
    </span>
  )
}
