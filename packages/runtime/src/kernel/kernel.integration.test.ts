import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import {
  deviceNumber,
  fileType,
  getAttribute,
  listAttributes,
  makeDevice,
  makeNode,
  removeAttribute,
  setAttribute,
  setTimes,
} from "./file-calls.js"
import { mount, mountFlags, unmount } from "./mount.js"
import { findMount } from "./mount-table.js"
import { mountIdMapped } from "./new-mount-api.js"
import { openInRoot } from "./open-in-root.js"
import { openUserNamespace } from "./user-namespace.js"

let directory: string

beforeEach(() => {
  directory = mkdtempSync("/var/tmp/plimsoll-test-")
})

afterEach(() => {
  unmount(join(directory, "m"), { lazy: true })
  rmSync(directory, { recursive: true })
})

describe("mount", () => {
  it("mounts and unmounts a tmpfs, and unmounting twice has no effect", () => {
    const target = join(directory, "m")
    mkdirSync(target)
    mount({ source: "none", target, type: "tmpfs", flags: mountFlags.noSuid | mountFlags.noDev, data: "size=64k" })
    expect(findMount(target)).toMatchObject({ type: "tmpfs", options: expect.arrayContaining(["nosuid", "nodev"]) as string[] })
    unmount(target)
    unmount(target)
    unmount(join(directory, "absent"))
    expect(findMount(target)).toBeUndefined()
  })

  it("a refused mount names errno, source and target", () => {
    expect(() => mount({ source: "none", target: join(directory, "absent"), type: "tmpfs" })).toThrow(
      expect.objectContaining({
        code: "mount_failed",
        facts: expect.objectContaining({ errno: "ENOENT", target: join(directory, "absent") }),
      }),
    )
  })

  it("a NUL byte in a path is refused, not cut there", () => {
    expect(() => mount({ source: "none", target: `${directory}\0/x`, type: "tmpfs" })).toThrow(
      expect.objectContaining({ facts: expect.objectContaining({ errno: "EINVAL" }) }),
    )
  })

  it("shows ids shifted by a user namespace that no process is in any more", async () => {
    const source = join(directory, "source")
    const target = join(directory, "m")
    mkdirSync(source)
    mkdirSync(target)
    writeFileSync(join(source, "file"), "x")
    const namespace = await openUserNamespace({ uidBase: 200_000, gidBase: 300_000, size: 65_536 })
    try {
      mountIdMapped({ source, target, userNamespaceFd: namespace.fd })
    } finally {
      namespace.close()
    }
    expect(statSync(join(target, "file"))).toMatchObject({ uid: 200_000, gid: 300_000 })
    expect(statSync(join(source, "file"))).toMatchObject({ uid: 0, gid: 0 })
  })
})

describe("openInRoot", () => {
  it("a link that points out of the root is followed inside of it", () => {
    mkdirSync(join(directory, "root/etc"), { recursive: true })
    writeFileSync(join(directory, "root/etc/hostname"), "inside")
    symlinkSync("/etc/hostname", join(directory, "root/absolute"))
    symlinkSync("../../../../../etc/hostname", join(directory, "root/climbing"))
    const rootFd = openSync(join(directory, "root"), "r")
    try {
      for (const path of ["absolute", "climbing", "/etc/hostname", "../../etc/hostname"]) {
        const fd = openInRoot({ rootFd, path, flags: 0 })
        expect(readFileSync(fd, "utf8")).toBe("inside")
        closeSync(fd)
      }
      expect(() => openInRoot({ rootFd, path: "absolute", flags: 0, noLinks: true })).toThrow(expect.objectContaining({ code: "ELOOP" }))
      expect(() => openInRoot({ rootFd, path: "absent", flags: 0 })).toThrow(expect.objectContaining({ code: "ENOENT" }))
    } finally {
      closeSync(rootFd)
    }
  })
})

describe("file calls", () => {
  it("makes device nodes, times to the nanosecond and attributes on links themselves", () => {
    const node = join(directory, "null")
    makeNode({ path: node, mode: fileType.character | 0o600, device: { major: 1, minor: 3 } })
    expect(deviceNumber(statSync(node).rdev)).toEqual({ major: 1, minor: 3 })
    setTimes({ path: node, accessedNs: 1n, modifiedNs: 1_700_000_000_123_456_789n })
    expect(statSync(node, { bigint: true }).mtimeNs).toBe(1_700_000_000_123_456_789n)
    setTimes({ path: node, accessedNs: -1n, modifiedNs: -1_500_000_000n })
    expect(statSync(node, { bigint: true }).mtimeNs).toBe(-1_500_000_000n)
    const link = join(directory, "link")
    symlinkSync("/nowhere", link)
    setAttribute(link, "trusted.plimsoll", Buffer.from("v"))
    expect(getAttribute(link, "trusted.plimsoll")?.toString()).toBe("v")
    expect(listAttributes(link)).toContain("trusted.plimsoll")
    removeAttribute(link, "trusted.plimsoll")
    removeAttribute(link, "trusted.plimsoll")
    expect(getAttribute(link, "trusted.plimsoll")).toBeUndefined()
  })

  it("packs large device numbers as the kernel does", () => {
    for (const device of [
      { major: 8, minor: 17 },
      { major: 259, minor: 70_000 },
      { major: 4095, minor: 255 },
    ])
      expect(deviceNumber(makeDevice(device))).toEqual(device)
  })
})
