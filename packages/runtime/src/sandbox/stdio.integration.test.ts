import { createHash, randomBytes } from "node:crypto"
import { existsSync, readFileSync, renameSync, statSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { StdioSession } from "../engine.js"
import { collect, SandboxFixture, until, untilGone } from "./testing/sandbox-fixture.js"

let fixture: SandboxFixture
beforeAll(() => {
  fixture = new SandboxFixture()
})
afterAll(() => fixture.dispose())

describe("attach", () => {
  test("every byte of a 20 MB burst on both streams arrives, in order", async () => {
    const script =
      "dd if=/dev/zero bs=65536 count=160 2>/dev/null | tr '\\0' 'o'; dd if=/dev/zero bs=65536 count=160 2>/dev/null | tr '\\0' 'e' >&2"
    const { exitCode, stdout, stderr } = await fixture.sh(script)
    expect(exitCode).toBe(0)
    expect(stdout.length).toBe(160 * 65536)
    expect(/^o+$/.test(stdout)).toBe(true)
    expect(stderr.length).toBe(160 * 65536)
    expect(/^e+$/.test(stderr)).toBe(true)
  })

  test("what is written arrives unchanged, and ending it ends the process's input", async () => {
    const sent = randomBytes(3_000_000)
    const spec = fixture.spec({ arguments: ["/bin/sha256sum"], openStdin: true })
    await fixture.driver.create(spec)
    const session = await fixture.driver.attach(spec.id, { stdin: true })
    const output = collect(session.stdout)
    await fixture.driver.start(spec.id)
    session.stdin?.end(sent)
    expect(await output).toContain(createHash("sha256").update(sent).digest("hex"))
    expect(await fixture.exitCode(spec.id)).toBe(0)
    await fixture.remove(spec.id)
  })

  test("detach leaves: the process goes on and its input stays open for the next one", async () => {
    const sandbox = await fixture.start({ arguments: ["/bin/cat"], openStdin: true })
    const onlooker = await fixture.driver.attach(sandbox.id, { stdin: false })
    expect(onlooker.stdin).toBeUndefined()
    const first = await fixture.driver.attach(sandbox.id, { stdin: true })
    first.stdin?.write("one\n")
    await untilRead(first, "one\n")
    first.detach()
    onlooker.detach()
    const second = await fixture.driver.attach(sandbox.id, { stdin: true })
    second.stdin?.write("two\n")
    await untilRead(second, "two\n")
    second.stdin?.end()
    expect(await fixture.exitCode(sandbox.id)).toBe(0)
    await fixture.remove(sandbox.id)
  })

  test("a reader that stops holds the writer back instead of filling memory, and loses nothing", async () => {
    const spec = fixture.spec({ arguments: ["/bin/seq", "1", "400000"] })
    await fixture.driver.create(spec)
    const session = await fixture.driver.attach(spec.id, { stdin: false })
    session.stderr?.resume()
    await fixture.driver.start(spec.id)
    await until(() => (session.stdout.readableLength >= 262_144 ? true : undefined))
    const { readableLength } = session.stdout
    expect(readableLength).toBeLessThan(600_000)
    expect(await fixture.driver.exitOf(spec.id)).toBeUndefined()
    const lines = (await collect(session.stdout)).trimEnd().split("\n")
    expect(lines.length).toBe(400_000)
    expect(lines.at(-1)).toBe("400000")
    await fixture.remove(spec.id)
  })

  test("a reader that never reads does not keep the exit from being recorded", async () => {
    const spec = fixture.spec({ arguments: ["/bin/yes"], init: false })
    const { pid } = await fixture.driver.create(spec)
    const session = await fixture.driver.attach(spec.id, { stdin: false })
    await fixture.driver.start(spec.id)
    await until(() => (session.stdout.readableLength >= 262_144 ? true : undefined))
    // conmon logs before it hands on: it is stuck when the log stops growing.
    let [size, still] = [0, 0]
    await until(() => {
      const now = statSync(spec.logPath).size
      still = now === size ? still + 1 : 0
      size = now
      return still === 40 ? true : undefined
    })
    process.kill(pid, "SIGKILL")
    expect(await fixture.exitCode(spec.id)).toBe(137)
    expect(await collect(session.stdout)).toMatch(/^(y\n)+y?$/)
    await fixture.remove(spec.id)
  })

  test("the process is gone: conflict", async () => {
    const sandbox = await fixture.start()
    await fixture.exitCode(sandbox.id)
    await untilGone(sandbox.conmonPid)
    await expect(fixture.driver.attach(sandbox.id, { stdin: false })).rejects.toMatchObject({ code: "conflict" })
    await fixture.remove(sandbox.id)
    await expect(fixture.driver.attach(sandbox.id, { stdin: false })).rejects.toMatchObject({ code: "conflict" })
  })
})

describe("a terminal", () => {
  test("echoes, has one output, takes its size, and survives a detach", async () => {
    const sandbox = await fixture.start({ arguments: ["/bin/sh"], terminal: true })
    const session = await fixture.driver.attach(sandbox.id, { stdin: true })
    expect(session.stderr).toBeUndefined()
    await session.resize({ columns: 123, rows: 45 })
    await asked(session, "stty size; tty", /45 123\s+\/dev\/pts\/0/)
    session.detach()
    const again = await fixture.driver.attach(sandbox.id, { stdin: true })
    await asked(again, "echo $((20 + 22))", /42/)
    again.stdin?.write("exit 5\n")
    expect(await fixture.exitCode(sandbox.id)).toBe(5)
    await fixture.remove(sandbox.id)
  })

  test("of an impossible size, or where there is none, is refused", async () => {
    const sandbox = await fixture.start({ arguments: ["/bin/sleep", "1000"], terminal: true })
    const session = await fixture.driver.attach(sandbox.id, { stdin: false })
    await expect(session.resize({ columns: 0, rows: 24 })).rejects.toMatchObject({ code: "invalid_argument" })
    await expect(session.resize({ columns: 80, rows: 1001 })).rejects.toMatchObject({ code: "invalid_argument" })
    session.detach()
    await fixture.remove(sandbox.id)
    const plain = await fixture.start({ arguments: ["/bin/sleep", "1000"] })
    const { resize } = await fixture.driver.attach(plain.id, { stdin: false })
    await expect(resize({ columns: 80, rows: 24 })).rejects.toMatchObject({ code: "conflict" })
    await fixture.remove(plain.id)
  })
})

test("reopenLog: conmon goes on in a fresh file, with no line lost or doubled", async () => {
  const sandbox = await fixture.start({
    arguments: ["/bin/sh", "-c", "i=0; while [ $i -lt 300 ]; do i=$((i + 1)); echo $i; sleep 0.001; done"],
  })
  const path = fixture.logPath(sandbox.id)
  const olds: string[] = []
  for (let index = 0; index < 3; index++) {
    await until(() => (existsSync(path) && readFileSync(path).length > 500 ? true : undefined))
    renameSync(path, `${path}.${index}`)
    olds.push(`${path}.${index}`)
    await fixture.driver.reopenLog(sandbox.id)
    await until(() => (existsSync(path) ? true : undefined))
  }
  await fixture.exitCode(sandbox.id)
  const lines = [...olds, path].flatMap((file) => readFileSync(file, "utf8").trimEnd().split("\n"))
  expect(lines.map((line) => line.split(" ").at(-1))).toEqual(Array.from({ length: 300 }, (_, index) => String(index + 1)))
  await fixture.remove(sandbox.id)
  await expect(fixture.driver.reopenLog(sandbox.id)).rejects.toMatchObject({ code: "conflict" })
})

async function untilRead(session: StdioSession, wanted: string | RegExp): Promise<void> {
  let seen = ""
  const take = (chunk: Buffer): void => {
    seen += chunk.toString()
  }
  session.stdout.on("data", take)
  await until(() => ((typeof wanted === "string" ? seen.includes(wanted) : wanted.test(seen)) ? true : undefined))
  session.stdout.off("data", take)
}

async function asked(session: StdioSession, command: string, answer: RegExp): Promise<void> {
  const answered = untilRead(session, answer)
  session.stdin?.write(`${command}\n`)
  await answered
}
