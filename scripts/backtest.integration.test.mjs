import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gunzipSync, gzipSync } from "node:zlib"
import { afterAll, beforeAll, expect, it } from "vitest"
import { repository } from "./lib/repository.mjs"
import { runCommand } from "./lib/run-command.mjs"

let directory
let path
const beside = () => join(directory, "made.u16.gz")
const backtest = (...options) => runCommand(process.execPath, [join(repository, "scripts/backtest.mjs"), ...options])

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "plimsoll-trace-"))
  path = join(directory, "made.json")
  expect((await backtest("--generate", path, "--machines", "10", "--days", "2")).code).toBe(0)
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

it("npm run backtest on a trace that is cut off ends with 1 and one line that names the file and what is wrong, and no figures", async () => {
  const whole = { header: readFileSync(path), matrices: readFileSync(beside()) }
  const judge = async () => {
    const { code, output } = await backtest(path, "--vms", "5", "--seeds", "1", "--policy", "fixed-2", "--json")
    return { code, said: output.split("\n").filter((line) => line.includes(path) || line.includes(beside()) || line.includes('"policy"')) }
  }
  expect(await judge()).toEqual({ code: 0, said: [expect.stringContaining('"policy":"fixed-2"')] })
  writeFileSync(beside(), whole.matrices.subarray(0, whole.matrices.length / 2))
  expect(await judge()).toEqual({
    code: 1,
    said: [expect.stringContaining(`${beside()}: The file is cut off: its compressed data ends too early.`)],
  })
  writeFileSync(beside(), whole.matrices)
  writeFileSync(path, whole.header.subarray(0, whole.header.length / 2))
  expect(await judge()).toEqual({ code: 1, said: [expect.stringContaining(`${path}: The header of the trace is not JSON`)] })
  writeFileSync(path, "")
  expect(await judge()).toEqual({ code: 1, said: [expect.stringContaining("It may be cut off.")] })
})

it("matrices that hold less than their header says are named with how much is missing", async () => {
  expect((await backtest("--generate", path, "--machines", "10", "--days", "2")).code).toBe(0)
  const matrices = gunzipSync(readFileSync(beside()))
  writeFileSync(beside(), gzipSync(matrices.subarray(0, matrices.length - 100)))
  const { code, output } = await backtest(path, "--vms", "5", "--seeds", "1")
  expect(code).toBe(1)
  expect(output).toContain(
    `The matrices have ${matrices.length - 100} bytes; 10 machines with 576 samples of two resources have ${matrices.length}.`,
  )
})
