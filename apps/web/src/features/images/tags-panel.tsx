"use client"
import type { ImageInspect } from "@plimsoll/server/contract"
import { Plus, X } from "lucide-react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { CopyButton } from "@/components/controls/copy-button"
import { IconButton } from "@/components/controls/icon-button"
import { Panel } from "@/components/controls/panel"
import { useMay } from "@/lib/session"

interface TagsPanelProps {
  image: ImageInspect
  onAdd: () => void
  onRemove: (reference: string) => void
}

/** All names of the image, spelled out. */
export function TagsPanel({ image, onAdd, onRemove }: TagsPanelProps) {
  const t = useTranslations("images")
  const may = useMay()
  return (
    <Panel
      title={t("tags")}
      aside={
        may("images.tag") ? (
          <Button size="sm" icon={<Plus aria-hidden className="size-3" />} onClick={onAdd}>
            {t("addTag")}
          </Button>
        ) : null
      }
    >
      {image.references.length === 0 ? <p className="px-4 pb-4 text-mute">{t("tagsEmpty")}</p> : null}
      <ul className="pb-2">
        {image.references.map((reference) => (
          <li key={reference} className="flex items-center gap-1 border-line border-t px-4 py-1 first:border-t-0">
            <code className="min-w-0 break-all text-sm">{reference}</code>
            <CopyButton text={reference} />
            {may("images.remove") ? (
              <span className="ml-auto">
                <IconButton
                  size="sm"
                  label={t("removeTag", { name: reference })}
                  icon={<X aria-hidden className="size-3.5" />}
                  disabled={image.references.length === 1 && image.usedBy.length > 0}
                  onClick={() => onRemove(reference)}
                />
              </span>
            ) : null}
          </li>
        ))}
      </ul>
    </Panel>
  )
}
