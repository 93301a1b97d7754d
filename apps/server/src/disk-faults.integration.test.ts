import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { patience } from "@plimsoll/runtime/conformance"
import { afterAll, beforeAll, expect, it, onTestFailed, vi } from "vitest"
import type { EventRecord } from "./contract/index.js"
import { MiB, type SmallMachine, startSmallMachine } from "./testing/ladder/small-machine.js"
import { hold } from "./testing/ladder/workloads.js"

/** A disk that others fill, and one that takes no writes any more, below a real engine with all its data, on a file system of 1 GiB of its own. */
const directory = mkdtempSync("/var/tmp/plimsoll-test-")
const disk = join(directory, "disk")
let machine: SmallMachine

beforeAll(async () => {
  chmodSync(directory, 0o711)
  execFileSync("truncate", ["-s", "1G", join(directory, "image")])
  execFileSync("mkfs.ext4", ["-q", "-m", "0", join(directory, "image")])
  mkdirSync(disk)
  execFileSync("mount", ["-o", "loop", join(directory, "image"), disk])
  chmodSync(disk, 0o711)
  machine = await startSmallMachine({ memoryBytes: 256 * MiB, swapBytes: 64 * MiB }, { ownReadings: true, parent: disk })
  await machine.mutate("overprovisioning.changeSettings", { reserve: { memory: 16 * MiB, disk: 0 } })
})
afterAll(async () => {
  await machine.stop()
  execFileSync("umount", [disk])
  rmSync(directory, { recursive: true })
})

const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: patience(60_000), interval: 200 })
const incidents = async (): Promise<EventRecord[]> => (await machine.events()).filter(({ action }) => action === "capacity")
const volumeOf = (name: string, mebibytes: number) => ({ name, sizeBytes: mebibytes * MiB })

it("a disk that others fill has less to sell, refuses with the figures, and sells again when there is room", async () => {
  await machine.mutate("volumes.create", volumeOf("kept", 100))
  const before = await machine.lineOf("disk")
  expect(before.sold).toBe(100 * MiB)
  expect(before.headroom).toBeGreaterThan(500 * MiB)
  const filler = join(disk, "filler")
  execFileSync("fallocate", ["-l", "700M", filler])
  const filled = await machine.lineOf("disk")
  expect(filled.capacity).toBe(before.capacity)
  expect(filled.reserve - before.reserve).toBeGreaterThanOrEqual(700 * MiB)
  expect(filled.allocatable).toBeLessThan(before.allocatable - 699 * MiB)
  expect(filled.headroom).toBeLessThan(300 * MiB)
  const { code, facts, publicMessage } = await machine.refusal("volumes.create", volumeOf("more", 400))
  expect({ code, ...facts }).toMatchObject({ code: "load_line_exceeded", resource: "disk", need: 400 * MiB, sold: 100 * MiB })
  expect(facts.headroom).toBeLessThan(300 * MiB)
  expect(publicMessage).toContain("too little disk below its load line: 400 MiB more is needed")
  rmSync(filler)
  await machine.mutate("volumes.create", volumeOf("more", 400))
})

it("a disk that takes no writes: told, nothing more of it is sold, what runs goes on, and it sells again when it is mended", async () => {
  onTestFailed(async () => console.error(JSON.stringify(await incidents(), undefined, 1)))
  const { gold, client } = await machine.startGold()
  const neighbour = await machine.run("neighbour", hold(20))
  await machine.mutate("volumes.create", volumeOf("before", 20))
  // What is open stays so, as in a container that writes its log; whatever is opened anew meets a file system that takes no writes.
  execFileSync("mount", ["--bind", disk, disk])
  try {
    execFileSync("mount", ["-o", "remount,bind,ro", disk])
    expect(() => writeFileSync(join(disk, "x"), "")).toThrow("EROFS")
    await eventually(async () => expect((await incidents()).map(({ attributes }) => attributes.change)).toEqual(["lost"]))
    const said =
      "The disk that holds the engine's data takes no writes (it is read-only, as the kernel makes it after an error; dmesg says more)"
    expect((await incidents())[0]?.attributes).toMatchObject({
      resource: "disk",
      why: `${said}: nothing more of it is sold. What runs goes on.`,
    })
    expect((await machine.overprovisioning()).remarks).toContain(`${said}: nothing more of it is sold.`)
    expect(await machine.lineOf("disk")).toMatchObject({ capacity: 0, loadLine: 0, sold: 520 * MiB })
    expect(await machine.refusal("volumes.create", volumeOf("after", 20))).toMatchObject({
      code: "load_line_exceeded",
      publicMessage: `${said}, so that nothing more of it is sold. An operator may let it pass with a reason.`,
    })
    // What needs no disk of its own is not for the line to refuse.
    expect(await machine.refusal("containers.create", { name: "after", image: "plimsoll/starter" })).toMatchObject({
      code: "disk_read_only",
      publicMessage: expect.stringContaining("takes no writes"),
    })
  } finally {
    execFileSync("umount", [disk])
  }
  await eventually(async () => expect((await incidents()).map(({ attributes }) => attributes.change)).toEqual(["lost", "back"]))
  await machine.mutate("volumes.create", volumeOf("after", 20))
  await machine.mutate("containers.create", { name: "after", image: "plimsoll/starter" })
  const names = (rows: { name: string }[]) => rows.map(({ name }) => name).sort()
  expect(names(await machine.query("volumes.list"))).toEqual(["after", "before", "kept", "more"])
  expect(names(await machine.query("containers.list"))).toEqual(["after", "golden", "neighbour"])
  const { answered, failed } = await client.stop()
  expect(failed).toEqual([])
  expect(answered).toBeGreaterThan(20)
  for (const { id } of [gold, neighbour])
    expect((await machine.events()).filter((event) => event.id === id && event.kind !== "audit").map(({ action }) => action)).toEqual([
      "create",
      "start",
    ])
})
