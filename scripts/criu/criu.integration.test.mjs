import { spawn } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, expect, it } from "vitest"
import { findProgram } from "../lib/find-program.mjs"
import { keyringIsThere } from "./private-apt.mjs"

const script = fileURLToPath(new URL("../criu.mjs", import.meta.url))
const possible = findProgram("apt-get") !== undefined && keyringIsThere()
let directory
let mirror

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "criu-command-"))
  const release = "Origin: Debian\nSuite: testing\nCodename: testing\nArchitectures: amd64 arm64\nComponents: main\n"
  mirror = createServer((request, response) => {
    if (request.url?.endsWith("/Release")) response.end(release)
    else response.writeHead(404).end()
  })
  await new Promise((resolve) => mirror.listen(0, "127.0.0.1", resolve))
})
afterEach(() => {
  mirror.close()
  rmSync(directory, { recursive: true })
})

function command(...args) {
  const env = { ...process.env, PLIMSOLL_DEBIAN_MIRROR: `http://127.0.0.1:${mirror.address().port}/debian` }
  const child = spawn(process.execPath, [script, ...args], { env })
  let said = ""
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk))
  return new Promise((resolve) => child.once("close", (status) => resolve({ status, said })))
}

it.skipIf(!possible)("what no key of Debian's has signed is not installed, and nothing is left of the attempt", async () => {
  const { status, said } = await command("--suite", "testing", "--prefix", join(directory, "criu"))
  expect(status, said).toBe(1)
  expect(said).toMatch(/not signed/)
  expect(readdirSync(directory)).toEqual([])
})

it("a suite that is none, and an option that there is not, are refused before anything is done", async () => {
  expect(await command("--suite", "sid main\ndeb http://evil", "--prefix", join(directory, "criu"))).toMatchObject({ status: 1 })
  expect(await command("--remove")).toMatchObject({ status: 2 })
  expect(readdirSync(directory)).toEqual([])
})
