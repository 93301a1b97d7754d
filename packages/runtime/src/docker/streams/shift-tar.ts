import { Readable } from "node:stream"
import type { IdRange } from "../../spec/id-range.js"
import { encodeTarHeader, tarEnd, tarPadding } from "../../spec/tar/encode-tar-header.js"
import { readTar } from "../../spec/tar/read-tar.js"

/** A host id as the container sees it; one outside of its range stays as it is. */
export function insideId(id: number, base: number, size: number): number {
  return id >= base && id < base + size ? id - base : id
}

/** A tar whose owners are host ids of a range, with the owners that they are inside of the container. */
export function shiftTar(tar: Readable, { uidBase, gidBase, size }: IdRange): Readable {
  async function* shifted(): AsyncGenerator<Buffer, void, undefined> {
    for await (const { header, data } of readTar(tar)) {
      yield encodeTarHeader({ ...header, uid: insideId(header.uid, uidBase, size), gid: insideId(header.gid, gidBase, size) })
      for await (const piece of data()) yield piece
      yield tarPadding(header.dataBytes)
    }
    yield tarEnd
  }
  return Readable.from(shifted(), { objectMode: false }).once("close", () => tar.destroy())
}
