import type { ImageInspect, ImageSummary } from "../../engine.js"
import { isEngineError } from "../../errors.js"
import { parseReference } from "../../spec/reference.js"
import { listRows } from "../containers/find-container.js"
import type { DockerClient } from "../docker-client.js"
import { visibleLabels } from "../labels.js"
import { parseTime } from "../times.js"
import { mapBounded } from "../turn-queue.js"
import type { WireContainer, WireHistory, WireImage, WireImageRow } from "../wire.js"
import { fromWireConfig } from "./image-config.js"
import { layersOf } from "./image-layers.js"

/** What an image's id stands for never changes; its names do and are asked for each time. */
export type LastingImage = { image: WireImage; layers: ReturnType<typeof layersOf> }

const atOnce = 8
const maximumKept = 2000

/** What is known of images, without asking twice for what lasts. */
export class ImageFacts {
  readonly #lasting = new Map<string, Promise<LastingImage>>()

  constructor(private readonly client: DockerClient) {}

  /** Docker's document by reference, id or prefix. Rejects with `image_not_found`, or `invalid_reference` for what can be no name. */
  require(reference: string): Promise<WireImage> {
    const name = imageName(reference)
    return this.client.json<WireImage>({
      method: "GET",
      path: `/images/${imagePath(name)}/json`,
      about: { kind: "image", name: reference, doing: "find it" },
    })
  }

  /** The image that a container was made from; undefined when it was removed since. */
  async ofContainer(wire: WireContainer): Promise<WireImage | undefined> {
    const id = wire.Image ?? ""
    if (id === "") return undefined
    try {
      return (await this.#of(id)).image
    } catch (error) {
      if (isEngineError(error, "image_not_found")) return undefined
      throw error
    }
  }

  async list(): Promise<ImageSummary[]> {
    const rows = await this.client.json<WireImageRow[]>({
      method: "GET",
      path: "/images/json",
      about: { kind: "engine", doing: "list its images" },
    })
    const byId = new Map(rows.map((row) => [imageId(row.Id), row]))
    const [lasting, users] = await Promise.all([mapBounded([...byId.keys()], atOnce, (id) => this.#ifThere(id)), this.users()])
    const known = lasting.filter((each) => each !== undefined)
    return known.map(({ image, layers }) =>
      summarise({ ...image, RepoTags: byId.get(imageId(image.Id))?.RepoTags ?? [] }, { layers, all: known, users }),
    )
  }

  async summary(reference: string): Promise<ImageSummary> {
    const { config: _config, layers: _layers, history: _history, author: _author, ...summary } = await this.inspect(reference)
    return summary
  }

  async inspect(reference: string): Promise<ImageInspect> {
    const image = await this.require(reference)
    const [{ layers }, users, all] = await Promise.all([this.#of(image.Id), this.users(), this.known()])
    return {
      ...summarise(image, { layers, all, users }),
      config: fromWireConfig(image.Config),
      ...(image.Author ? { author: image.Author } : {}),
      ...layers,
    }
  }

  /** Every image that is listed, with its layers. */
  async known(): Promise<LastingImage[]> {
    const rows = await this.client.json<WireImageRow[]>({
      method: "GET",
      path: "/images/json",
      about: { kind: "engine", doing: "list its images" },
    })
    const found = await mapBounded([...new Set(rows.map((row) => row.Id))], atOnce, (id) => this.#ifThere(id))
    return found.filter((each) => each !== undefined)
  }

  /** Ids of containers by the image that they were made from. */
  async users(): Promise<Map<string, string[]>> {
    const users = new Map<string, string[]>()
    for (const row of await listRows({ client: this.client })) {
      const id = imageId(row.ImageID ?? "")
      users.set(id, [...(users.get(id) ?? []), row.Id])
    }
    return users
  }

  async #ifThere(id: string): Promise<LastingImage | undefined> {
    try {
      return await this.#of(id)
    } catch (error) {
      if (isEngineError(error, "image_not_found")) return undefined
      throw error
    }
  }

  #of(id: string): Promise<LastingImage> {
    const key = imageId(id)
    const known = this.#lasting.get(key)
    if (known !== undefined) return known
    const asked = this.#ask(key)
    this.#lasting.set(key, asked)
    asked.catch(() => this.#lasting.delete(key))
    if (this.#lasting.size > maximumKept) this.#lasting.delete(this.#lasting.keys().next().value ?? "")
    return asked
  }

  async #ask(id: string): Promise<LastingImage> {
    const image = await this.require(id)
    const history = await this.client
      .json<WireHistory[]>({
        method: "GET",
        path: `/images/${imagePath(id)}/history`,
        about: { kind: "image", name: id, doing: "read its history" },
      })
      .catch((error: unknown) => {
        // Podman fails (a nil pointer) where an entry says no time: the image is shown without its history.
        if (isEngineError(error, "runtime_failed")) return []
        throw error
      })
    return { image, layers: layersOf(image, history) }
  }
}

/** With its algorithm, which Podman leaves away. */
export function imageId(id: string): string {
  return id === "" || id.startsWith("sha256:") ? id : `sha256:${id}`
}

/** True for an id or the beginning of one. */
export function isImageId(reference: string): boolean {
  return /^(sha256:)?[0-9a-f]{4,64}$/.test(reference)
}

/** As Docker's API takes it. Throws `invalid_reference`. */
export function imageName(reference: string): string {
  if (isImageId(reference)) return reference
  return normalised(reference)
}

/** Slashes of a name stay; everything else is encoded. */
export function imagePath(name: string): string {
  return name.split("/").map(encodeURIComponent).join("/")
}

function normalised(reference: string): string {
  const { domain, path, tag, digest } = parseReference(reference)
  return `${domain}/${path}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`
}

function summarise(
  image: WireImage,
  known: { layers: LastingImage["layers"]; all: readonly LastingImage[]; users: ReadonlyMap<string, string[]> },
): ImageSummary {
  const id = imageId(image.Id)
  const elsewhere = new Set(
    known.all.filter((other) => imageId(other.image.Id) !== id).flatMap((other) => other.layers.layers.map((layer) => layer.diffId)),
  )
  const { layers } = known.layers
  const digest = (image.RepoDigests ?? []).map((name) => name.split("@")[1]).find((each) => each !== undefined)
  return {
    id,
    // Docker makes no manifest for what it did not pull: then the image has no other digest than its own.
    digest: digest ?? id,
    references: (image.RepoTags ?? []).filter((tag) => !tag.includes("<none>")).map(normalised),
    createdAt: parseTime(image.Created) ?? 0,
    sizeBytes: image.Size ?? 0,
    sharedBytes: layers.filter((layer) => elsewhere.has(layer.diffId)).reduce((total, layer) => total + layer.unpackedBytes, 0),
    platform: [image.Os ?? "linux", image.Architecture ?? "", ...(image.Variant ? [image.Variant] : [])].join("/"),
    labels: visibleLabels(image.Config?.Labels),
    usedBy: known.users.get(id) ?? [],
  }
}
