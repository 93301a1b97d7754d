import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, it } from "vitest"
import { openCgroupDriver } from "../cgroups/open-cgroup-driver.js"
import { instanceName } from "../spec/instance-name.js"
import { limitInstanceMemory, openInstanceMemory } from "./instance-memory.js"

const MiB = 2 ** 20
let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "plimsoll-instance-memory-"))
})
afterEach(async () => {
  const cgroups = openCgroupDriver({ rootName: instanceName(root) })
  await cgroups.removeTenant("acme")
  await cgroups.removeRootIfEmpty()
  rmSync(root, { recursive: true })
})

it("an instance has the whole machine until its memory is limited, and again when the limit is lifted", async () => {
  const read = openInstanceMemory({ root })
  expect(read()).toBe(null)
  await limitInstanceMemory({ root, maxBytes: 64 * MiB })
  expect(read()).toMatchObject({ limitBytes: 64 * MiB, limitHits: 0 })
  expect(read()?.usedBytes).toBeLessThan(64 * MiB)
  await limitInstanceMemory({ root, maxBytes: null })
  expect(read()).toBe(null)
})

it("the limit stays when tenants come, and a group that was removed and made again is found", async () => {
  const read = openInstanceMemory({ root })
  await limitInstanceMemory({ root, maxBytes: 64 * MiB })
  const cgroups = openCgroupDriver({ rootName: instanceName(root) })
  await cgroups.ensureTenant("acme")
  await cgroups.setTenantLimits("acme", { memoryMaxBytes: 512 * MiB })
  expect(read()?.limitBytes).toBe(64 * MiB)
  await cgroups.removeTenant("acme")
  await cgroups.removeRootIfEmpty()
  expect(read()).toBe(null)
  await limitInstanceMemory({ root, maxBytes: 32 * MiB })
  expect(read()?.limitBytes).toBe(32 * MiB)
})
