import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { afterAll, expect, it, vi } from "vitest"
import { repository } from "./lib/repository.mjs"
import { unprivilegedCommand } from "./lib/web-account.mjs"

const runDirectory = mkdtempSync("/run/plimsoll-test-web-")
afterAll(() => rmSync(runDirectory, { recursive: true }))

it("a web process whose files its user cannot read is not started, as root least of all: what mends it is said instead", () => {
  vi.spyOn(console, "log").mockImplementation(() => undefined)
  chmodSync(runDirectory, 0o711)
  const file = join(runDirectory, "main.js")
  writeFileSync(file, "", { mode: 0o600 })
  const account = { name: "nobody", uid: 65534, gid: 65534 }
  const entry = relative(repository, file)
  expect(() => unprivilegedCommand({ account, entry, runDirectory })).toThrow(`chmod -R o+rX ${repository}`)
})
