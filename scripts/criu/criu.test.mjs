import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { repository } from "../lib/repository.mjs"
import { refuseForeign } from "./install-criu.mjs"
import { candidateVersion, workingCriu } from "./provide-criu.mjs"
import { handOutTestCriu } from "./test-criu.mjs"
import { fitsKernel, tryCriu } from "./try-criu.mjs"

let directory
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "try-criu-"))
})
afterEach(() => rmSync(directory, { recursive: true }))

it("judges a version as the engine does", () => {
  const source = readFileSync(join(repository, "packages/runtime/src/embedded/probe-hibernation.ts"), "utf8")
  const [, kernel, criu] = /const strict = \{ kernel: "([\d.]+)", criu: "([\d.]+)" \}/.exec(source)
  expect([kernel, criu]).toEqual(["6.16", "4.2"])
  for (const strict of [kernel, `${kernel}.0-rc1`, "6.18.44", "6.100", "7.0.1"]) {
    expect([criu, `${criu}.1`, "4.10", "5.0"].map((version) => fitsKernel(version, strict))).toEqual([true, true, true, true])
    expect(["3.17.1", "4.1", "4.1.1"].map((version) => fitsKernel(version, strict))).toEqual([false, false, false])
  }
  const [, least] = /const least = "([\d.]+)"/.exec(source)
  for (const older of ["5.15.0-1-amd64", "6.1.0", "6.12.48+deb13-amd64", "6.15.11"])
    expect(["3.17.1", least, "4.1.1"].map((version) => fitsKernel(version, older))).toEqual([false, true, true])
})

describe("trying a CRIU", () => {
  const fake = (check, version = "99.1") => {
    const path = join(directory, "criu")
    writeFileSync(path, `#!/bin/sh\n[ "$1" = check ] || { echo "Version: ${version}"; exit 0; }\n${check}\n`)
    chmodSync(path, 0o755)
    return path
  }

  it("one whose own check is content works", async () => {
    expect(await tryCriu(fake("echo Looks good."))).toEqual({ version: "99.1" })
  })

  it("what does not work has its reason", async () => {
    expect((await tryCriu(fake("echo 'Error (criu/vdso.c:1): no' >&2; exit 1"))).problem).toContain("Error (criu/vdso.c:1): no")
    expect((await tryCriu(fake("exit 0", "nonsense"))).version).toBe("nonsense")
    expect((await tryCriu(join(directory, "none"))).problem).toBe("it is not there")
    expect((await tryCriu("/etc/passwd")).problem).toContain("does not run")
    expect((await tryCriu(undefined)).problem).toBeTruthy()
  })

  it("the one in a prefix is found where the host's is none", async () => {
    const path = join(directory, "usr/sbin/criu")
    mkdirSync(join(directory, "usr/sbin"), { recursive: true })
    writeFileSync(path, "#!/bin/sh\necho Version: 99.1\n", { mode: 0o755 })
    const found = await workingCriu(directory)
    expect(found).toSatisfy((one) => one.path === path || !one.path.startsWith(directory))
  })
})

it.each([
  ["criu:\n  Installed: (none)\n  Candidate: 3.17.1-2+deb12u2\n", "3.17.1"],
  ["criu:\n  Installed: (none)\n  Candidate: 1:4.2.1-1\n", "4.2.1"],
  ["criu:\n  Installed: (none)\n  Candidate: (none)\n", undefined],
  ["", undefined],
])("the distribution's version is read (%j)", (policy, version) => {
  expect(candidateVersion(policy)).toBe(version)
})

it("what somebody else has put into a directory is not replaced", () => {
  expect(() => refuseForeign(directory)).not.toThrow()
  expect(() => refuseForeign(join(directory, "none"))).not.toThrow()
  writeFileSync(join(directory, "precious"), "")
  expect(() => refuseForeign(directory)).toThrow(/something else/)
  writeFileSync(join(directory, "plimsoll-criu.json"), "{}")
  expect(() => refuseForeign(directory)).not.toThrow()
})

it("tests get the one that is named already, untried", async () => {
  const environment = { PLIMSOLL_CRIU: "/opt/criu" }
  expect(await handOutTestCriu({ change: false, environment })).toBeUndefined()
  expect(environment).toEqual({ PLIMSOLL_CRIU: "/opt/criu" })
})
