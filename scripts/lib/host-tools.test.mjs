import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { findProgram } from "./find-program.mjs"
import { hostTools, isStatic, missingTools, unavailableHere } from "./host-tools.mjs"
import { repository } from "./repository.mjs"

it("tells a program that runs alone from one that needs the host's libraries", () => {
  expect(isStatic(findProgram("sh"))).toBe(false)
  expect(isStatic("/etc/passwd")).toBe(false)
})

it.runIf(findProgram("busybox"))("takes the starter image's busybox for static", () => {
  expect(isStatic(findProgram("busybox"))).toBe(true)
})

describe("what is missing", () => {
  const tools = [
    { for: ["engine"], anyOf: ["no-such-runtime", "nor-this-one"], package: "runtime" },
    { for: ["engine"], anyOf: ["no-such-shell", "sh"], package: "shell" },
    { for: ["integration", "bench"], anyOf: ["no-such-peer"], package: "peer" },
    { for: ["e2e"], anyOf: ["sh"], find: () => undefined, package: "browser" },
  ]
  const packages = (purposes) => missingTools(purposes, tools).map((tool) => tool.package)

  it("is what the purpose needs: npm start installs nothing that only tests use", () => {
    expect(packages(["engine"])).toEqual(["runtime"])
    expect(packages(["engine", "lint", "unit"])).toEqual(["runtime"])
    expect(packages(["engine", "integration", "e2e"])).toEqual(["runtime", "peer", "browser"])
    expect(packages(["bench"])).toEqual(["peer"])
  })

  it("is said with the reason where the distribution's package is of no use", () => {
    const browser = hostTools.find((tool) => tool.package === "chromium")
    expect(unavailableHere(browser, 'NAME="Ubuntu"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n')).toContain("snap")
    expect(unavailableHere(browser, 'NAME="Debian GNU/Linux"\nID=debian\n')).toBeUndefined()
  })
})

// What a minimal Debian or Ubuntu has (packages that are essential or required) beside the Node that runs the tests.
const BASE = new Set(
  "busybox cat chmod chroot cmp cp dd diff find ln mkfifo mknod mkswap mount npm nsenter setpriv sh sleep swapoff swapon sync tar timeout true truncate umount unshare".split(
    " ",
  ),
)

it("every program that a test starts comes with the distribution's base or is installed by npm test", () => {
  const known = hostTools
    .filter((tool) => tool.for.some((purpose) => ["engine", "integration", "e2e"].includes(purpose)))
    .flatMap((tool) => tool.anyOf)
  const started = testSources().flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/\b(?:execFile|execFileSync|spawn|spawnSync|must)\(\s*"([^"]+)"/g)].map(([, name]) => ({
      name,
      path,
    })),
  )
  expect(started.length).toBeGreaterThan(30)
  expect(started.filter(({ name }) => !BASE.has(name) && !known.includes(name))).toEqual([])
})

function testSources() {
  return ["packages/runtime/src", "apps/server/src", "apps/web/src", "e2e", "prisma", "scripts"]
    .flatMap((room) => readdirSync(join(repository, room), { recursive: true }).map((name) => join(repository, room, name)))
    .filter(
      (path) =>
        !path.includes("node_modules") &&
        /(\.test\.(ts|mjs)|\.e2e\.ts|\/conformance[^/]*\.ts|\/(conformance|testing|harness)\/[^/]+\.ts)$/.test(path),
    )
}
