import type { Readable } from "node:stream"
import type { ImageApi, ImageSummary } from "../../engine.js"
import { parseReference, repositoryOf } from "../../spec/reference.js"
import type { DockerContext } from "../docker-context.js"
import type { ConvertedArchive } from "../host-tools.js"
import { readProgress } from "../streams/progress.js"
import { collectGarbage } from "./collect-garbage.js"
import { imageId, imageName, imagePath } from "./image-facts.js"
import { pullImage } from "./pull-image.js"
import { pushImage } from "./push-image.js"

export function imageApi(context: DockerContext): ImageApi {
  const { client, images, archives } = context
  return {
    list: () => images.list(),
    inspect: (reference) => images.inspect(reference),
    load: async (archive, options = {}) => keep(context, await archives.toDocker(archive, options), options),
    importRootfs: async (tar, options) => {
      const reference = spelled(options.reference)
      const { info } = await context.daemon.facts()
      const converted = await archives.fromRootfs(tar, { ...options, reference, architecture: goArchitecture(info.Architecture) })
      const [image] = await keep(context, converted, options)
      return image ?? images.summary(reference)
    },
    save: async (references, options = {}) => {
      for (const reference of references) await images.require(reference)
      const about = { kind: "image", name: references.join(", "), doing: "save it" } as const
      const tar = await client.stream({
        method: "GET",
        path: "/images/get",
        query: { names: references.map(imageName) },
        about,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      })
      if (options.format === "docker") return tar
      const converted = await archives.toOci(tar, options)
      return discardedAtEnd(converted)
    },
    tag: async (reference, newReference) => {
      const name = parseReference(newReference)
      await images.require(reference)
      await client.json({
        method: "POST",
        path: `/images/${imagePath(imageName(reference))}/tag`,
        query: { repo: repositoryOf(name), tag: name.tag },
        about: { kind: "image", name: reference, doing: "give it a name" },
      })
    },
    remove: async (reference, options = {}) => {
      const { Id } = await images.require(reference)
      const answer = await client.json<{ Untagged?: string; Deleted?: string }[] | null>({
        method: "DELETE",
        path: `/images/${imagePath(imageName(reference))}`,
        // Docker would take unnamed images below it along, which nobody asked for.
        query: { force: options.force, noprune: true },
        about: { kind: "image", name: reference, doing: "remove it" },
      })
      const untagged = (answer ?? []).flatMap(({ Untagged }) =>
        Untagged === undefined || Untagged.includes("@") ? [] : [spelled(Untagged)],
      )
      const deleted = (answer ?? []).flatMap(({ Deleted }) => (Deleted === undefined ? [] : [imageId(Deleted)]))
      // Layers are listed too; what was asked for was an image.
      return { untagged, deleted: deleted.filter((id) => id === imageId(Id)) }
    },
    pull: (reference, options) => pullImage(context, reference, options),
    push: (reference, options) => pushImage(context, reference, options),
    collectGarbage: (options) => collectGarbage(context, options),
  }
}

/** Sends an archive to the daemon and tells of the images that it had. */
async function keep(context: DockerContext, converted: ConvertedArchive, options: { signal?: AbortSignal }): Promise<ImageSummary[]> {
  const about = { kind: "image", doing: "load it" } as const
  try {
    const answer = await context.client.stream({
      method: "POST",
      path: "/images/load",
      query: { quiet: true },
      upload: converted.tar,
      about,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    await readProgress(answer, { about, endpoint: context.client.endpoint, signal: options.signal })
    return await Promise.all(converted.images.map(({ id }) => context.images.summary(id)))
  } finally {
    converted.tar.destroy()
    await converted.discard()
  }
}

function discardedAtEnd({ tar, discard }: ConvertedArchive): Readable {
  return tar.once("close", () => {
    void discard()
  })
}

function spelled(reference: string): string {
  const name = parseReference(reference)
  return `${repositoryOf(name)}${name.tag === undefined ? "" : `:${name.tag}`}`
}

/** Go's name of the kernel's. */
function goArchitecture(machine: string | undefined): string {
  return { x86_64: "amd64", aarch64: "arm64", armv7l: "arm", i686: "386" }[machine ?? ""] ?? machine ?? "amd64"
}
