import { spawn } from "node:child_process"
import { createCipheriv, createHash } from "node:crypto"
import { once } from "node:events"
import { createReadStream, createWriteStream, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { arch } from "node:os"
import { join } from "node:path"
import { PassThrough } from "node:stream"
import { pipeline } from "node:stream/promises"
import { createGzip } from "node:zlib"

const LAYERS = 5
const SMALL_FILE_BYTES = 8 << 10
const LARGE_FILE_BYTES = 4 << 20
/** Of each layer's bytes; the rest is in large files. A distribution's packages are about like that. */
const SMALL_SHARE = 0.2
/** Of each file's bytes; the rest is text, so that gzip halves the whole. */
const RANDOM_SHARE = 0.45

/**
 * Makes an image of five layers below `directory`, which are `bytes` together when unpacked; the same each time. Resolves with its
 * manifest and the files that hold its blobs: `{ manifest, blobs: [{ digest, sizeBytes, path }] }`. (Docker image manifest, version 2 schema 2)
 */
export async function makeLayeredImage({ directory, bytes }) {
  const random = keystream()
  const layers = []
  for (let index = 0; index < LAYERS; index++) {
    const tree = join(directory, `tree${index}`)
    writeTree(join(tree, `layer${index}`), Math.floor(bytes / LAYERS), random)
    layers.push(await packLayer(tree, join(directory, `layer${index}.tar.gz`)))
    rmSync(tree, { recursive: true })
  }
  const config = {
    architecture: arch() === "x64" ? "amd64" : arch(),
    os: "linux",
    created: "2026-01-01T00:00:00Z",
    config: { Cmd: ["/bin/true"] },
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(() => ({ created: "2026-01-01T00:00:00Z", created_by: "bench" })),
  }
  const path = join(directory, "config.json")
  writeFileSync(path, JSON.stringify(config))
  const configBlob = { path, sizeBytes: statSync(path).size, digest: digestOf(JSON.stringify(config)) }
  const described = ({ digest, sizeBytes }, mediaType) => ({ mediaType, size: sizeBytes, digest })
  const manifest = {
    schemaVersion: 2,
    mediaType: "application/vnd.docker.distribution.manifest.v2+json",
    config: described(configBlob, "application/vnd.docker.container.image.v1+json"),
    layers: layers.map((layer) => described(layer, "application/vnd.docker.image.rootfs.diff.tar.gzip")),
  }
  return { manifest, blobs: [configBlob, ...layers] }
}

function writeTree(directory, bytes, random) {
  const smallFiles = Math.floor((bytes * SMALL_SHARE) / SMALL_FILE_BYTES)
  for (let index = 0; index < smallFiles; index++) {
    const inside = join(directory, `d${index % 50}`)
    if (index < 50) mkdirSync(inside, { recursive: true })
    writeFileSync(join(inside, `small${index}`), contentOf(SMALL_FILE_BYTES, random))
  }
  let left = bytes - smallFiles * SMALL_FILE_BYTES
  for (let index = 0; left > 0; index++, left -= LARGE_FILE_BYTES)
    writeFileSync(join(directory, `large${index}`), contentOf(Math.min(left, LARGE_FILE_BYTES), random))
}

function contentOf(bytes, random) {
  const randomBytes = Math.floor(bytes * RANDOM_SHARE)
  return Buffer.concat([
    random(randomBytes),
    Buffer.alloc(bytes - randomBytes, "the line painted on a ship's hull: load her to here and no further\n"),
  ])
}

/** Bytes that look random and are the same each time. */
function keystream() {
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16, 7), Buffer.alloc(16))
  return (bytes) => cipher.update(Buffer.alloc(bytes))
}

/** Resolves with the layer's blob and the digest of its tar. */
async function packLayer(tree, path) {
  const tar = spawn("tar", ["--sort=name", "--mtime=@1700000000", "--owner=0", "--group=0", "-C", tree, "-c", "."], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  const ended = once(tar, "close")
  const [diff, blob] = [createHash("sha256"), createHash("sha256")]
  await pipeline(tar.stdout, hashing(diff), createGzip(), hashing(blob), createWriteStream(path))
  if ((await ended)[0] !== 0) throw new Error("tar could not pack a layer")
  return { path, sizeBytes: statSync(path).size, digest: `sha256:${blob.digest("hex")}`, diffId: `sha256:${diff.digest("hex")}` }
}

function hashing(hash) {
  const through = new PassThrough()
  through.on("data", (chunk) => hash.update(chunk))
  return through
}

/** Puts the image into a registry without credentials. (distribution-spec, "Push") */
export async function putImage({ manifest, blobs }, { host, repository, tag }) {
  const base = `http://${host}/v2/${repository}`
  for (const { digest, sizeBytes, path } of blobs) {
    const begun = await expectStatus(202, fetch(`${base}/blobs/uploads/`, { method: "POST" }))
    const target = new URL(begun.headers.get("location"), base)
    target.searchParams.set("digest", digest)
    const headers = { "content-length": String(sizeBytes), "content-type": "application/octet-stream" }
    await expectStatus(201, fetch(target, { method: "PUT", body: createReadStream(path), headers, duplex: "half" }))
  }
  const headers = { "content-type": manifest.mediaType }
  await expectStatus(201, fetch(`${base}/manifests/${tag}`, { method: "PUT", body: JSON.stringify(manifest), headers }))
}

async function expectStatus(status, answer) {
  const response = await answer
  if (response.status !== status) throw new Error(`the registry answered ${response.status} instead of ${status}: ${await response.text()}`)
  await response.arrayBuffer()
  return response
}

function digestOf(text) {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`
}
