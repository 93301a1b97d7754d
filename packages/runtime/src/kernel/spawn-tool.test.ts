import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable } from "node:stream"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { readProcessStat } from "./process-stat.js"
import { spawnTool } from "./spawn-tool.js"

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "plimsoll-test-"))
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

describe("spawnTool", () => {
  it("passes arguments as they are, never through a shell", async () => {
    const { stdout } = await spawnTool("printf", ["%s|", "$(id)", "; true", "a b", "--x"])
    expect(stdout).toBe("$(id)|; true|a b|--x|")
  })

  it("gives input as text or stream, and hides the daemon's environment", async () => {
    process.env.PLIMSOLL_TEST_SECRET = "secret"
    expect((await spawnTool("cat", [], { input: "text" })).stdout).toBe("text")
    expect((await spawnTool("cat", [], { input: Readable.from([Buffer.from("a"), Buffer.from("b")]) })).stdout).toBe("ab")
    expect((await spawnTool("env", [], { environment: { A: "1" } })).stdout).not.toContain("SECRET")
  })

  it("a missing tool says how to install it", async () => {
    await expect(spawnTool("plimsoll-no-such-tool", [])).rejects.toMatchObject({
      code: "tool_missing",
      publicMessage: expect.stringContaining("apt-get install") as string,
    })
    await expect(spawnTool("true", [], { workingDirectory: "/no/such/directory" })).rejects.toMatchObject({ code: "internal" })
  })

  it("a failing exit carries code and stderr, unless it is accepted", async () => {
    const failing = ["-c", "echo why >&2; exit 3"]
    await expect(spawnTool("sh", failing, { errorCode: "network_failed" })).rejects.toMatchObject({
      code: "network_failed",
      facts: { exitCode: 3, stderr: "why" },
    })
    expect(await spawnTool("sh", failing, { acceptExitCodes: "any" })).toMatchObject({ exitCode: 3, stderr: "why\n" })
    expect(await spawnTool("sh", ["-c", "kill -9 $$"], { acceptExitCodes: [137] })).toMatchObject({ exitCode: 137 })
  })

  it("output beyond the bound is dropped and the tool still ends", async () => {
    const result = await spawnTool("head", ["-c", "3000000", "/dev/zero"], { maximumOutputBytes: 1000 })
    expect(result).toMatchObject({ exitCode: 0, truncated: true })
    expect(result.stdoutBytes).toHaveLength(1000)
  })

  it("a tool that ends without reading its input is no error", async () => {
    expect(await spawnTool("true", [], { input: "x".repeat(1 << 20) })).toMatchObject({ exitCode: 0 })
  })

  it("an abort kills the tool and all that it started", async () => {
    const controller = new AbortController()
    const pidFile = join(directory, "pid")
    const running = spawnTool("sh", ["-c", `sleep 1000 & echo $! > ${pidFile}.new; mv ${pidFile}.new ${pidFile}; wait`], {
      signal: controller.signal,
    })
    const rejected = expect(running).rejects.toMatchObject({ code: "aborted" })
    await vi.waitUntil(() => existsSync(pidFile), { timeout: 10_000, interval: 5 })
    controller.abort()
    await rejected
    // Killed and perhaps not yet reaped by init, but not running.
    expect([undefined, "Z", "X"]).toContain(readProcessStat(Number(readFileSync(pidFile, "utf8")))?.state)
    await expect(spawnTool("true", [], { signal: controller.signal })).rejects.toMatchObject({ code: "aborted" })
  })

  it("after a timeout even a tool that ignores TERM is gone", async () => {
    const pidFile = join(directory, "pid")
    const stubborn = spawnTool("sh", ["-c", `trap '' TERM; echo $$ > ${pidFile}; while :; do sleep 0.05; done`], { timeoutMs: 300 })
    await expect(stubborn).rejects.toMatchObject({ code: "deadline_exceeded" })
    expect(readProcessStat(Number(readFileSync(pidFile, "utf8")))).toBeUndefined()
  })
})
