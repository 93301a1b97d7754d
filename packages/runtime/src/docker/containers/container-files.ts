import { posix } from "node:path"
import type { Readable } from "node:stream"
import type { ContainerApi, FilesystemChange, PathStat } from "../../engine.js"
import { EngineError, isEngineError } from "../../errors.js"
import { checkString, fieldError } from "../../spec/check.js"
import type { IdRange } from "../../spec/id-range.js"
import { readTar } from "../../spec/tar/read-tar.js"
import type { TarHeader } from "../../spec/tar/tar-header.js"
import type { DockerContext } from "../docker-context.js"
import { checkedTar } from "../streams/checked-tar.js"
import { shiftTar } from "../streams/shift-tar.js"
import type { WireContainer } from "../wire.js"
import { findContainer, isLive } from "./find-container.js"
import { idRangeOf } from "./id-range-of.js"

type Files = Pick<ContainerApi, "copyIn" | "copyOut" | "statPath" | "listDirectory" | "diff">

/** Above this, a directory is not listed by reading all that is below it. */
const maximumListingBytes = 256 * 2 ** 20

/** Files in and out by Docker's archives. Links are resolved by Docker inside of the container's root. */
export function filesApi(context: DockerContext): Files {
  const archive = (id: string, path: string, reference: string): Promise<Readable> =>
    context.client.stream({
      method: "GET",
      path: `/containers/${id}/archive`,
      query: { path },
      about: aboutPath(reference, path, "read it"),
    })

  // Docker's archives have the owners as the host has them, whatever user namespace the container is in.
  const idsOf = async (wire: WireContainer): Promise<IdRange | undefined> => {
    const range = idRangeOf(wire, await context.daemon.facts())
    return range.kind === "private" ? range : undefined
  }

  const inside = async (wire: WireContainer, path: string, reference: string): Promise<Readable> => {
    const ids = await idsOf(wire)
    const tar = await archive(wire.Id, path, reference)
    return ids === undefined ? tar : shiftTar(tar, ids)
  }

  const stat = async (wire: WireContainer, path: string, reference: string): Promise<PathStat> => {
    const tar = await inside(wire, path, reference)
    try {
      for await (const { header } of readTar(tar)) return toStat(header, { path, name: nameOf(path) })
    } finally {
      tar.destroy()
    }
    throw new EngineError("unsupported", {
      facts: { path },
      publicMessage: `Docker cannot tell what ${path} is: sockets have no place in its archives.`,
    })
  }

  const refuseForPodman = async (): Promise<void> => {
    if ((await context.daemon.facts()).flavour !== "podman") return
    throw new EngineError("unsupported", {
      publicMessage: "Podman's Docker API does not tell owners and links of files. Copy them out, or look from inside with a command.",
    })
  }

  return {
    statPath: async (reference, path) => {
      await refuseForPodman()
      return stat(await findContainer(context, reference), checkedPath(path), reference)
    },
    copyOut: async (reference, path) => {
      const wire = await findContainer(context, reference)
      const at = checkedPath(path)
      return { stat: await stat(wire, at, reference), tar: await inside(wire, at, reference) }
    },
    copyIn: async (reference, path, tar) => {
      const wire = await findContainer(context, reference)
      // Podman would make a directory of what is none.
      const { kind } = await stat(wire, checkedPath(path), reference)
      if (kind !== "directory" && kind !== "symlink") throw fieldError("path", `${path.slice(0, 200)} is no directory.`)
      const checked = checkedTar(tar)
      try {
        await context.client.json({
          method: "PUT",
          path: `/containers/${wire.Id}/archive`,
          query: { path: checkedPath(path), noOverwriteDirNonDir: false },
          upload: checked.tar,
          about: aboutPath(reference, path, "write below it"),
        })
      } catch (error) {
        // What the archive itself has wrong is told before what came of it.
        throw checked.failure() ?? error
      }
    },
    listDirectory: async (reference, path) => {
      await refuseForPodman()
      const wire = await findContainer(context, reference)
      const at = checkedPath(path)
      const { kernel } = await context.daemon.facts()
      const pid = wire.State?.Pid ?? 0
      if (isLive(wire) && kernel?.isHere(pid, wire.Id)) return kernel.listDirectory(pid, at)
      return listByArchive(await inside(wire, at, reference), at)
    },
    diff: async (reference) => {
      const { Id } = await findContainer(context, reference)
      const about = { kind: "container", name: reference, doing: "compare its files" } as const
      const changes = await context.client.json<{ Path: string; Kind: number }[] | null>({
        method: "GET",
        path: `/containers/${Id}/changes`,
        about,
      })
      return (changes ?? []).map(
        ({ Path, Kind }): FilesystemChange => ({ path: Path, kind: Kind === 0 ? "modified" : Kind === 1 ? "added" : "deleted" }),
      )
    },
  }
}

// Docker has no listing: its archive of a directory names what is in it, among all that is below.
async function listByArchive(tar: Readable, path: string): Promise<PathStat[]> {
  const found: PathStat[] = []
  let passedBytes = 0
  let top: string | undefined
  try {
    for await (const { header } of readTar(tar)) {
      passedBytes += header.dataBytes
      if (passedBytes > maximumListingBytes) throw tooLarge(path)
      const name = header.name.toString("utf8").replace(/\/+$/, "")
      if (top === undefined) {
        if (header.type !== "directory") throw fieldError("path", `${path} is no directory.`)
        top = name
        continue
      }
      const below = top === "" || top === "." || top === "/" ? name.replace(/^\.?\//, "") : name.slice(top.length + 1)
      if (below !== "" && !below.includes("/")) found.push(toStat(header, { path: posix.join(path, below), name: below }))
    }
  } catch (error) {
    if (isEngineError(error)) throw error
    throw new EngineError("engine_unavailable", {
      cause: error,
      facts: { path },
      publicMessage: "The connection to the Docker Engine broke while a directory was read.",
    })
  } finally {
    tar.destroy()
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

function toStat(header: TarHeader, named: { path: string; name: string }): PathStat {
  return {
    ...named,
    kind: kinds[header.type],
    sizeBytes: header.sizeBytes,
    mode: header.mode,
    uid: header.uid,
    gid: header.gid,
    modifiedAt: Number(header.modifiedNs / 1_000_000n),
    ...(header.type === "symlink" ? { linkTarget: header.linkName.toString("utf8") } : {}),
  }
}

// A hard link in an archive is the same file as an earlier entry.
const kinds: Readonly<Record<TarHeader["type"], PathStat["kind"]>> = {
  file: "file",
  "hard-link": "file",
  symlink: "symlink",
  directory: "directory",
  "character-device": "character-device",
  "block-device": "block-device",
  fifo: "fifo",
}

function checkedPath(path: string): string {
  checkString("path", path, 4096)
  return posix.normalize(`/${path}`)
}

function nameOf(path: string): string {
  return path === "/" ? "/" : posix.basename(path)
}

function aboutPath(reference: string, path: string, doing: string): { kind: "container"; name: string; doing: string } {
  return { kind: "container", name: `${reference}:${path.slice(0, 200)}`, doing }
}

function tooLarge(path: string): EngineError {
  return new EngineError("unsupported", {
    facts: { path, maximumListingBytes },
    publicMessage: `Docker can list ${path} only by sending all that is below it, which is more than 256 MiB. List a directory further down.`,
  })
}
