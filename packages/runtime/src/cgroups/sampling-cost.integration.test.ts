import { type ChildProcess, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, expect, it } from "vitest"
import type { CgroupDriver, ContainerCgroup } from "./cgroup-driver.js"
import { detectCgroups } from "./detect.js"
import { allHierarchies } from "./hierarchy.js"
import { openCgroupDriver } from "./open-cgroup-driver.js"

const count = 200
const rounds = 10
/** cgroup v1 takes fifteen, v2 fewer. */
const READS_EACH = 16
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
it("sampling 200 containers takes at most fifteen reads of each and opens nothing again", async () => {
  const children = await fill()
  for (const group of groups) expect(group.sample()?.pids.current).toBe(1)
  const opened = openDescriptors()
  const before = readCalls()
  for (let round = 0; round < rounds; round++) for (const group of groups) group.sample()
  const each = (readCalls() - before) / (rounds * count)
  expect(each).toBeGreaterThan(1)
  expect(each).toBeLessThan(READS_EACH)
  expect(openDescriptors()).toBeLessThanOrEqual(opened)
  for (const child of children) child.kill("SIGKILL")
})

/** read(2) and its like that this process has made (proc_pid_io(5)). */
function readCalls(): number {
  return Number(/^syscr: (\d+)$/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1])
}

function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length
}

async function fill(): Promise<ChildProcess[]> {
  const mounts = allHierarchies(detectCgroups()).map(({ mount }) => mount)
  const children: ChildProcess[] = []
  for (let index = 0; index < count; index++) {
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
