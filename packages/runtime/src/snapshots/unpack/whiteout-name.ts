import { archiveUnsafe, printable } from "../../spec/tar/tar-errors.js"

/** What a name in a layer tar means. (image-spec, layer.md: Whiteouts) */
export type LayerName = { kind: "plain" } | { kind: "whiteout"; hides: string } | { kind: "opaque" } | { kind: "reserved" }

/** `.wh.x` hides `x` of the layers below, `.wh..wh..opq` all that the directory has below; other `.wh..wh.` names are AUFS's own. */
export function layerNameOf(last: string): LayerName {
  if (!last.startsWith(whiteoutPrefix)) return { kind: "plain" }
  if (last === opaqueName) return { kind: "opaque" }
  if (last.startsWith(whiteoutPrefix + whiteoutPrefix)) return { kind: "reserved" }
  const hides = last.slice(whiteoutPrefix.length)
  if (hides === "" || hides === "." || hides === "..")
    throw archiveUnsafe("a whiteout names no file", { name: printable(Buffer.from(last, "latin1")) })
  return { kind: "whiteout", hides }
}

export const whiteoutPrefix = ".wh."
export const opaqueName = ".wh..wh..opq"
