import { spawn, spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from "node:fs"
import { afterAll, describe, expect, it } from "vitest"
import { newSince, takeInventory } from "./lib/leak-check.mjs"

describe("leak check", () => {
  const directory = mkdtempSync("/var/tmp/plimsoll-test-leak-")
  const cgroup = `/sys/fs/cgroup/${directory.split("/").pop()}`
  const cleanups = []
  afterAll(() => {
    for (const cleanup of cleanups.reverse()) cleanup()
    rmSync(directory, { recursive: true })
  })

  it("finds a mount, a link, a table, a file and a process in a namespace of its own that are left behind", async () => {
    const before = takeInventory()
    must("mount", "-t", "tmpfs", "none", directory)
    cleanups.push(() => must("umount", directory))
    must("ip", "link", "add", "pl0badc0t", "type", "bridge")
    cleanups.push(() => must("ip", "link", "delete", "pl0badc0t"))
    must("nft", "add", "table", "inet", "plimsoll-0badc0")
    cleanups.push(() => must("nft", "delete", "table", "inet", "plimsoll-0badc0"))
    const file = mkdtempSync("/tmp/plimsoll-test-leak-")
    cleanups.push(() => rmdirSync(file))
    const hierarchy = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"].map((path) => cgroup.replace("/sys/fs/cgroup", path)).find(canMake)
    cleanups.push(() => rmdirSync(hierarchy))
    const child = spawn("unshare", ["--uts", "sh", "-c", `echo $$ >${hierarchy}/cgroup.procs; echo ready; exec sleep 60`])
    const gone = new Promise((resolve) => child.once("exit", resolve))
    await new Promise((resolve) => child.stdout.once("data", resolve))

    const found = newSince(before).join("\n")
    child.kill("SIGKILL")
    await gone

    expect(found).toContain(`mount ${directory}`)
    expect(found).toContain("link pl0badc0t")
    expect(found).toContain("nftables table inet plimsoll-0badc0")
    expect(found).toContain(`file ${file}`)
    expect(found).toContain(`cgroup ${hierarchy}`)
    expect(found).toMatch(/process \d+ (sleep 60|sh)/)
    expect(found).toMatch(/namespace uts:\[\d+\] of process/)
  })
})

function must(command, ...args) {
  const result = spawnSync(command, args, { encoding: "utf8" })
  if (result.status !== 0) throw new Error(`${command} ${args.join(" ")}: ${result.stderr}`)
}

function canMake(path) {
  try {
    mkdirSync(path)
    return true
  } catch (error) {
    if (["ENOENT", "EROFS"].includes(error.code)) return false
    throw error
  }
}
