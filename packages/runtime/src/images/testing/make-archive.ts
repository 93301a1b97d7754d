import { createHash } from "node:crypto"
import { type Digest, digestHex, digestOfHex } from "../../spec/digest.js"
import { makeTar, type TarItem } from "../../spec/tar/make-tar.js"

/** An image as a test describes it: layers as tars, and what its configuration says beside them. */
export interface TestImage {
  layers: Buffer[]
  /** Fields of the configuration document's `config`. */
  config?: object
  architecture?: string
  names?: string[]
  /** How layers are stored. */
  encode?: (tar: Buffer) => Buffer
  layerMediaType?: string
}

export interface TestBlob {
  data: Buffer
  digest: Digest
}

export function blobOf(data: Buffer | string | object): TestBlob {
  const bytes = Buffer.isBuffer(data) ? data : Buffer.from(typeof data === "string" ? data : JSON.stringify(data))
  return { data: bytes, digest: digestOfHex(createHash("sha256").update(bytes).digest("hex")) }
}

export function configOf(image: TestImage): TestBlob {
  return blobOf({
    created: "2026-01-02T03:04:05Z",
    architecture: image.architecture ?? "amd64",
    os: "linux",
    config: image.config ?? { Cmd: ["/bin/sh"] },
    rootfs: { type: "layers", diff_ids: image.layers.map((layer) => blobOf(layer).digest) },
    history: image.layers.map((_, index) => ({ created: "2026-01-02T03:04:05Z", created_by: `step ${index}` })),
  })
}

export function manifestOf(image: TestImage, change: object = {}): { manifest: TestBlob; blobs: TestBlob[] } {
  const config = configOf(image)
  const layers = image.layers.map((layer) => blobOf((image.encode ?? ((tar) => tar))(layer)))
  const manifest = blobOf({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: descriptor(config, "application/vnd.oci.image.config.v1+json"),
    layers: layers.map((layer) => descriptor(layer, image.layerMediaType ?? "application/vnd.oci.image.layer.v1.tar")),
    ...change,
  })
  return { manifest, blobs: [config, ...layers, manifest] }
}

export function descriptor(blob: TestBlob, mediaType: string, extra: object = {}): object {
  return { mediaType, digest: blob.digest, size: blob.data.length, ...extra }
}

/** An OCI archive; `index` replaces its list of manifests. */
export function ociArchive(
  images: readonly TestImage[],
  change: { manifests?: object[]; extra?: readonly TestBlob[]; drop?: readonly Digest[]; replace?: ReadonlyMap<Digest, Buffer> } = {},
): Buffer {
  const made = images.map((image) => ({ image, ...manifestOf(image) }))
  const manifests =
    change.manifests ??
    made.flatMap(({ image, manifest }) =>
      (image.names ?? [undefined]).map((name) =>
        descriptor(
          manifest,
          "application/vnd.oci.image.manifest.v1+json",
          name === undefined ? {} : { annotations: { "org.opencontainers.image.ref.name": name } },
        ),
      ),
    )
  const blobs = [...made.flatMap((entry) => entry.blobs), ...(change.extra ?? [])].filter(({ digest }) => !change.drop?.includes(digest))
  return makeTar([
    file("oci-layout", '{"imageLayoutVersion":"1.0.0"}'),
    file("index.json", JSON.stringify({ schemaVersion: 2, manifests })),
    { name: "blobs/", type: "directory" },
    { name: "blobs/sha256/", type: "directory" },
    ...[...new Map(blobs.map((blob) => [blob.digest, blob])).values()].map(({ digest, data }) =>
      file(blobPath(digest), change.replace?.get(digest) ?? data),
    ),
  ])
}

/** A `docker save` tar as Docker before 25 writes it: directories a layer, equal layers as links to the first. */
export function oldDockerArchive(images: readonly TestImage[]): Buffer {
  const items: TarItem[] = []
  const known = new Map<Digest, string>()
  const entries = images.map((image, number) => {
    const config = configOf(image)
    const layers = image.layers.map((layer, index) => {
      const stored = (image.encode ?? ((tar) => tar))(layer)
      const directory = blobOf(`${number}/${index}`).digest.slice(7)
      const path = `${directory}/layer.tar`
      const first = known.get(blobOf(stored).digest)
      items.push({ name: `${directory}/`, type: "directory" }, file(`${directory}/VERSION`, "1.0"), file(`${directory}/json`, "{}"))
      items.push(first === undefined ? file(path, stored) : { name: path, type: "symlink", linkName: `../${first}` })
      if (first === undefined) known.set(blobOf(stored).digest, path)
      return path
    })
    items.push(file(`${digestHex(config.digest)}.json`, config.data))
    return { Config: `${digestHex(config.digest)}.json`, RepoTags: image.names ?? null, Layers: layers }
  })
  return makeTar([...items, file("manifest.json", JSON.stringify(entries)), file("repositories", "{}")])
}

export function file(name: string, data: string | Buffer): TarItem {
  return { name, type: "file", data }
}

export function blobPath(digest: Digest): string {
  return `blobs/sha256/${digestHex(digest)}`
}
