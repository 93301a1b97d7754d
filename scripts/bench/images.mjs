import { mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { findProgram } from "../lib/find-program.mjs"
import { runCommand } from "../lib/run-command.mjs"
import { median } from "./figures.mjs"
import { makeLayeredImage, putImage } from "./layered-image.mjs"
import { openRegistry } from "./loopback-registry.mjs"
import { openEngine } from "./our-engine.mjs"
import { openPeers } from "./peers.mjs"

const CONTAINERS = 100
/** A pull of half a gigabyte is its own average: a quarter of the runs do. */
const RUNS_SHARE = 0.25

/**
 * Seconds of a pull of a five-layer image from a registry on loopback until it can be run, and the disk that each of a hundred containers made of
 * it takes beside it. One round after the other, each with every engine, whoever is first changing; what was written is on disk before the next begins.
 */
export async function bench({ runs, megabytes, note, report }) {
  const place = await openPeers({ note, only: ["docker"] })
  const directory = mkdtempSync("/var/tmp/plimsoll-bench-images-")
  const { engine, root, close } = await openEngine()
  let registry
  try {
    registry = await openRegistry({ directory: join(directory, "registry"), inside: place.inside })
    const reference = `${registry.host}/bench:1`
    note(`making an image of ${megabytes} MB in five layers`)
    const image = await makeLayeredImage({ directory, bytes: megabytes * 1e6 })
    await putImage(image, { host: registry.host, repository: "bench", tag: "1" })
    const docker = place.peers.find(({ name }) => name.startsWith("docker"))
    const contestants = [ours(engine), ...(docker ? [dockers(docker)] : []), ...skopeoAndUmoci(directory, note)]
    const rounds = Math.max(1, Math.ceil(runs * RUNS_SHARE))
    const times = await race({ contestants, rounds, reference, note })
    const value = median(times.get("plimsoll"))
    const peers = contestants.slice(1).map(({ name }) => ({ peer: name, peerValue: median(times.get(name)) }))
    for (const peer of peers.length > 0 ? peers : [{}])
      report({ name: `images pull ${megabytes} MB`, value, unit: "s", ...peer, runs: rounds })
    report({
      name: "images disk beside the image, a container",
      value: await diskOfContainers({ directory: root, reference, ...createdBy(engine) }),
      unit: "KB",
      peer: docker?.name ?? null,
      peerValue: docker ? await diskOfContainers({ directory: docker.dataDirectory, reference, ...docker }) : null,
      runs: CONTAINERS,
    })
  } finally {
    await registry?.close()
    await close()
    await place.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Seconds of each by name, after a round that does not count. */
async function race({ contestants, rounds, reference, note }) {
  const times = new Map(contestants.map(({ name }) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    const first = round % contestants.length
    for (const { name, pull, discard } of [...contestants.slice(first), ...contestants.slice(0, first)]) {
      await must("sync", [])
      const began = performance.now()
      await pull(reference)
      const seconds = (performance.now() - began) / 1000
      if (round > 0) times.get(name).push(seconds)
      note(`${name}: ${seconds.toFixed(2)} s${round === 0 ? " (warm-up)" : ""}`)
      await discard(reference)
    }
  }
  return times
}

function ours(engine) {
  return { name: "plimsoll", pull: (reference) => engine.images.pull(reference), discard: (reference) => engine.images.remove(reference) }
}

function dockers(docker) {
  return { name: `${docker.name} pull`, pull: docker.pull, discard: docker.removeImage }
}

function skopeoAndUmoci(directory, note) {
  const missing = ["skopeo", "umoci"].filter((name) => !findProgram(name))
  if (missing.length > 0) {
    note(`${missing.join(" and ")} not installed (apt-get install ${missing.join(" ")}): no comparison with them`)
    return []
  }
  const [layout, bundle] = ["layout", "bundle"].map((name) => join(directory, name))
  return [
    {
      name: "skopeo copy + umoci unpack",
      async pull(reference) {
        await must("skopeo", ["copy", "--quiet", "--src-tls-verify=false", `docker://${reference}`, `oci:${layout}:1`])
        await must("umoci", ["unpack", "--image", `${layout}:1`, bundle])
      },
      async discard() {
        for (const path of [layout, bundle]) rmSync(path, { recursive: true })
      },
    },
  ]
}

function createdBy(engine) {
  return {
    pull: (reference) => engine.images.pull(reference),
    create: async (image) => (await engine.containers.create({ image })).id,
    removeAll: (ids) => Promise.all(ids.map((id) => engine.containers.remove(id))),
  }
}

/** Kilobytes that each container, made and not started, takes on disk. */
async function diskOfContainers({ directory, reference, pull, create, removeAll }) {
  await pull(reference)
  const before = await allocatedBytes(directory)
  const ids = []
  for (let index = 0; index < CONTAINERS; index++) ids.push(await create(reference))
  const after = await allocatedBytes(directory)
  await removeAll(ids)
  return (after - before) / CONTAINERS / 1000
}

async function allocatedBytes(directory) {
  return Number((await must("du", ["--summarize", "--one-file-system", "--block-size=1", directory])).split("\t")[0])
}

async function must(command, args) {
  const { code, output } = await runCommand(command, args)
  if (code !== 0) throw new Error(`${command} ${args.join(" ")}: ${output}`)
  return output
}
