import { type ChildProcess, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { afterEach, beforeEach, expect, it } from "vitest"
import type { CgroupDriver, ContainerCgroup } from "./cgroup-driver.js"
import { WHOLE_EVERY_MS } from "./container-sampler.js"
import { detectCgroups } from "./detect.js"
import { allHierarchies } from "./hierarchy.js"
import { openCgroupDriver } from "./open-cgroup-driver.js"
import { NEWS_MS } from "./pressure.js"

const count = 500
const rounds = 20
/** cgroup v1 takes sixteen, v2 fewer. */
const READS_EACH = 17
/** CPU time and memory; the rest is for those whose turn it is to be read whole, and for what is read once for all. */
const READS_EACH_ASLEEP = 2 + 1
let driver: CgroupDriver
let groups: ContainerCgroup[]

beforeEach(() => {
  driver = openCgroupDriver({ rootName: `plimsoll-test-${randomBytes(3).toString("hex")}` })
  groups = []
})

afterEach(async () => {
  for (const group of groups) {
    await group.killAll(10_000)
    await group.remove()
  }
  await driver.removeTenant("acme")
  await driver.removeRootIfEmpty()
})

// What that takes of a core is a figure of npm run bench.
it("sampling 500 containers that sleep takes two reads of each, at most sixteen when all is asked for, and opens nothing again", async () => {
  const children = await fill()
  for (const group of groups) expect(group.sample()?.pids.current).toBe(1)
  // What they waited for at their start is told, and over.
  for (let look = 0; look < 3; look++) {
    readsEach({ economical: true }, 2)
    await pause(NEWS_MS)
  }
  readsEach({ economical: true }, 2)
  const opened = openDescriptors()
  const began = performance.now()
  const asleep = readsEach({ economical: true }, rounds)
  const wholeReadings = (performance.now() - began) / WHOLE_EVERY_MS
  expect(asleep).toBeLessThan(READS_EACH_ASLEEP + (wholeReadings * READS_EACH) / rounds)
  const all = readsEach({ economical: false }, 2)
  console.log(
    `reads a container and sample on cgroup ${driver.version}: ${asleep.toFixed(2)} asleep, ${all.toFixed(2)} when all is asked for`,
  )
  expect(all).toBeGreaterThan(READS_EACH_ASLEEP)
  expect(all).toBeLessThan(READS_EACH)
  expect(openDescriptors()).toBeLessThanOrEqual(opened)
  for (const child of children) child.kill("SIGKILL")
})

it("an economical sample sees at once that something ran, that a limit was set, that the group went and that it came again", async () => {
  const [child] = await fill(1)
  const [group] = groups
  if (child === undefined || group === undefined) throw new Error("one group was asked for")
  for (let round = 0; round < 3; round++) group.sample({ economical: true })
  await group.update({ pidsMax: 99 })
  expect(group.sample({ economical: true })?.pids).toEqual({ current: 1, max: 99 })
  group.sample({ economical: true })
  const exited = once(child, "exit")
  child.kill("SIGKILL")
  await exited
  expect(group.sample({ economical: true })?.pids.current).toBe(0)
  await group.remove()
  expect(group.sample({ economical: true })).toBeUndefined()
  groups = [await driver.create(group.location, { pidsMax: 7 })]
  expect(group.sample({ economical: true })?.pids).toEqual({ current: 0, max: 7 })
  group.close()
})

function readsEach(options: { economical: boolean }, times: number): number {
  const before = readCalls()
  for (let round = 0; round < times; round++) for (const group of groups) group.sample(options)
  return (readCalls() - before) / (times * groups.length)
}

/** read(2) and its like that this process has made (proc_pid_io(5)). */
function readCalls(): number {
  return Number(/^syscr: (\d+)$/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1])
}

function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length
}

async function fill(wanted = count): Promise<ChildProcess[]> {
  const mounts = allHierarchies(detectCgroups()).map(({ mount }) => mount)
  const children: ChildProcess[] = []
  for (let index = 0; index < wanted; index++) {
    const group = await driver.create({ tenant: "acme", containerId: `c${index}` }, { memoryMaxBytes: 64 << 20, pidsMax: 64 })
    groups.push(group)
    const files = mounts.map((mount) => join(mount, group.relativePath, "cgroup.procs"))
    const child = spawn("sh", ["-c", 'for file; do echo $$ > "$file"; done; echo ready; exec sleep 100000', "sh", ...files], {
      stdio: ["ignore", "pipe", "inherit"],
    })
    children.push(child)
    await once(child.stdout ?? child, "data")
  }
  return children
}
