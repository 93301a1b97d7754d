import { encodeTarHeader, type TarWriteHeader, tarEnd, tarPadding } from "./encode-tar-header.js"

/** An entry as text where that is enough: names and data may be strings, a size is not given. */
export type TarItem = Omit<TarWriteHeader, "name" | "linkName" | "dataBytes" | "mode"> & {
  name: string | Buffer
  linkName?: string | Buffer
  data?: string | Buffer
  /** Default 0o644, of directories 0o755. */
  mode?: number
}

/** A whole small tar in memory. Same items, same bytes. */
export function makeTar(items: Iterable<TarItem>): Buffer {
  return Buffer.concat([...Array.from(items, tarItem), tarEnd])
}

function tarItem(item: TarItem): Buffer {
  const data = bytesOf(item.data ?? "")
  const header = encodeTarHeader({
    ...item,
    name: bytesOf(item.name),
    linkName: bytesOf(item.linkName ?? ""),
    mode: item.mode ?? (item.type === "directory" ? 0o755 : 0o644),
    dataBytes: data.length,
  })
  return Buffer.concat([header, data, tarPadding(data.length)])
}

function bytesOf(value: string | Buffer): Buffer {
  return typeof value === "string" ? Buffer.from(value) : value
}
