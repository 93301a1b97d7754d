import { existsSync } from "node:fs"
import { describe, expect, it } from "vitest"
import type { LogLine } from "../engine.js"
import { expectRefusal, type Harness, script } from "./harness.js"

export function stdioConformance(harness: Harness): void {
  describe("logs", () => {
    it("keep standard output and error apart, with times that grow", async () => {
      const before = Date.now() - 1000
      const { id } = await harness.run(script("echo out; echo err >&2; echo out again"))
      const lines = await harness.logs(id)
      const texts = (stream: LogLine["stream"]): string[] =>
        lines.filter((line) => line.stream === stream).map((line) => line.data.toString())
      expect(texts("stdout")).toEqual(["out", "out again"])
      expect(texts("stderr")).toEqual(["err"])
      for (const line of lines) {
        expect(line.timestamp).toBeGreaterThan(before)
        expect(line.timestamp).toBeLessThanOrEqual(Date.now() + 1000)
      }
      expect(await harness.logs(id, { stdout: false, stderr: true })).toHaveLength(1)
    })

    it("give every byte back: NUL, invalid UTF-8, lines of a megabyte", async () => {
      const { id } = await harness.run(script("printf 'a\\000b\\377c\\n'; head -c 1048576 /dev/zero | tr '\\000' x; echo; echo end"))
      const output = Buffer.concat(
        (await harness.logs(id, { stdout: true, stderr: false })).flatMap((line) => [line.data, Buffer.from(line.partial ? "" : "\n")]),
      )
      expect(output.equals(Buffer.concat([Buffer.from("a\0b\xffc\n", "latin1"), Buffer.alloc(1 << 20, "x"), Buffer.from("\nend\n")]))).toBe(
        true,
      )
    })

    it("tail gives the last lines, and no more", async () => {
      const { id } = await harness.run(script("seq 1 1000"))
      const tail = async (count: number): Promise<string[]> => (await harness.logs(id, { tail: count })).map((line) => line.data.toString())
      expect(await tail(3)).toEqual(["998", "999", "1000"])
      expect(await tail(0)).toEqual([])
      expect(await tail(5000)).toHaveLength(1000)
    })

    it("since and until cut by time", async () => {
      // An engine whose lines have coarser times than milliseconds says so.
      const coarse = harness.info.abilities.some((ability) => ability.name === "log-times" && ability.status !== "available")
      const { id } = await harness.run(script(`for i in 1 2 3; do echo $i; sleep ${coarse ? 1.1 : 0.3}; done`))
      const all = await harness.logs(id)
      const second = all[1]?.timestamp ?? 0
      expect((await harness.logs(id, { since: second })).map((line) => line.data.toString())).toEqual(["2", "3"])
      expect((await harness.logs(id, { until: second })).map((line) => line.data.toString())).toEqual(["1", "2"])
    })

    it("follow gives what comes and ends with the container", async () => {
      const { id } = await harness.create(script("for i in 1 2 3; do echo $i; sleep 0.05; done; echo last"))
      await harness.engine.containers.start(id)
      expect((await harness.logs(id, { follow: true })).map((line) => line.data.toString())).toEqual(["1", "2", "3", "last"])
    })

    it("follow ends when its caller leaves; the container goes on", async () => {
      const { id } = await harness.start(script("echo one; sleep 1000"))
      const leave = new AbortController()
      for await (const line of harness.engine.containers.logs(id, { follow: true, signal: leave.signal })) {
        expect(line.data.toString()).toBe("one")
        leave.abort()
      }
      expect((await harness.engine.containers.inspect(id)).state.status).toBe("running")
    })

    it("outlast restarts", async () => {
      const { id } = await harness.run(script("seq 1 5000"))
      await harness.engine.containers.start(id)
      await harness.engine.containers.wait(id)
      const once = Array.from({ length: 5000 }, (_, index) => String(index + 1))
      expect((await harness.logs(id)).map((line) => line.data.toString())).toEqual([...once, ...once])
    })

    it("lose nothing when they are rotated, neither for who follows nor for who reads later", async () => {
      const total = 4000
      const text = `i=0; while [ $i -lt ${total} ]; do i=$((i+1)); echo "line $i of the log, some sixty bytes long with all of its text"; test $((i % 20)) = 0 && sleep 0.015; done`
      const { id, logPath } = await harness.create({ ...script(text), log: { maxBytes: 20_000, maxFiles: 100 } })
      await harness.engine.containers.start(id)
      const followed = (await harness.logs(id, { follow: true })).map((line) => line.data.toString())
      const expected = Array.from(
        { length: total },
        (_, index) => `line ${index + 1} of the log, some sixty bytes long with all of its text`,
      )
      expect(followed).toEqual(expected)
      expect((await harness.logs(id)).map((line) => line.data.toString())).toEqual(expected)
      expect((await harness.logs(id, { tail: 3000 })).map((line) => line.data.toString())).toEqual(expected.slice(-3000))
      if (harness.engine.kind === "embedded") expect(existsSync(`${logPath}.1`), "it was rotated").toBe(true)
    })

    it("of a container that is not there are refused", async () => {
      await expectRefusal(harness.logs("no-such-container"), "not_found")
    })
  })

  describe("attach", () => {
    it("carries input to the process and its output back", async (context) => {
      harness.needs(context, "attach")
      const { id } = await harness.start({ openStdin: true, ...script('while read line; do echo "got $line"; done; echo eof') })
      const session = await harness.engine.containers.attach(id, { stdin: true })
      const seen = collect(session.stdout)
      session.stdin?.write("hello\n")
      await expect.poll(() => seen.text).toContain("got hello")
      session.stdin?.end("bye\n")
      expect(await harness.engine.containers.wait(id)).toMatchObject({ exitCode: 0 })
      await seen.ended
      expect(seen.text).toBe("got hello\ngot bye\neof\n")
      expect(await harness.output(id)).toBe("got hello\ngot bye\neof\n")
    })

    it("keeps output and error apart", async (context) => {
      harness.needs(context, "attach")
      const { id } = await harness.start({ openStdin: true, ...script("read go; echo out; echo err >&2") })
      const session = await harness.engine.containers.attach(id, { stdin: true })
      const [out, err] = [collect(session.stdout), collect(session.stderr ?? session.stdout)]
      session.stdin?.end("go\n")
      await Promise.all([out.ended, err.ended])
      expect([out.text, err.text]).toEqual(["out\n", "err\n"])
    })

    it("with a terminal is one stream that can be resized", async (context) => {
      harness.needs(context, "attach")
      const { id } = await harness.start({ terminal: true, openStdin: true, ...script("read go; stty size; test -t 0 && echo terminal") })
      const session = await harness.engine.containers.attach(id, { stdin: true })
      const seen = collect(session.stdout)
      expect(session.stderr).toBeUndefined()
      await session.resize({ columns: 101, rows: 37 })
      session.stdin?.write("go\n")
      await expect.poll(() => seen.text).toContain("37 101")
      await expect.poll(() => seen.text).toContain("terminal")
    })

    it("left by one goes on for the process and for others", async (context) => {
      harness.needs(context, "attach")
      const { id } = await harness.start({ openStdin: true, ...script('while read line; do echo "got $line"; done') })
      const first = await harness.engine.containers.attach(id, { stdin: true })
      const second = await harness.engine.containers.attach(id, { stdin: true })
      const seen = collect(second.stdout)
      first.stdout.resume()
      first.detach()
      second.stdin?.write("still here\n")
      await expect.poll(() => seen.text).toContain("got still here")
      second.detach()
      expect((await harness.engine.containers.inspect(id)).state.status).toBe("running")
    })

    it("to one that does not run is a conflict", async (context) => {
      harness.needs(context, "attach")
      const { id } = await harness.create()
      await expectRefusal(harness.engine.containers.attach(id), "conflict")
    })
  })
}

/** Text of a stream as it comes. */
export function collect(stream: NodeJS.ReadableStream): { readonly text: string; ended: Promise<void> } {
  const seen = { text: "", ended: Promise.resolve() }
  stream.on("data", (chunk: Buffer) => {
    seen.text += chunk.toString()
  })
  seen.ended = new Promise((resolve) => {
    stream.once("end", () => resolve())
    stream.once("close", () => resolve())
  })
  return seen
}
