import { readFileSync } from "node:fs"
import { pssBytes } from "./figures.mjs"
import { IMAGE, openEngine } from "./our-engine.mjs"
import { openPeers } from "./peers.mjs"

const COUNT = 200
const PEER_COUNT = 20
const AT_ONCE = 4

/** 200 containers at once: how fast they start, what each costs beside its own process. */
export async function bench({ note, report }) {
  const place = await openPeers({ note })
  try {
    const docker = await measureDocker(place.peers.find(({ name }) => name.startsWith("docker")))
    const { engine, close } = await openEngine()
    try {
      const ids = []
      const began = performance.now()
      await Promise.all(Array.from({ length: AT_ONCE }, () => startSome(engine, ids)))
      report({
        name: "containers-200 start rate",
        value: COUNT / ((performance.now() - began) / 1000),
        unit: "containers/s",
        peer: docker?.name ?? null,
        peerValue: docker?.rate ?? null,
        runs: COUNT,
      })
      report({
        name: "containers-200 PSS beside its process",
        value: (await helperBytes(engine, ids)) / COUNT / 1e6,
        unit: "MB",
        peer: docker?.name ?? null,
        peerValue: docker ? docker.bytes / 1e6 : null,
        runs: COUNT,
      })
    } finally {
      await close()
    }
  } finally {
    await place.close()
  }
}

async function startSome(engine, ids) {
  while (ids.length < COUNT) {
    const index = ids.push(undefined) - 1
    const { id } = await engine.containers.create({ image: IMAGE, command: ["/bin/sleep", "100000"] })
    await engine.containers.start(id)
    ids[index] = id
  }
}

/** PSS of conmon and init: the parent of the container's first process, and that process itself. */
async function helperBytes(engine, ids) {
  let total = 0
  for (const id of ids) {
    const { state, resolved } = await engine.containers.inspect(id)
    const parent = Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${state.pid}/status`))[1])
    if (!read(`/proc/${parent}/comm`).startsWith("conmon"))
      throw new Error(`the parent of ${state.pid} is ${read(`/proc/${parent}/comm`)}, not conmon`)
    total += pssBytes(resolved.init ? [parent, state.pid] : [parent], read)
  }
  return total
}

const read = (path) => readFileSync(path, "utf8")

async function measureDocker(docker) {
  if (!docker) return undefined
  const began = performance.now()
  const ids = []
  const some = async () => {
    while (ids.length < PEER_COUNT) {
      const index = ids.push(undefined) - 1
      ids[index] = await docker.runSleeping()
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, some))
  const rate = PEER_COUNT / ((performance.now() - began) / 1000)
  const bytes = pssBytes(docker.helperPids(), read) / PEER_COUNT
  await docker.removeAll(ids)
  return { name: docker.name, rate, bytes }
}
