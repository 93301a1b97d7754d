import { describe, expect, it } from "vitest"
import { expectRefusal, type Harness } from "./harness.js"
import { collect } from "./stdio.js"

export function execConformance(harness: Harness): void {
  describe("exec", () => {
    it("runs a command beside the container's process: streams apart, exit code", async (context) => {
      harness.needs(context, "exec")
      const { id } = await harness.start()
      expect(await harness.exec(id, ["/bin/sh", "-c", "echo out; echo err >&2; exit 5"])).toEqual({
        exitCode: 5,
        stdout: "out\n",
        stderr: "err\n",
      })
    })

    it("finds programs by PATH, and has the container's environment, its own, user and directory", async (context) => {
      harness.needs(context, "exec")
      const { id } = await harness.start({ environment: ["OF_CONTAINER=1"] })
      const { stdout } = await harness.exec(id, ["sh", "-c", "echo $OF_CONTAINER $OF_EXEC $(id -u):$(id -g) $(pwd)"], {
        environment: ["OF_EXEC=2"],
        user: "app",
        workingDirectory: "/tmp",
      })
      expect(stdout).toBe("1 2 1000:1001 /tmp\n")
    })

    it("reports 127 for a command that is not there and 126 for one that is no program", async (context) => {
      harness.needs(context, "exec")
      const { id } = await harness.start()
      for (const [command, exitCode] of [
        ["no-such-command", 127],
        ["/no/such/command", 127],
        ["/not-executable", 126],
        ["/etc", 126],
      ] as const) {
        await expectRefusal(harness.exec(id, [command]), "command_not_found")
        await expect(harness.exec(id, [command]), command).rejects.toMatchObject({ facts: { exitCode } })
      }
      expect((await harness.engine.containers.inspect(id)).state.status).toBe("running")
    })

    it("carries input to its end", async (context) => {
      harness.needs(context, "exec")
      const { id } = await harness.start()
      const session = await harness.engine.containers.exec(id, { command: ["wc", "-c"], stdin: true })
      const seen = collect(session.stdout)
      session.stdin?.end(Buffer.alloc(300_000, "x"))
      expect(await session.exited).toEqual({ exitCode: 0 })
      await seen.ended
      expect(seen.text.trim()).toBe("300000")
    })

    it("gives 5 MB of output back byte for byte", async (context) => {
      harness.needs(context, "exec")
      const { id } = await harness.start()
      const { stdout, exitCode } = await harness.exec(id, ["sh", "-c", "yes 0123456789 | head -c 5000000"])
      expect(exitCode).toBe(0)
      expect(stdout.length).toBe(5_000_000)
      expect(stdout.startsWith("0123456789\n0123456789\n")).toBe(true)
    })

    it("with a terminal has its size, takes another, and turns Ctrl-C into a signal", async (context) => {
      harness.needs(context, "exec")
      const { id } = await harness.start()
      const session = await harness.engine.containers.exec(id, {
        command: ["/bin/sh"],
        terminal: true,
        stdin: true,
        terminalSize: { columns: 90, rows: 30 },
      })
      const seen = collect(session.stdout)
      session.stdin?.write("stty size\n")
      await expect.poll(() => seen.text).toContain("30 90")
      await session.resize({ columns: 111, rows: 44 })
      session.stdin?.write("stty size\n")
      await expect.poll(() => seen.text).toContain("44 111")
      session.stdin?.write("sleep 1000; echo code=$?\n")
      await expect.poll(() => seen.text).toContain("echo code")
      await new Promise((resolve) => setTimeout(resolve, 100))
      session.stdin?.write("\x03")
      session.stdin?.write("exit 4\n")
      expect(await session.exited).toEqual({ exitCode: 4 })
    })

    it("without a terminal cannot be resized", async (context) => {
      harness.needs(context, "exec")
      const { id } = await harness.start()
      const session = await harness.engine.containers.exec(id, { command: ["sleep", "1000"] })
      session.stdout.resume()
      await expectRefusal(session.resize({ columns: 80, rows: 24 }), "conflict")
      session.detach()
    })

    it("can be joined again while it runs, and is known after it ended", async (context) => {
      harness.needs(context, "exec")
      const { id } = await harness.start()
      const first = await harness.engine.containers.exec(id, { command: ["/bin/sh"], stdin: true, terminal: true })
      first.stdout.resume()
      expect(await harness.engine.containers.inspectExec(first.id)).toMatchObject({
        id: first.id,
        containerId: id,
        running: true,
        command: ["/bin/sh"],
      })
      first.detach()
      const second = await harness.engine.containers.attachExec(first.id)
      const seen = collect(second.stdout)
      second.stdin?.write("echo joined $((40+2))\n")
      await expect.poll(() => seen.text).toContain("joined 42")
      second.stdin?.write("exit 3\n")
      expect(await second.exited).toEqual({ exitCode: 3 })
      await expect.poll(() => harness.engine.containers.inspectExec(first.id)).toMatchObject({ running: false, exitCode: 3 })
    })

    it("ends with its container", async (context) => {
      harness.needs(context, "exec")
      const { id } = await harness.start()
      const session = await harness.engine.containers.exec(id, { command: ["sleep", "1000"] })
      session.stdout.resume()
      await harness.engine.containers.stop(id, { timeoutMs: 500 })
      expect((await session.exited).exitCode).toBe(137)
    })

    it("in one that does not run, or is paused, is a conflict", async (context) => {
      harness.needs(context, "exec", "pause")
      const { id } = await harness.create()
      await expectRefusal(harness.engine.containers.exec(id, { command: ["true"] }), "conflict")
      await harness.engine.containers.start(id)
      await harness.engine.containers.pause(id)
      await expectRefusal(harness.engine.containers.exec(id, { command: ["true"] }), "conflict")
    })

    it("of an unknown session is refused", async (context) => {
      harness.needs(context, "exec")
      await expectRefusal(harness.engine.containers.inspectExec("no-such-exec"), "not_found")
      await expectRefusal(harness.engine.containers.attachExec("no-such-exec"), "not_found")
    })

    it("has no more rights than the container, and its root", async (context) => {
      harness.needs(context, "exec")
      const { id } = await harness.start({ readOnlyRoot: true })
      expect((await harness.exec(id, ["touch", "/x"])).exitCode).not.toBe(0)
      expect(
        (
          await harness.exec(id, [
            "sh",
            "-c",
            "cat /proc/self/fd/../../etc/motd; grep CapEff /proc/self/status; grep NoNewPrivs /proc/self/status",
          ])
        ).stdout,
      ).not.toContain("ffffffff")
    })
  })

  describe("top", () => {
    it("tells of the container's processes with their pids inside", async (context) => {
      harness.needs(context, "top")
      const { id, state } = await harness.start({ user: "app" })
      const processes = await harness.engine.containers.top(id)
      expect(processes.length).toBeGreaterThanOrEqual(1)
      expect(processes.map((process) => process.containerPid)).toContain(1)
      expect(processes.map((process) => process.user)).toContain("app")
      expect(processes.map((process) => process.pid)).toContain(state.status === "running" ? state.pid : 0)
      // One that is just ending has no memory any more.
      expect(Math.max(...processes.map((process) => process.residentBytes))).toBeGreaterThan(0)
    })

    it("of one that does not run is a conflict", async (context) => {
      harness.needs(context, "top")
      await expectRefusal(harness.engine.containers.top((await harness.create()).id), "conflict")
    })
  })
}
