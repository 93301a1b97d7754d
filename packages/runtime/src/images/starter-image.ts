import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { Readable } from "node:stream"
import type { ImageSummary } from "../engine.js"
import { EngineError, errnoOf } from "../errors.js"
import { findTool } from "../kernel/find-tool.js"
import { type SpawnTool, spawnTool } from "../kernel/spawn-tool.js"
import { installCommand } from "../kernel/tool-packages.js"
import { digestOfHex } from "../spec/digest.js"
import { makeTar, type TarItem } from "../spec/tar/make-tar.js"
import { completeConfig, formatImageConfig } from "./image-config.js"
import { formatManifest, mediaTypes } from "./image-documents.js"
import type { ImageStore } from "./image-store.js"
import { hostPlatform } from "./platform.js"

/** Name of the starter image. */
export const starterReference = "docker.io/plimsoll/starter:latest"

/**
 * Puts the starter image into the store: busybox with its applets, a shell as command, a page for its web server; made from the host's static
 * busybox, so without network. The same busybox gives the same digests. In the store already: no effect.
 * Rejects with `tool_missing` when the host has no static busybox.
 */
export async function ensureStarterImage(images: Pick<ImageStore, "load">, tools: { spawn?: SpawnTool } = {}): Promise<ImageSummary> {
  const archive = await starterArchive(tools.spawn ?? spawnTool)
  const [image] = await images.load(Readable.from([archive]))
  if (image === undefined) throw new EngineError("internal", { facts: { op: "starter image" } })
  return image
}

// Fixed, so that digests do not depend on when it is made.
const madeAt = Date.UTC(2026, 0, 1)
const modifiedNs = BigInt(madeAt) * 1_000_000n

const page = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Plimsoll starter</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem}</style>
<h1>It floats.</h1>
<p>This page is served by busybox httpd from <code>/var/www</code> inside a container.</p>
</html>
`

const textFiles: Readonly<Record<string, string>> = {
  "etc/passwd":
    "root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33:www-data:/var/www:/bin/false\napp:x:1000:1000:app:/home/app:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
  "etc/group": "root:x:0:\ntty:x:5:\nwww-data:x:33:\napp:x:1000:\nnogroup:x:65534:\n",
  "etc/profile": "export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nPS1='\\u@\\h:\\w\\$ '\n",
  "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
  "var/www/index.html": page,
}

const directories: Readonly<Record<string, Pick<Partial<TarItem>, "mode" | "uid" | "gid">>> = {
  bin: {},
  dev: {},
  etc: {},
  home: {},
  "home/app": { uid: 1000, gid: 1000 },
  proc: {},
  root: { mode: 0o700 },
  run: {},
  sbin: {},
  sys: {},
  tmp: { mode: 0o1777 },
  usr: {},
  "usr/bin": {},
  "usr/local": {},
  "usr/local/bin": {},
  "usr/local/sbin": {},
  "usr/sbin": {},
  var: {},
  "var/tmp": { mode: 0o1777 },
  "var/www": {},
}

/** The image as an archive that `ImageStore.load` (and every other tool) reads. */
async function starterArchive(spawn: SpawnTool): Promise<Buffer> {
  const layer = makeTar(layerEntries(await staticBusybox(), await appletPaths(spawn)))
  const layerBlob = blobOf(layer)
  const config = formatImageConfig({
    ...hostPlatform(),
    createdAt: madeAt,
    config: completeConfig({
      environment: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      command: ["/bin/sh"],
      workingDirectory: "/",
      labels: {
        "org.opencontainers.image.title": "Plimsoll starter",
        "org.opencontainers.image.description": "busybox: a shell, the usual tools and a small web server",
      },
    }),
    diffIds: [layerBlob.digest],
    history: [{ createdAt: madeAt, createdBy: "plimsoll starter image from the host's busybox", emptyLayer: false }],
  })
  const configBlob = blobOf(config)
  const manifest = formatManifest(configBlob, [{ mediaType: mediaTypes.layer, ...layerBlob }])
  const manifestBlob = blobOf(manifest)
  const index = {
    schemaVersion: 2,
    manifests: [
      {
        mediaType: mediaTypes.manifest,
        digest: manifestBlob.digest,
        size: manifestBlob.sizeBytes,
        annotations: { "org.opencontainers.image.ref.name": starterReference },
      },
    ],
  }
  return makeTar([
    file("oci-layout", JSON.stringify({ imageLayoutVersion: "1.0.0" })),
    file("index.json", JSON.stringify(index)),
    ...(
      [
        [layerBlob, layer],
        [configBlob, config],
        [manifestBlob, manifest],
      ] as const
    ).map(([blob, data]) => file(`blobs/${blob.digest.replace(":", "/")}`, data)),
  ])
}

function layerEntries(busybox: Buffer, applets: readonly string[]): TarItem[] {
  return [
    directory("./", {}),
    ...Object.entries(directories).map(([name, extra]) => directory(name, extra)),
    file("bin/busybox", busybox, { mode: 0o755 }),
    ...applets.map((path): TarItem => ({ name: path, type: "symlink", mode: 0o777, linkName: "/bin/busybox", modifiedNs })),
    ...Object.entries(textFiles).map(([name, text]) => file(name, text)),
  ]
}

function directory(name: string, extra: Partial<TarItem>): TarItem {
  return { type: "directory", mode: 0o755, modifiedNs, ...extra, name }
}

function file(name: string, data: string | Buffer, extra: Partial<TarItem> = {}): TarItem {
  return { type: "file", mode: 0o644, modifiedNs, ...extra, name, data }
}

async function staticBusybox(): Promise<Buffer> {
  const path = findTool("busybox")
  if (path === undefined) throw busyboxMissing("is not installed")
  const binary = await readBusybox(path)
  if (hasInterpreter(binary)) throw busyboxMissing("is not statically linked")
  return binary
}

async function readBusybox(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    if (errnoOf(error) === "ENOENT") throw busyboxMissing("is not installed")
    throw error
  }
}

// A dynamic program names its loader in a program header (PT_INTERP, elf(5)) and would not run alone.
function hasInterpreter(elf: Buffer): boolean {
  const is64 = elf[4] === 2
  const headers = is64 ? Number(elf.readBigUInt64LE(32)) : elf.readUInt32LE(28)
  const size = elf.readUInt16LE(is64 ? 54 : 42)
  const count = elf.readUInt16LE(is64 ? 56 : 44)
  return Array.from({ length: count }, (_, index) => elf.readUInt32LE(headers + index * size)).includes(PT_INTERP)
}

const PT_INTERP = 3

/** Paths below the root at which busybox's applets belong, as it says itself. */
async function appletPaths(spawn: SpawnTool): Promise<string[]> {
  const { stdout } = await spawn("busybox", ["--list-full"])
  const known = new Set(Object.keys(directories))
  return stdout
    .split("\n")
    .filter((path) => /^[a-z/]+\/[^/\s]+$/.test(path) && path !== "bin/busybox" && known.has(path.slice(0, path.lastIndexOf("/"))))
    .sort()
}

function blobOf(data: Buffer): { digest: ReturnType<typeof digestOfHex>; sizeBytes: number } {
  return { digest: digestOfHex(createHash("sha256").update(data).digest("hex")), sizeBytes: data.length }
}

function busyboxMissing(why: string): EngineError {
  const install = installCommand("busybox")
  return new EngineError("tool_missing", {
    facts: { tool: "busybox", why, install },
    publicMessage: `The starter image needs a static busybox; the host's ${why}. Install it with: ${install}`,
  })
}
