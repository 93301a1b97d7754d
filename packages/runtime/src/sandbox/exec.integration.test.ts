import { type ChildProcess, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { ExecSpec } from "../engine.js"
import { isSameProcessAlive, readProcessStat } from "../kernel/process-stat.js"
import { defaultCapabilities } from "../spec/capabilities.js"
import { createSandboxDriver } from "./create-sandbox-driver.js"
import type { CreatedSandbox, SandboxSpec } from "./sandbox.js"
import { collect, SandboxFixture, until, untilGone } from "./testing/sandbox-fixture.js"

let fixture: SandboxFixture
let sandbox: SandboxSpec & CreatedSandbox
beforeAll(async () => {
  fixture = new SandboxFixture()
  sandbox = await fixture.start({ arguments: ["/bin/sleep", "100000"] })
})
afterAll(() => fixture.dispose())

type Change = Partial<Parameters<SandboxFixture["driver"]["exec"]>[0]>

const execOptions = {
  uid: 0,
  gid: 0,
  additionalGids: [],
  environment: ["PATH=/bin"],
  workingDirectory: "/",
  capabilities: [...defaultCapabilities],
}

function exec(spec: ExecSpec, change: Change = {}) {
  return fixture.driver.exec({ ...execOptions, id: sandbox.id, execId: randomBytes(16).toString("hex"), spec, ...change })
}

async function output(spec: ExecSpec, change: Change = {}) {
  const session = await exec(spec, change)
  const [stdout, stderr, { exitCode }] = await Promise.all([
    collect(session.stdout),
    session.stderr === undefined ? "" : collect(session.stderr),
    session.exited,
  ])
  return { stdout, stderr, exitCode }
}

const sh = (script: string, spec: Partial<ExecSpec> = {}): ExecSpec => ({ command: ["/bin/sh", "-c", script], ...spec })

describe("exec", () => {
  test("has its own output, exit code, user, directory and environment", async () => {
    const script = "id -u; id -g; id -G; pwd; echo $FRUIT; echo oops >&2; exit 42"
    const change = { uid: 1000, gid: 1001, additionalGids: [5, 6], workingDirectory: "/tmp", environment: ["PATH=/bin", "FRUIT=pear"] }
    expect(await output(sh(script), change)).toEqual({ stdout: "1000\n1001\n1001 5 6\n/tmp\npear\n", stderr: "oops\n", exitCode: 42 })
  })

  test("a command that ends at once loses no output", async () => {
    for (let index = 0; index < 20; index++) expect((await output({ command: ["/bin/echo", String(index)] })).stdout).toBe(`${index}\n`)
  })

  test("a command that ends before its terminal got its size is told all the same", async () => {
    const sized = { terminal: true, terminalSize: { columns: 100, rows: 30 } }
    for (let index = 0; index < 20; index++)
      expect(await output(sh(`echo ${index}; exit 7`, sized))).toMatchObject({ stdout: `${index}\r\n`, exitCode: 7 })
  })

  test("takes input until it is ended", async () => {
    const session = await exec({ command: ["/bin/wc", "-c"], stdin: true })
    session.stderr?.resume()
    const counted = collect(session.stdout)
    session.stdin?.end(Buffer.alloc(1_000_000))
    expect((await counted).trim()).toBe("1000000")
    expect(await session.exited).toEqual({ exitCode: 0 })
  })

  test("with a terminal of the asked size, and another one later", async () => {
    const session = await exec(
      sh('until stty size | grep -x "30 100"; do sleep 0.01; done; until stty size | grep -x "22 77"; do sleep 0.01; done; exit 3', {
        terminal: true,
        terminalSize: { columns: 100, rows: 30 },
      }),
    )
    let seen = ""
    session.stdout.on("data", (chunk: Buffer) => {
      seen += chunk.toString()
    })
    await until(() => (seen.includes("30 100") ? true : undefined))
    await session.resize({ columns: 77, rows: 22 })
    expect(await session.exited).toEqual({ exitCode: 3 })
    await until(() => (seen.includes("22 77") ? true : undefined))
  })

  test.each([
    ["that is not there", ["/bin/absent"], 127],
    ["that PATH does not have", ["absent"], 127],
    ["that is not executable", ["/srv/not-executable"], 126],
    ["that is a directory", ["/srv"], 126],
  ])("of a program %s is command_not_found, and nothing is left", async (_, command, exitCode) => {
    const execId = randomBytes(16).toString("hex")
    await expect(exec({ command }, { execId })).rejects.toMatchObject({ code: "command_not_found", facts: { exitCode } })
    expect(existsSync(join(fixture.runDirectory, "bundles", sandbox.id, "execs", execId))).toBe(false)
  })

  test("in a container that is not there is not_found", async () => {
    await expect(exec(sh("true"), { id: "f".repeat(64) })).rejects.toMatchObject({ code: "not_found" })
  })

  test("into a frozen container is a conflict that says so", async () => {
    fixture.freeze(sandbox.id, true)
    try {
      await expect(exec(sh("true"))).rejects.toMatchObject({ code: "conflict", publicMessage: expect.stringContaining("frozen") })
    } finally {
      fixture.freeze(sandbox.id, false)
    }
    expect(await output(sh("echo on"))).toMatchObject({ stdout: "on\n", exitCode: 0 })
  })

  test("killed by a signal: 128 + its number", async () => {
    const session = await exec({ command: ["/bin/sleep", "1000"] })
    process.kill(session.pid, "SIGKILL")
    expect(await session.exited).toEqual({ exitCode: 137 })
  })

  test("its exit is told to listeners, and kept until it is forgotten", async () => {
    const told: [string, number][] = []
    const stop = fixture.driver.onExit((id, exit) => told.push([id, exit.exitCode]))
    const execId = randomBytes(16).toString("hex")
    const session = await exec(sh("exit 11"), { execId })
    expect(await session.exited).toEqual({ exitCode: 11 })
    stop()
    expect(told).toEqual([[execId, 11]])
    expect((await fixture.driver.exitOf(execId))?.exitCode).toBe(11)
    expect(await fixture.driver.execAlive(sandbox.id, execId)).toBe(false)
    await fixture.driver.forgetExit(execId)
    expect(await fixture.driver.exitOf(execId)).toBeUndefined()
  })

  test("has the container's ulimits, unlimited ones too", async () => {
    const other = await fixture.start({
      arguments: ["/bin/sleep", "1000"],
      ulimits: [
        { name: "cpu", soft: -1, hard: -1 },
        { name: "nofile", soft: 64, hard: 65 },
      ],
    })
    expect((await output(sh("ulimit -t; ulimit -n; ulimit -Hn"), { id: other.id })).stdout).toBe("unlimited\n64\n65\n")
    await fixture.remove(other.id)
  })

  test("ends with the container, which leaves no conmon", async () => {
    const other = await fixture.start({ arguments: ["/bin/sleep", "1000"] })
    const session = await exec({ command: ["/bin/sleep", "1000"] }, { id: other.id })
    const conmon = readProcessStat(session.pid)?.parentPid ?? 0
    expect(readProcessStat(conmon)?.command).toBe("conmon")
    await fixture.remove(other.id)
    expect(await session.exited).toEqual({ exitCode: 137 })
    await untilGone(conmon)
  })
})

describe("run", () => {
  const run = (command: string[], change: { timeoutMs?: number; maximumOutputBytes?: number } = {}) =>
    fixture.driver.run({
      id: sandbox.id,
      command,
      uid: 0,
      gid: 0,
      environment: ["PATH=/bin"],
      workingDirectory: "/",
      timeoutMs: 30_000,
      maximumOutputBytes: 4096,
      ...change,
    })

  test("gives output of both streams and the exit code", async () => {
    const result = await run(["/bin/sh", "-c", "echo one; sleep 0.1; echo two >&2; exit 4"])
    expect(result).toEqual({ exitCode: 4, output: "one\ntwo\n", timedOut: false })
  })

  test("keeps no more output than it was told, and the command never blocks on the rest", async () => {
    const { exitCode, output } = await run(["/bin/seq", "1", "100000"], { maximumOutputBytes: 10 })
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: "1\n2\n3\n4\n5\n" })
  })

  test("kills what does not end in its time", async () => {
    const result = await run(["/bin/sh", "-c", "echo begun; exec sleep 1000"], { timeoutMs: 300 })
    expect(result).toEqual({ exitCode: 137, output: "begun\n", timedOut: true })
  })

  test("kills what the command had started, too", async () => {
    const result = await run(["/bin/sh", "-c", "sleep 54321 & wait"], { timeoutMs: 300 })
    expect(result.timedOut).toBe(true)
    expect((await run(["/bin/ps"])).output).not.toContain("54321")
  })

  test("leaves nothing behind", async () => {
    await run(["/bin/true"])
    expect(existsSync(join(fixture.runDirectory, "bundles", sandbox.id, "execs"))).toBe(true)
    expect((await fixture.driver.list()).filter((id) => id.startsWith("run-"))).toEqual([])
  })
})

describe("kill -9 of the daemon's whole process group", () => {
  async function abandon(change: Partial<SandboxSpec>, execId: string) {
    const spec = fixture.spec(change)
    const script = fileURLToPath(new URL("./testing/abandoned-daemon.ts", import.meta.url))
    const daemon: ChildProcess = spawn(process.execPath, ["--import", "tsx", script, fixture.runDirectory, JSON.stringify(spec), execId], {
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    })
    let said = ""
    daemon.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString()
    })
    const line = await until(() => (said.includes("\n") ? said : undefined))
    const created = JSON.parse(line) as CreatedSandbox & { execPid: number }
    process.kill(-(daemon.pid ?? 0), "SIGKILL")
    await until(() => (daemon.signalCode !== null ? true : undefined))
    return { id: spec.id, ...created }
  }

  test("the container and its exec session go on, are joined again, and their exits are known", async () => {
    const execId = randomBytes(16).toString("hex")
    const abandoned = await abandon({ arguments: ["/bin/sh", "-c", "trap 'exit 6' TERM; while :; do sleep 0.01; done"] }, execId)
    expect(isSameProcessAlive(abandoned.pid, abandoned.pidStartTicks)).toBe(true)
    const driver = createSandboxDriver({ runDirectory: fixture.runDirectory })
    const told: [string, number][] = []
    const stop = driver.onExit((id, exit) => told.push([id, exit.exitCode]))

    expect(await driver.execAlive(abandoned.id, execId)).toBe(true)
    const session = await driver.attachExec(abandoned.id, execId)
    let seen = ""
    session.stdout.on("data", (chunk: Buffer) => {
      seen += chunk.toString()
    })
    session.stdin?.write("echo $((20 + 22)); exit 8\n")
    await until(() => (seen.includes("42") ? true : undefined))
    expect(await session.exited).toEqual({ exitCode: 8 })
    await until(() => (told.some(([id]) => id === execId) ? true : undefined))
    expect(told).toEqual([[execId, 8]])
    await expect(driver.attachExec(abandoned.id, execId)).rejects.toMatchObject({ code: "conflict" })

    process.kill(abandoned.pid, "SIGTERM")
    await until(() => (told.some(([id]) => id === abandoned.id) ? true : undefined))
    stop()
    expect(told).toContainEqual([abandoned.id, 6])
    await fixture.remove(abandoned.id)
  })
})
