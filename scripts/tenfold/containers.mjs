import { setTimeout as delay } from "node:timers/promises"
import { PAGE_BYTES, visit } from "./visit.mjs"

const MIB = 2 ** 20
const START_MS = 60_000
/** So full the machine may be when the next is started. */
const FULL_SHARE = 0.85

/**
 * `dd` has the memory: it fills one block of random bytes, which it then cannot get rid of, since its reader takes one byte and sleeps. The page that is served is in memory of the
 * container's own, too, so that a nap pushes it out.
 */
const command = (bytes) => [
  "/bin/sh",
  "-c",
  [
    `dd if=/dev/urandom bs=${bytes} count=1 iflag=fullblock 2>/dev/null | { head -c 1 >/dev/shm/full; exec sleep 1000000; } &`,
    "until [ -s /dev/shm/full ]; do sleep 0.05; done",
    `dd if=/dev/urandom of=/dev/shm/index.html bs=${PAGE_BYTES} count=1 2>/dev/null`,
    "exec httpd -f -p 80 -h /dev/shm",
  ].join("\n"),
]

/** Sells them all: made, not started. */
export async function sellContainers(client, { count, limitBytes, touchedBytes, signal }) {
  const image = await starterImage(client, signal)
  const made = []
  for (let number = 1; number <= count; number++) {
    signal.throwIfAborted()
    const { id, name } = await client.mutate("containers.create", {
      name: `tenfold-${number}`,
      image,
      command: command(touchedBytes),
      limits: { memoryMaxBytes: limitBytes },
      shmSizeBytes: 4 * MIB,
    })
    made.push({ id, name })
  }
  return made
}

/** Starts them one after the other, each once there is room for it, and resolves when all have touched their memory and answered. */
export async function startContainers({ client, usedBytes }, containers, { memoryBytes, touchedBytes, signal }) {
  for (const container of containers) {
    const roomBytes = FULL_SHARE * memoryBytes - touchedBytes
    await until(() => usedBytes() < roomBytes, {
      signal,
      failure: () =>
        `${container.name} cannot be started: after ${START_MS / 1000} s ${Math.round(usedBytes() / MIB)} MiB are still in use, naps do not keep up.`,
    })
    await client.mutate("containers.start", { id: container.id })
    const { networks } = await client.query("containers.inspect", { id: container.id })
    container.address = networks[0].address
    await until(async () => (await visit(container)).failure === null, { signal, failure: () => `${container.name} does not answer.` })
  }
}

/** What the kernel has counted in the containers' groups: memory of their own, resident or in swap, and kills by its OOM killer. */
export async function readKernelCounts(client, containers) {
  const counts = { ownBytes: 0, oomKills: 0 }
  for (const { id } of containers) {
    const tree = await client.query("containers.cgroupTree", { id })
    const { files } = tree.find(({ role }) => role === "container")
    const sum = (file, ...names) => names.reduce((total, name) => total + fieldOf(files[file], name), 0)
    counts.ownBytes +=
      files["memory.swap.current"] === undefined
        ? sum("memory.stat", "total_rss", "total_shmem", "total_swap")
        : sum("memory.stat", "anon", "shmem") + Number(files["memory.swap.current"])
    counts.oomKills += sum("memory.oom_control", "oom_kill") + sum("memory.events", "oom_kill")
  }
  return counts
}

function fieldOf(text = "", name) {
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1] ?? 0)
}

async function starterImage(client, signal) {
  let reference
  await until(
    async () => {
      reference = (await client.query("images.list")).flatMap(({ references }) => references).find((name) => name.includes("starter"))
      return reference !== undefined
    },
    { signal, failure: () => "The server makes no starter image; it needs a static busybox (package busybox-static)." },
  )
  return reference
}

async function until(condition, { signal, failure }) {
  const deadline = Date.now() + START_MS
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(failure())
    await delay(50, undefined, { signal })
  }
}
