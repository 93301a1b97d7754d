"use client"
import type { ImageSummary, OnHost } from "@plimsoll/server/contract"
import { CloudUpload, Download, Ellipsis, Play, Search, Tag, Trash2 } from "lucide-react"
import Link from "next/link"
import { useRouter } from "next/navigation"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { ContainerLinks } from "@/components/container-links"
import { Badge } from "@/components/controls/badge"
import { CopyButton } from "@/components/controls/copy-button"
import { IconButton } from "@/components/controls/icon-button"
import { Menu, MenuItem, MenuSeparator } from "@/components/controls/menu"
import { Table, Td, Th, Tr } from "@/components/controls/table"
import { Time } from "@/components/controls/time"
import { HostLink } from "@/components/hosts/host-link"
import { offers } from "@/lib/hosts"
import { imageHref } from "@/lib/image-href"
import { useHosts } from "@/lib/live"
import { useMay } from "@/lib/session"
import { useFormat } from "@/lib/use-format"
import { useRowKeys } from "@/lib/use-row-keys"
import { createHref, saveHref } from "./image-links"
import { imageName, shortId, shortReference } from "./image-name"
import { OwnAndShared } from "./own-and-shared"

type SortKey = "name" | "host" | "size" | "own" | "created"
type Image = OnHost<ImageSummary>

/** An image by one of its names (without any, by its id), for a question about it. */
export interface AskedImage {
  host: string
  image: ImageSummary
  reference: string
}

interface ImagesTableProps {
  images: readonly Image[]
  onAsk: (what: "tag" | "push" | "remove", asked: AskedImage) => void
}

const ownBytes = (image: ImageSummary) => image.sizeBytes - image.sharedBytes
const keyOf = ({ host, id }: Image) => `${host}/${id}`

/** More used by than these are told by their count. */
const LINKS_SHOWN = 2

/** One row an image, however many names it has. */
export function ImagesTable({ images, onAsk }: ImagesTableProps) {
  const t = useTranslations("images")
  const router = useRouter()
  const { list, byId } = useHosts()
  const several = list.length > 1
  const hostName = (id: string) => byId.get(id)?.name ?? id
  const [sort, setSort] = useState<{ key: SortKey; descending: boolean }>({ key: "name", descending: false })
  const compare: Record<SortKey, (a: Image, b: Image) => number> = {
    // Those without a name come last: their ids say nothing.
    name: (a, b) => Number(a.references.length === 0) - Number(b.references.length === 0) || imageName(a).localeCompare(imageName(b)),
    host: (a, b) => hostName(a.host).localeCompare(hostName(b.host)),
    size: (a, b) => a.sizeBytes - b.sizeBytes,
    own: (a, b) => ownBytes(a) - ownBytes(b),
    created: (a, b) => a.createdAt - b.createdAt,
  }
  const sorted = [...images].sort((a, b) => compare[sort.key](a, b) * (sort.descending ? -1 : 1))
  const highlighted = useRowKeys({
    keys: sorted.map(keyOf),
    onOpen: (key) => {
      const image = sorted.find((each) => keyOf(each) === key)
      if (image) router.push(imageHref(image))
    },
  })
  const by = (key: SortKey) => ({
    sorted: sort.key === key ? (sort.descending ? ("descending" as const) : ("ascending" as const)) : ("none" as const),
    onSort: () => setSort({ key, descending: sort.key === key && !sort.descending }),
  })
  return (
    <Table label={t("title")}>
      <thead>
        <tr>
          <Th {...by("name")}>{t("reference")}</Th>
          {several ? <Th {...by("host")}>{t("host")}</Th> : null}
          <Th>{t("id")}</Th>
          <Th>{t("platform")}</Th>
          <Th numeric {...by("size")}>
            {t("size")}
          </Th>
          <Th numeric {...by("own")}>
            {t("own")}
          </Th>
          <Th numeric>{t("shared")}</Th>
          <Th numeric {...by("created")}>
            {t("created")}
          </Th>
          <Th>{t("usedBy")}</Th>
          <Th>
            <span className="sr-only">{t("actions")}</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {sorted.map((image) => (
          <ImageRow key={keyOf(image)} image={image} several={several} highlighted={keyOf(image) === highlighted} onAsk={onAsk} />
        ))}
      </tbody>
    </Table>
  )
}

interface ImageRowProps {
  image: Image
  /** There are several hosts: the row says which one. */
  several: boolean
  highlighted: boolean
  onAsk: ImagesTableProps["onAsk"]
}

function ImageRow({ image, several, highlighted, onAsk }: ImageRowProps) {
  const t = useTranslations("images")
  const format = useFormat()
  return (
    <Tr selected={highlighted}>
      <Td className="max-w-96">
        <Link
          href={imageHref(image)}
          prefetch={false}
          className="block truncate rounded font-medium hover:underline"
          title={image.references[0]}
        >
          {image.references.length === 0 ? <Badge>{t("dangling")}</Badge> : imageName(image)}
        </Link>
        {image.references.slice(1).map((reference) => (
          <span key={reference} className="block truncate text-mute text-sm">
            {shortReference(reference)}
          </span>
        ))}
      </Td>
      {several ? (
        <Td className="max-w-48 text-mute">
          <HostLink id={image.host} />
        </Td>
      ) : null}
      <Td>
        <span className="flex items-center gap-0.5">
          <code className="text-mute text-sm">{shortId(image.id)}</code>
          <CopyButton text={image.id} />
        </span>
      </Td>
      <Td className="whitespace-nowrap text-mute">{image.platform}</Td>
      <Td numeric>{format.bytes(image.sizeBytes)}</Td>
      <Td numeric>
        <OwnAndShared image={image} />
        <span className="inline-block min-w-18">{format.bytes(ownBytes(image))}</span>
      </Td>
      <Td numeric className="text-mute">
        {image.sharedBytes === 0 ? "–" : format.bytes(image.sharedBytes)}
      </Td>
      <Td numeric className="text-mute">
        <Time at={image.createdAt} />
      </Td>
      <Td className="text-mute">
        {image.usedBy.length === 0 ? (
          "–"
        ) : image.usedBy.length <= LINKS_SHOWN ? (
          <ContainerLinks ids={image.usedBy} />
        ) : (
          <Link href={imageHref(image)} prefetch={false} className="whitespace-nowrap rounded hover:underline">
            {t("containers", { count: image.usedBy.length })}
          </Link>
        )}
      </Td>
      <Td className="w-10 pr-2">
        <ImageMenu image={image} onAsk={onAsk} />
      </Td>
    </Tr>
  )
}

function ImageMenu({ image, onAsk }: Pick<ImageRowProps, "image" | "onAsk">) {
  const t = useTranslations("images")
  const host = useHosts().byId.get(image.host)
  const names = image.references.length === 0 ? [image.id] : image.references
  const first = names[0] ?? image.id
  const may = useMay()
  const ask = (what: "tag" | "push" | "remove", reference = first) => onAsk(what, { host: image.host, image, reference })
  return (
    <Menu
      align="end"
      trigger={
        <IconButton size="sm" label={t("actionsOf", { name: imageName(image) })} icon={<Ellipsis aria-hidden className="size-4" />} />
      }
    >
      {may("containers.create") ? (
        <MenuItem icon={<Play />} href={createHref({ host: image.host, reference: first })}>
          {t("createContainer")}
        </MenuItem>
      ) : null}
      <MenuItem icon={<Search />} href={imageHref(image)}>
        {t("inspect")}
      </MenuItem>
      {may("images.tag") ? (
        <MenuItem icon={<Tag />} onClick={() => ask("tag")}>
          {t("tag")}
        </MenuItem>
      ) : null}
      {may("images.push") && offers(host, "image-push") ? (
        <MenuItem icon={<CloudUpload />} onClick={() => ask("push")}>
          {t("push")}
        </MenuItem>
      ) : null}
      {may("http.images.save") && offers(host, "image-save") ? (
        <MenuItem icon={<Download />} onClick={() => window.location.assign(saveHref({ host: image.host, reference: first }))}>
          {t("save")}
        </MenuItem>
      ) : null}
      {may("images.remove") ? <MenuSeparator /> : null}
      {(may("images.remove") ? names : []).map((reference) => (
        <MenuItem
          key={reference}
          icon={<Trash2 />}
          danger
          disabled={names.length === 1 && image.usedBy.length > 0}
          reason={t("inUse", { count: image.usedBy.length })}
          onClick={() => ask("remove", reference)}
        >
          {names.length === 1 ? t("remove") : t("untag", { name: shortReference(reference) })}
        </MenuItem>
      ))}
    </Menu>
  )
}
