import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { isEngineError } from "../errors.js"
import { readProcessArguments, readProcessStat } from "../kernel/process-stat.js"
import { createSandboxDriver } from "./create-sandbox-driver.js"
import { cgroupHierarchies, SandboxFixture, until, untilGone } from "./testing/sandbox-fixture.js"

let fixture: SandboxFixture
beforeAll(() => {
  fixture = new SandboxFixture()
})
afterAll(() => fixture.dispose())

describe("a sandbox's life", () => {
  test("created: its process waits; started: it runs; ended: conmon leaves its exit code", async () => {
    const spec = fixture.spec({ arguments: ["/bin/sh", "-c", "exit 7"] })
    const created = await fixture.driver.create(spec)
    expect(readProcessStat(created.pid)).toMatchObject({ startTicks: created.pidStartTicks, parentPid: created.conmonPid })
    expect(await fixture.driver.exitOf(spec.id)).toBeUndefined()
    expect(await fixture.driver.list()).toEqual([spec.id])
    const before = Date.now()
    await fixture.driver.start(spec.id)
    expect(await fixture.exitCode(spec.id)).toBe(7)
    expect((await fixture.driver.exitOf(spec.id))?.finishedAt).toBeGreaterThanOrEqual(before - 10)
    await fixture.remove(spec.id)
    expect(await fixture.driver.list()).toEqual([])
    expect(await fixture.driver.exitOf(spec.id)).toBeUndefined()
  })

  test("conmon is a child of init and leads a session of its own", async () => {
    const sandbox = await fixture.start({ arguments: ["/bin/sleep", "1000"] })
    const conmon = readProcessStat(sandbox.conmonPid)
    expect(conmon?.command).toBe("conmon")
    expect(conmon?.parentPid).not.toBe(process.pid)
    await fixture.remove(sandbox.id)
    await untilGone(sandbox.pid)
  })

  test("exits are told once each, also of a container that is run again at once under the same id", async () => {
    const told: [string, number][] = []
    const stop = fixture.driver.onExit((id, exit) => told.push([id, exit.exitCode]))
    const spec = fixture.spec()
    for (const code of [1, 2, 3]) {
      await fixture.driver.create({ ...spec, arguments: ["/bin/sh", "-c", `exit ${code}`] })
      await fixture.driver.start(spec.id)
      await until(() => (told.length === code ? true : undefined))
      await fixture.remove(spec.id)
    }
    stop()
    expect(told).toEqual([1, 2, 3].map((code) => [spec.id, code]))
  })

  test("an exit that conmon was killed over while it wrote it is listed, and goes with the sandbox; another's stays", async () => {
    const spec = fixture.spec({ arguments: ["/bin/sleep", "1000"] })
    await fixture.driver.create(spec)
    const unfinished = (id: string): string => join(fixture.runDirectory, "exits", `${id}.F9G9Y3`)
    const another = "f".repeat(64)
    for (const id of [spec.id, another]) writeFileSync(unfinished(id), "13")
    expect((await fixture.driver.list()).toSorted()).toEqual([spec.id, another].toSorted())
    expect(await fixture.driver.exitOf(another)).toBeUndefined()
    await fixture.remove(spec.id)
    expect(existsSync(unfinished(spec.id))).toBe(false)
    expect(await fixture.driver.list()).toEqual([another])
    await fixture.driver.delete(another)
    expect(await fixture.driver.list()).toEqual([])
    expect(existsSync(unfinished(another))).toBe(false)
  })

  test("killed by a signal: 128 + its number", async () => {
    const sandbox = await fixture.start({ arguments: ["/bin/sleep", "1000"], init: false })
    process.kill(sandbox.pid, "SIGKILL")
    expect(await fixture.exitCode(sandbox.id)).toBe(137)
    await fixture.remove(sandbox.id)
  })

  test("the init forwards TERM and hands on the exit", async () => {
    const sandbox = await fixture.start({ arguments: ["/bin/sh", "-c", "trap 'exit 9' TERM; echo ready; while :; do sleep 0.01; done"] })
    const { stdout } = await fixture.driver.attach(sandbox.id, { stdin: false })
    stdout.resume()
    await until(() => (readFileIfThere(fixture.logPath(sandbox.id)).includes("ready") ? true : undefined))
    process.kill(sandbox.pid, "SIGTERM")
    expect(await fixture.exitCode(sandbox.id)).toBe(9)
    await fixture.remove(sandbox.id)
  })

  test("delete of a running one leaves no process, no conmon, no bundle, and may be repeated", async () => {
    const sandbox = await fixture.start({ arguments: ["/bin/sh", "-c", "sleep 1000 & sleep 1000"] })
    await fixture.driver.delete(sandbox.id)
    await untilGone(sandbox.pid)
    await untilGone(sandbox.conmonPid)
    expect(readdirSync(join(fixture.runDirectory, "bundles"))).toEqual([])
    expect(readdirSync(join(fixture.runDirectory, "oci/crun")).filter((name) => !name.startsWith("."))).toEqual([])
    await fixture.driver.delete(sandbox.id)
    await fixture.driver.forgetExit(sandbox.id)
    expect(readdirSync(join(fixture.runDirectory, "exits"))).toEqual([])
  })

  test("a second start, and a second create, are conflicts", async () => {
    const sandbox = await fixture.start({ arguments: ["/bin/sleep", "1000"] })
    await expect(fixture.driver.start(sandbox.id)).rejects.toMatchObject({ code: "conflict" })
    await expect(fixture.driver.create(fixture.spec({ id: sandbox.id }))).rejects.toMatchObject({ code: "conflict" })
    expect(readProcessStat(sandbox.pid)).toBeDefined()
    await fixture.remove(sandbox.id)
  })

  test("kill -9 of its conmon: the container is deleted all the same", async () => {
    const sandbox = await fixture.start({ arguments: ["/bin/sleep", "1000"] })
    process.kill(sandbox.conmonPid, "SIGKILL")
    await untilGone(sandbox.conmonPid)
    await fixture.remove(sandbox.id)
    await untilGone(sandbox.pid)
    expect(await fixture.driver.list()).toEqual([])
  })
})

test.each([1, 3, 6, 10, 20])(
  "a create that exceeds its deadline of %i ms is undone wholly, however far it had come, also when its conmon was just forking",
  async (createDeadlineMs) => {
    const hasty = createSandboxDriver({ runDirectory: fixture.runDirectory, createDeadlineMs })
    for (let time = 0; time < 8; time++) {
      const spec = fixture.spec({ arguments: ["/bin/sleep", "98765"] })
      const outcome = await hasty.create(spec).then(
        () => "created",
        (error: unknown) => (isEngineError(error) ? error.code : error),
      )
      expect(["created", "deadline_exceeded"]).toContain(outcome)
      if (outcome === "created") await fixture.remove(spec.id)
      expect(await hasty.list()).toEqual([])
      await until(() =>
        readdirSync("/proc").some((pid) => readProcessArguments(Number(pid))?.includes(spec.id) === true) ? undefined : true,
      )
      for (const hierarchy of cgroupHierarchies()) {
        const group = join(hierarchy, spec.cgroupPath)
        await until(() => (existsSync(group) && readFileSync(join(group, "cgroup.procs"), "utf8") !== "" ? undefined : true))
      }
    }
  },
)

describe.each([
  ["crun", true],
  ["crun", false],
  ["runc", true],
  ["runc", false],
])("a start that cannot be, with %s and init %s", (ociRuntime, init) => {
  test.each([
    ["a program that is not there", ["/bin/absent"], 127],
    ["a name that PATH does not have", ["absent"], 127],
    ["a file that is not executable", ["/srv/not-executable"], 126],
    ["a directory", ["/srv"], 126],
  ])("%s is command_not_found, and nothing is left", async (_, argumentArray, exitCode) => {
    const spec = fixture.spec({ arguments: argumentArray, ociRuntime, init })
    const attempt = fixture.driver.create(spec).then(() => fixture.driver.start(spec.id))
    await expect(attempt).rejects.toMatchObject({ code: "command_not_found", facts: { exitCode } })
    expect(await fixture.driver.list()).toEqual([])
    expect(existsSync(join(fixture.runDirectory, "bundles", spec.id))).toBe(false)
  })

  test("a root file system that is not there is runtime_failed with the runtime's words", async () => {
    const spec = fixture.spec({ rootfs: "/var/tmp/plimsoll-test-absent", ociRuntime, init })
    await expect(fixture.driver.create(spec)).rejects.toMatchObject({ code: "runtime_failed" })
    expect(await fixture.driver.list()).toEqual([])
  })

  test("runs and ends", async () => {
    expect(await fixture.sh("echo out; echo err >&2; exit 3", { ociRuntime, init })).toEqual({
      exitCode: 3,
      stdout: "out\n",
      stderr: "err\n",
    })
  })
})

function readFileIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : ""
}
