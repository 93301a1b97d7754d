import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { installPackages } from "./install-packages.mjs"

describe("installing packages", () => {
  let directory
  let policyPath
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "plimsoll-install-"))
    policyPath = join(directory, "policy-rc.d")
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  /** An apt-get that knows only these packages; `seen` is what it was asked for, with the policy of that moment. */
  function aptGet(known) {
    const seen = []
    const run = async (_command, args) => {
      const words = args.slice(2)
      seen.push({ words, policy: existsSync(policyPath) && readFileSync(policyPath, "utf8") })
      const wanted = words[0] === "update" ? [] : words.slice(words.indexOf("--") + 1)
      const unknown = wanted.find((name) => !known.includes(name))
      return unknown ? { code: 100, output: `E: Unable to locate package ${unknown}\n` } : { code: 0, output: "" }
    }
    return { run, seen }
  }

  it("one package that is not to be had does not keep the others out, and is named with apt's reason", async () => {
    const { run, seen } = aptGet(["crun", "skopeo"])
    const failed = await installPackages(["crun", "docker-cli", "skopeo"], { run, policyPath })
    expect(failed).toEqual([{ package: "docker-cli", reason: "E: Unable to locate package docker-cli" }])
    expect(seen.at(-1).words.at(-1)).toBe("skopeo")
  })

  it("a machine whose lists are old gets new ones and is asked again", async () => {
    const known = []
    const { run, seen } = aptGet(known)
    const updating = async (command, args, options) => {
      if (args.includes("update")) known.push("crun")
      return run(command, args, options)
    }
    expect(await installPackages(["crun"], { run: updating, policyPath })).toEqual([])
    expect(seen.map(({ words }) => words[0])).toEqual(["install", "update", "install"])
  })

  it("no daemon that a package brings is started: tests start their own", async () => {
    const { run, seen } = aptGet(["docker.io"])
    await installPackages(["docker.io"], { run, policyPath })
    expect(seen[0].policy).toContain("exit 101")
    expect(existsSync(policyPath)).toBe(false)
  })

  it("a policy of the host's own is left as it is; one that a killed run left behind is taken away", async () => {
    const { run, seen } = aptGet(["docker.io"])
    writeFileSync(policyPath, "#!/bin/sh\nexit 0\n")
    await installPackages(["docker.io"], { run, policyPath })
    expect(readFileSync(policyPath, "utf8")).toBe("#!/bin/sh\nexit 0\n")
    rmSync(policyPath)
    await installPackages(["docker.io"], { run, policyPath })
    writeFileSync(policyPath, seen.at(-1).policy)
    await installPackages(["docker.io"], { run, policyPath })
    expect(existsSync(policyPath)).toBe(false)
  })
})
