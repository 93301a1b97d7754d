import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { arch } from "node:os"
import { Readable } from "node:stream"
import { pack } from "tar-stream"
import type { ImageConfig } from "../engine.js"

/** An entry of a tar that a test makes. Names are written as they are, dangerous ones too. */
export interface TarFile {
  name: string
  type?: "file" | "directory" | "symlink" | "link" | "character-device" | "block-device"
  /** Of a device. */
  devmajor?: number
  devminor?: number
  mode?: number
  uid?: number
  gid?: number
  linkname?: string
  data?: string | Buffer
}

export async function makeTar(files: readonly TarFile[]): Promise<Buffer> {
  const tar = pack()
  for (const { data, ...header } of files) {
    tar.entry({ mode: header.type === "directory" ? 0o755 : 0o644, mtime: new Date(1_700_000_000_000), ...header }, data ?? "")
  }
  tar.finalize()
  return readAll(tar)
}

export async function readAll(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array))
  return Buffer.concat(chunks)
}

/** Configuration of the image that the suite's containers are made from. */
export const testImageConfig: Partial<ImageConfig> = {
  environment: ["PATH=/bin", "FROM_IMAGE=yes"],
  command: ["/bin/sh", "-c", "echo from the image"],
  labels: { "from.image": "yes" },
  workingDirectory: "/work",
}

/** A root file system of static busybox, an account and a few files, and what else it is to have. */
export async function testRootfs(more: readonly TarFile[] = []): Promise<Buffer> {
  const busybox = ["/bin/busybox", "/usr/bin/busybox"].find((path) => existsSync(path))
  if (busybox === undefined) throw new Error("the conformance suite needs a static busybox on the host (package busybox-static)")
  const applets = execFileSync(busybox, ["--list"], { encoding: "utf8" })
    .split("\n")
    .filter((name) => name !== "" && name !== "busybox")
  const directories = ["bin", "dev", "etc", "home", "proc", "root", "run", "sys", "tmp", "var", "work", "seed"]
  return makeTar([
    ...directories.map((name): TarFile => ({ name, type: "directory", mode: name === "tmp" ? 0o1777 : 0o755 })),
    { name: "bin/busybox", mode: 0o755, data: readFileSync(busybox) },
    ...applets.map((name): TarFile => ({ name: `bin/${name}`, type: "symlink", linkname: "busybox" })),
    { name: "etc/passwd", data: "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001:app:/home:/bin/sh\n" },
    { name: "etc/group", data: "root:x:0:\napp:x:1001:\nextra:x:2000:app\n" },
    { name: "etc/motd", data: "hello from the image\n" },
    { name: "seed/file", uid: 1000, gid: 1001, mode: 0o640, data: "seed\n" },
    { name: "not-executable", mode: 0o644, data: "text\n" },
    ...more,
  ])
}

/** Parts of an OCI image layout, to be changed before they are packed: what a lying archive is made of. */
export interface OciLayout {
  index: Record<string, unknown>
  blobs: Map<string, Buffer>
}

/** A correct layout of one image with one layer. */
export function ociLayout(layer: Buffer, reference: string): OciLayout {
  const blobs = new Map<string, Buffer>()
  const put = (data: Buffer): { digest: string; size: number } => {
    const digest = `sha256:${createHash("sha256").update(data).digest("hex")}`
    blobs.set(digest, data)
    return { digest, size: data.length }
  }
  const layerBlob = put(layer)
  const architecture =
    { x64: "amd64", arm64: "arm64", arm: "arm", s390x: "s390x", ppc64: "ppc64le", riscv64: "riscv64" }[arch() as string] ?? arch()
  const config = {
    architecture,
    os: "linux",
    config: { Cmd: ["/bin/sh"] },
    rootfs: { type: "layers", diff_ids: [layerBlob.digest] },
    history: [{ created_by: "conformance" }],
  }
  const configBlob = put(Buffer.from(JSON.stringify(config)))
  const manifest = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.image.config.v1+json", ...configBlob },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", ...layerBlob }],
  }
  const manifestBlob = put(Buffer.from(JSON.stringify(manifest)))
  const annotations = { "org.opencontainers.image.ref.name": reference }
  return {
    blobs,
    index: { schemaVersion: 2, manifests: [{ mediaType: "application/vnd.oci.image.manifest.v1+json", ...manifestBlob, annotations }] },
  }
}

export function packLayout(layout: OciLayout): Promise<Buffer> {
  return makeTar([
    { name: "oci-layout", data: JSON.stringify({ imageLayoutVersion: "1.0.0" }) },
    { name: "index.json", data: JSON.stringify(layout.index) },
    ...[...layout.blobs].map(([digest, data]) => ({ name: `blobs/${digest.replace(":", "/")}`, data })),
  ])
}

export function streamOf(data: Buffer): Readable {
  return Readable.from([data])
}
