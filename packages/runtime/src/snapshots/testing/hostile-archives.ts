import { makeTar, type TarItem } from "../../spec/tar/make-tar.js"

export interface HostileArchive {
  what: string
  tar: Buffer
  /** Code with which unpacking it as a layer is refused; absent: it is harmless, but must stay inside. */
  refused?: "archive_unsafe" | "archive_invalid"
}

/** Archives that try to reach `canary` (a directory outside, as an absolute path), or to break whoever unpacks them. */
export function hostileArchives(canary: string): HostileArchive[] {
  const up = "../".repeat(20)
  const outside = canary.slice(1)
  const evil: Partial<TarItem> = { type: "file", data: "evil", mode: 0o777 }
  const file = (name: string): TarItem => ({ ...evil, name, type: "file" })
  const link = (name: string, linkName: string): TarItem => ({ name, type: "symlink", linkName })
  const hard = (name: string, linkName: string): TarItem => ({ name, type: "hard-link", linkName })
  const directory = (name: string): TarItem => ({ name, type: "directory" })
  const archive = (what: string, items: TarItem[], refused?: HostileArchive["refused"]): HostileArchive => ({
    what,
    tar: makeTar(items),
    ...(refused === undefined ? {} : { refused }),
  })
  const unsafe = "archive_unsafe"
  return [
    archive("a name that climbs out", [file(`${up}${outside}/new`)], unsafe),
    archive("a name that climbs out from a directory", [directory("a/"), file(`a/../../${up}${outside}/new`)], unsafe),
    archive("an absolute name", [file(`${canary}/new`)], unsafe),
    archive("an absolute name of an existing file", [file(`${canary}/file`)], unsafe),
    archive("a directory that climbs out", [{ name: `${up}${outside}/dir`, type: "directory", mode: 0o777 }], unsafe),
    archive("only ..", [directory("..")], unsafe),
    archive("a file through an absolute link", [link("a", canary), file("a/new")], unsafe),
    archive("a file through a relative link", [link("a", `${up}${outside}`), file("a/file")], unsafe),
    archive("a file through a chain of links", [link("a", "b"), link("b", canary), file("a/new")], unsafe),
    archive("a directory through a link", [link("a", canary), directory("a/dir/sub")], unsafe),
    archive("a file over a link: the link is replaced, not followed", [link("a", `${canary}/file`), file("a")]),
    archive("a directory over a link: the link is replaced, not followed", [link("a", canary), directory("a"), file("a/new")]),
    archive("a hard link to a file outside", [hard("a", `${up}${outside}/file`), file("a")], unsafe),
    archive("a hard link to an absolute path", [hard("a", `${canary}/file`), file("a")], unsafe),
    archive("a hard link through a link", [link("l", canary), hard("a", "l/file"), file("a")], unsafe),
    archive("a hard link to a link, then written: the link is replaced", [link("l", `${canary}/file`), hard("a", "l"), file("a")]),
    archive("a hard link to itself", [hard("a", "a")], unsafe),
    archive("a hard link to a directory", [directory("d"), hard("a", "d")], unsafe),
    archive("a whiteout of ..", [file("d/.wh...")], unsafe),
    archive("a whiteout of .", [file("d/.wh..")], unsafe),
    archive("a whiteout without a name", [file("d/.wh.")], unsafe),
    archive("a whiteout through a link", [link("a", canary), file("a/.wh.file")], unsafe),
    archive("an opaque mark through a link", [link("a", canary), file("a/.wh..wh..opq")], unsafe),
    archive("attributes that overlayfs obeys", [
      {
        name: "d",
        type: "directory",
        attributes: new Map([
          ["trusted.overlay.redirect", Buffer.from(canary)],
          ["trusted.overlay.opaque", Buffer.from("y")],
        ]),
      },
    ]),
    archive("a name of 300 bytes", [file("n".repeat(300))], unsafe),
    archive("a path of 5,000 bytes", [file("d/".repeat(2500))], unsafe),
    archive("a symbolic link without target", [link("a", "")], "archive_invalid"),
    archive("an owner that no user can be", [{ ...file("a"), uid: 0xfffffff0 }], unsafe),
    archive("a negative owner", [{ ...file("a"), uid: -1 }], unsafe),
    archive("the root as a link", [link("./", canary), file("new")], unsafe),
    archive("the root as a file", [file(".")], unsafe),
    archive(
      "an attribute larger than the file system keeps",
      [{ ...file("a"), attributes: new Map([["user.big", Buffer.alloc(100_000)]]) }],
      unsafe,
    ),
    archive("a file below a file", [file("a"), file("a/b")], unsafe),
  ]
}
