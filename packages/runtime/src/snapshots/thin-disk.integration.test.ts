import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { readMounts } from "../kernel/mount-table.js"
import { readExt4Superblock } from "./ext4-superblock.js"
import { compactThinDisk, growThinDisk, makeThinDisk, measureThinDisk, mountThinDisk, type ThinDisk, unmountThinDisk } from "./thin-disk.js"

const MEBIBYTE = 2 ** 20
let directory: string

beforeEach(() => {
  directory = mkdtempSync("/var/tmp/plimsoll-test-")
})
afterEach(async () => {
  const mounted = readMounts().filter(({ target }) => target.startsWith(`${directory}/`))
  for (const { target } of mounted) await (await unmountThinDisk({ target })).gone
  rmSync(directory, { recursive: true })
})

async function make(name: string, sizeBytes = 32 * MEBIBYTE): Promise<ThinDisk> {
  const disk = { image: join(directory, `${name}.img`), target: join(directory, name), sizeBytes }
  await makeThinDisk(disk)
  return disk
}

async function mounted(name: string, sizeBytes?: number): Promise<ThinDisk> {
  const disk = await make(name, sizeBytes)
  await mountThinDisk(disk)
  return disk
}

/** Writes until it is refused, and says how. */
function fill({ target }: ThinDisk, name = "fill"): string | undefined {
  try {
    writeFileSync(join(target, name), Buffer.alloc(MEBIBYTE, 1))
    for (;;) writeFileSync(join(target, name), Buffer.alloc(MEBIBYTE, 1), { flag: "a" })
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : undefined
  } finally {
    spawnSync("sync", ["-f", target])
  }
}

const loopDevices = (disk: ThinDisk): string[] =>
  readdirSync("/sys/block").filter((name) => {
    const backing = `/sys/block/${name}/loop/backing_file`
    return existsSync(backing) && readFileSync(backing, "utf8").startsWith(disk.image)
  })

describe("a thin disk", () => {
  it("takes of the host what is in it, never more than was promised, and gives it back", async () => {
    const disk = await mounted("a")
    const neighbour = await mounted("b")
    expect((await measureThinDisk(disk)).allocatedBytes).toBeLessThan(8 * MEBIBYTE)
    expect(fill(disk)).toBe("ENOSPC")
    const full = await measureThinDisk(disk)
    expect(full.usedBytes).toBeGreaterThan(20 * MEBIBYTE)
    expect(full.allocatedBytes).toBeLessThanOrEqual(disk.sizeBytes)
    writeFileSync(join(neighbour.target, "file"), "goes on")
    rmSync(join(disk.target, "fill"))
    const { beforeBytes, afterBytes } = await compactThinDisk(disk)
    expect(beforeBytes - afterBytes).toBeGreaterThan(20 * MEBIBYTE)
    expect((await measureThinDisk(disk)).allocatedBytes).toBe(afterBytes)
  })

  it("runs out of inodes alone", async () => {
    const [disk, neighbour] = [await mounted("a"), await mounted("b")]
    const fileUntilRefused = (): unknown => {
      try {
        for (let count = 0; ; count++) writeFileSync(join(disk.target, String(count)), "")
      } catch (error) {
        return error
      }
    }
    expect(fileUntilRefused()).toMatchObject({ code: "ENOSPC" })
    expect((await measureThinDisk(disk)).allocatedBytes).toBeLessThanOrEqual(disk.sizeBytes)
    writeFileSync(join(neighbour.target, "file"), "goes on")
  })

  it("grows while it is written to, and keeps its new size", async () => {
    const disk = await mounted("a")
    fill(disk)
    const grown = { ...disk, sizeBytes: 80 * MEBIBYTE }
    await growThinDisk(grown)
    await growThinDisk(grown)
    expect(fill(grown, "more")).toBe("ENOSPC")
    const full = await measureThinDisk(grown)
    expect(full.usedBytes).toBeGreaterThan(64 * MEBIBYTE)
    expect(full.allocatedBytes).toBeLessThanOrEqual(grown.sizeBytes)
    await (await unmountThinDisk(grown)).gone
    await mountThinDisk(grown)
    rmSync(join(grown.target, "more"))
    expect(fill(grown, "again")).toBe("ENOSPC")
    expect((await measureThinDisk(grown)).usedBytes).toBeGreaterThan(64 * MEBIBYTE)
  })

  it("leaves no loop device behind, and is measured without one", async () => {
    const disk = await mounted("a")
    writeFileSync(join(disk.target, "file"), Buffer.alloc(MEBIBYTE, 1))
    expect(loopDevices(disk)).toHaveLength(1)
    await (await unmountThinDisk(disk)).gone
    expect(loopDevices(disk)).toEqual([])
    expect(existsSync(disk.target)).toBe(false)
    expect((await measureThinDisk(disk)).usedBytes).toBeGreaterThanOrEqual(MEBIBYTE)
  })

  it("that another mount namespace still has is never two devices", async () => {
    const disk = await mounted("a")
    // As a container has it: at a place of its own.
    const place = join(directory, "place")
    mkdirSync(place)
    const script = 'mount --bind "$0" "$1" && echo ready && exec cat'
    const other = spawn("unshare", ["--mount", "--propagation", "private", "sh", "-c", script, disk.target, place])
    await once(other.stdout, "data")
    try {
      await (await unmountThinDisk(disk)).gone
      await mountThinDisk(disk)
      expect(loopDevices(disk)).toHaveLength(1)
      writeFileSync(join(disk.target, "file"), "of both")
      expect(readFileSync(`/proc/${other.pid}/root${place}/file`, "utf8")).toBe("of both")
    } finally {
      await ended(other)
    }
  })

  it("that lost its power is put right before it is used again", async () => {
    const disk = await mounted("a")
    writeFileSync(join(disk.target, "file"), "written")
    spawnSync("sync", ["-f", disk.target])
    // What a host that loses power leaves: the file as it is while it is mounted.
    const cutOff = { ...disk, image: join(directory, "cut.img"), target: join(directory, "cut") }
    spawnSync("cp", ["--sparse=always", disk.image, cutOff.image])
    expect(await readExt4Superblock(cutOff.image)).toMatchObject({ isClean: false })
    await mountThinDisk(cutOff)
    expect(readFileSync(join(cutOff.target, "file"), "utf8")).toBe("written")
    await (await unmountThinDisk(cutOff)).gone
    expect(await readExt4Superblock(cutOff.image)).toMatchObject({ isClean: true })
  })

  it.each([
    ["without a superblock", 0, MEBIBYTE],
    ["with damaged tables behind a superblock that looks clean", 4096, 8 * MEBIBYTE],
  ])("%s is refused with the command that repairs it, and stays as it is", async (_, from, to) => {
    const disk = await make("a")
    const file = openSync(disk.image, "r+")
    writeSync(file, Buffer.alloc(to - from, 0x5a), 0, to - from, from)
    closeSync(file)
    const damaged = firstOf(disk.image)
    await expect(mountThinDisk(disk)).rejects.toMatchObject({
      code: "disk_corrupt",
      publicMessage: expect.stringContaining(`fsck.ext4 -f ${disk.image}`),
    })
    expect(firstOf(disk.image).equals(damaged)).toBe(true)
    expect(loopDevices(disk)).toEqual([])
    expect(readMounts().filter(({ target }) => target === disk.target)).toEqual([])
    await mounted("b")
  })

  it("whose file is gone is refused, and has no figures", async () => {
    const disk = await make("a")
    rmSync(disk.image)
    await expect(mountThinDisk(disk)).rejects.toMatchObject({ code: "mount_failed", publicMessage: expect.stringContaining(disk.image) })
    expect(await measureThinDisk(disk)).toEqual({ allocatedBytes: 0, usedBytes: -1 })
  })

  it("whose growth was cut off after the file is the disk that it was", async () => {
    const disk = await make("a")
    truncateSync(disk.image, 2048 * MEBIBYTE)
    await mountThinDisk(disk)
    expect(fill(disk)).toBe("ENOSPC")
    expect((await measureThinDisk(disk)).allocatedBytes).toBeLessThanOrEqual(disk.sizeBytes)
  })

  it("for which the host has no room is told as disk_full", async () => {
    const small = join(directory, "small")
    mkdirSync(small)
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=32k", "none", small])
    try {
      await expect(makeThinDisk({ image: join(small, "a.img"), sizeBytes: 64 * MEBIBYTE })).rejects.toMatchObject({ code: "disk_full" })
    } finally {
      spawnSync("umount", [small])
    }
  })
})

/** The first 16 MiB of a file: all that a file system of this size has of tables, and more. */
function firstOf(path: string): Buffer {
  const content = Buffer.alloc(16 * MEBIBYTE)
  const file = openSync(path, "r")
  readSync(file, content, 0, content.length, 0)
  closeSync(file)
  return content
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit")
  child.stdin?.end()
  await exit
}
