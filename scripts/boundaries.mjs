// Checks the arrows between rooms with dependency-cruiser.
//   node scripts/boundaries.mjs [--in DIRECTORY] [--output-type TYPE]
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { readFlags } from "./lib/read-flags.mjs"
import { repository } from "./lib/repository.mjs"

const { values } = readFlags({
  options: { in: { type: "string", default: repository }, "output-type": { type: "string", default: "err-long" } },
})
lendTypeScript6()
const rooms = ["packages", "apps", "e2e", "scripts", "prisma"].filter((path) => existsSync(join(values.in, path)))
const cruise = spawnSync(
  process.execPath,
  [
    join(repository, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs"),
    ...["--config", ".dependency-cruiser.cjs", "--output-type", values["output-type"]],
    ...rooms,
  ],
  { cwd: values.in, stdio: "inherit" },
)
process.exitCode = cruise.status ?? 1

/** dependency-cruiser reads TypeScript through the compiler's JavaScript API, which version 7 does not have: it gets version 6, for itself alone. */
function lendTypeScript6() {
  const own = join(repository, "node_modules/dependency-cruiser/node_modules")
  if (existsSync(join(own, "typescript"))) return
  mkdirSync(own, { recursive: true })
  symlinkSync("../../../scripts/node_modules/typescript", join(own, "typescript"))
}
