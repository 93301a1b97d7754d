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

/** Kills by the kernel's OOM killer that the containers' own groups and those above counted. */
export async function countOomKills(client, containers) {
  let kills = 0
  for (const { id } of containers)
    for (const { role, files } of await client.query("containers.cgroupTree", { id }))
      if (role === "container") kills += Number(/^oom_kill (\d+)$/m.exec(files["memory.oom_control"] ?? files["memory.events"] ?? "")?.[1] ?? 0)
  return kills
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
