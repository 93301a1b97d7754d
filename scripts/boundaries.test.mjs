import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { repository } from "./lib/repository.mjs"

// Each row plants one import that DESIGN forbids and names the rule that must speak.
const planted = [
  ["runtime-spec", "packages/runtime/src/spec/a.ts", "../kernel/mount.js", "packages/runtime/src/kernel/mount.ts"],
  ["runtime-errors", "packages/runtime/src/errors.ts", "./spec/limits.js", "packages/runtime/src/spec/limits.ts"],
  ["runtime-engine", "packages/runtime/src/engine.ts", "./kernel/mount.js", "packages/runtime/src/kernel/mount.ts"],
  ["runtime-kernel", "packages/runtime/src/kernel/a.ts", "../cgroups/b.js", "packages/runtime/src/cgroups/b.ts"],
  ["runtime-cgroups", "packages/runtime/src/cgroups/a.ts", "../sandbox/b.js", "packages/runtime/src/sandbox/b.ts"],
  ["runtime-content", "packages/runtime/src/content/a.ts", "../images/b.js", "packages/runtime/src/images/b.ts"],
  ["runtime-registry", "packages/runtime/src/registry/a.ts", "../content/b.js", "packages/runtime/src/content/b.ts"],
  ["runtime-snapshots", "packages/runtime/src/snapshots/a.ts", "../content/b.js", "packages/runtime/src/content/b.ts"],
  ["runtime-network", "packages/runtime/src/network/a.ts", "../sandbox/b.js", "packages/runtime/src/sandbox/b.ts"],
  ["runtime-sandbox", "packages/runtime/src/sandbox/a.ts", "../cgroups/b.js", "packages/runtime/src/cgroups/b.ts"],
  ["runtime-checkpoint", "packages/runtime/src/checkpoint/a.ts", "../network/b.js", "packages/runtime/src/network/b.ts"],
  ["runtime-images", "packages/runtime/src/images/a.ts", "../containers/b.js", "packages/runtime/src/containers/b.ts"],
  ["runtime-containers", "packages/runtime/src/containers/a.ts", "../embedded/b.js", "packages/runtime/src/embedded/b.ts"],
  ["runtime-embedded", "packages/runtime/src/embedded/a.ts", "../docker/b.js", "packages/runtime/src/docker/b.ts"],
  ["runtime-docker", "packages/runtime/src/docker/a.ts", "../kernel/b.js", "packages/runtime/src/kernel/b.ts"],
  ["runtime-docker-engine", "packages/runtime/src/docker-engine/a.ts", "../embedded/b.js", "packages/runtime/src/embedded/b.ts"],
  ["runtime-conformance", "packages/runtime/src/conformance/a.ts", "../embedded/b.js", "packages/runtime/src/embedded/b.ts"],
  ["runtime-index", "packages/runtime/src/index.ts", "./containers/b.js", "packages/runtime/src/containers/b.ts"],
  ["runtime-stands-alone", "packages/runtime/src/containers/a.ts", "../../../../apps/server/src/env.js", "apps/server/src/env.ts"],
  ["koffi-in-kernel-only", "packages/runtime/src/sandbox/a.ts", "koffi", "node_modules/koffi/index.js"],
  ["dockerode-in-docker-only", "packages/runtime/src/embedded/a.ts", "dockerode", "node_modules/dockerode/index.js"],
  ["ssh2-in-docker-only", "packages/runtime/src/embedded/a.ts", "ssh2", "node_modules/ssh2/lib/index.js"],
  ["server-contract", "apps/server/src/contract/a.ts", "../db/b.js", "apps/server/src/db/b.ts"],
  ["server-contract-takes-only-types", "apps/server/src/contract/a.ts", "@plimsoll/runtime", "packages/runtime/src/index.ts"],
  ["server-env", "apps/server/src/env.ts", "./db/b.js", "apps/server/src/db/b.ts"],
  ["server-db", "apps/server/src/db/a.ts", "../services/b.js", "apps/server/src/services/b.ts"],
  ["server-services", "apps/server/src/services/a.ts", "../trpc/b.js", "apps/server/src/trpc/b.ts"],
  ["server-load-line-is-pure", "apps/server/src/services/load-line/a.ts", "../../db/b.js", "apps/server/src/db/b.ts"],
  ["server-trpc", "apps/server/src/trpc/a.ts", "../routers/b.js", "apps/server/src/routers/b.ts"],
  ["server-routers", "apps/server/src/routers/a.ts", "../db/b.js", "apps/server/src/db/b.ts"],
  ["server-http", "apps/server/src/http/a.ts", "../db/b.js", "apps/server/src/db/b.ts"],
  ["server-docker-api", "apps/server/src/docker-api/a.ts", "../routers/b.js", "apps/server/src/routers/b.ts"],
  ["server-runtime-seen-by-few", "apps/server/src/routers/a.ts", "@plimsoll/runtime", "packages/runtime/src/index.ts"],
  ["server-prisma-seen-by-few", "apps/server/src/routers/a.ts", "@prisma/client", "node_modules/@prisma/client/index.js"],
  ["server-main-is-the-root", "apps/server/src/services/a.ts", "../main.js", "apps/server/src/main.ts"],
  ["web-lib", "apps/web/src/lib/a.ts", "../features/b.js", "apps/web/src/features/b.ts"],
  ["web-components", "apps/web/src/components/a.ts", "../features/b.js", "apps/web/src/features/b.ts"],
  ["web-features", "apps/web/src/features/a.ts", "../app/b.js", "apps/web/src/app/b.ts"],
  ["web-app", "apps/web/src/app/a.ts", "../../../server/src/trpc/b.js", "apps/server/src/trpc/b.ts"],
  ["web-takes-only-types-from-the-server", "apps/web/src/lib/a.ts", "@plimsoll/server", "apps/server/src/routers/app-router.ts"],
  ["web-never-sees-the-runtime", "apps/web/src/lib/a.ts", "@plimsoll/runtime", "packages/runtime/src/index.ts"],
  ["e2e-sees-the-outside", "e2e/a.ts", "../apps/web/src/lib/b.js", "apps/web/src/lib/b.ts"],
  ["scripts-use-public-doors", "scripts/a.mjs", "../packages/runtime/src/kernel/b.ts", "packages/runtime/src/kernel/b.ts"],
  ["no-circles", "packages/runtime/src/kernel/c.ts", "./d.js", "packages/runtime/src/kernel/d.ts", 'import "./c.js"\n'],
  ["no-undeclared-package", "packages/runtime/src/containers/c.ts", "left-pad", "node_modules/left-pad/index.js"],
  ["no-test-in-product", "packages/runtime/src/kernel/a.ts", "./b.test.js", "packages/runtime/src/kernel/b.test.ts"],
]

describe("boundaries", () => {
  const directory = mkdtempSync(join(tmpdir(), "plimsoll-boundaries-"))
  let violations = []

  beforeAll(() => {
    plantAll(directory)
    const cruise = spawnSync(process.execPath, [join(repository, "scripts/boundaries.mjs"), "--in", directory, "--output-type", "json"], {
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    })
    violations = JSON.parse(cruise.stdout).summary.violations.map((violation) => `${violation.rule.name}: ${violation.from}`)
  }, 60_000)
  afterAll(() => rmSync(directory, { recursive: true }))

  it.each(planted)("%s speaks when its arrow is broken", (rule, from) => {
    expect(violations).toContain(`${rule}: ${from}`)
  })

  it("every rule has a reason and a planted violation", () => {
    const { forbidden } = createRequire(import.meta.url)("../.dependency-cruiser.cjs")
    expect(forbidden.filter((rule) => !rule.comment)).toEqual([])
    expect(forbidden.map((rule) => rule.name).sort()).toEqual([...new Set(planted.map(([rule]) => rule))].sort())
  })
})

/** Writes a tree in which every row's file imports what it must not. */
function plantAll(directory) {
  const files = new Map()
  const add = (path, text) => files.set(path, (files.get(path) ?? "") + text)
  for (const [, from, specifier, target, back = ""] of planted) {
    add(from, `import "${specifier}"\n`)
    add(target, back)
  }
  add("package.json", JSON.stringify({ name: "planted", dependencies: { koffi: "*", dockerode: "*", "@prisma/client": "*" } }))
  for (const [path, text] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
  for (const path of [".dependency-cruiser.cjs", "scripts/boundaries.aliases.cjs"]) cpSync(join(repository, path), join(directory, path))
}
