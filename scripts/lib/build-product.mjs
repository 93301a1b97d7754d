import { join } from "node:path"
import { quietEnvironment } from "./dependencies.mjs"
import { repository } from "./repository.mjs"
import { lastLines, runCommand } from "./run-command.mjs"
import { duration, say } from "./say.mjs"
import { digestOf, isStamped, stamp } from "./source-stamp.mjs"

const SHARED = ["package-lock.json", "tsconfig.base.json"]
const PRISMA = ["prisma", "package-lock.json"]
const RUNTIME = [...SHARED, "packages/runtime"]
const SERVER = [...RUNTIME, ...PRISMA, "apps/server"]

/** Each step is done when its sources changed since it was last done; its stamp lies in its own output. */
const steps = [
  {
    title: "database clients",
    sources: PRISMA,
    stampPath: "apps/server/src/db/generated/.built-from",
    script: "generate",
    workspace: "@plimsoll/server",
  },
  {
    title: "engine and server",
    sources: SERVER,
    stampPath: "apps/server/dist/.built-from",
    tool: ["typescript/bin/tsc", "-b", "packages/runtime", "apps/server"],
  },
  { title: "web", sources: [...SERVER, "apps/web"], stampPath: "apps/web/dist/.built-from", script: "build", workspace: "@plimsoll/web" },
]

/** Builds what is not built from these very sources. Throws with the tool's last lines. `only` takes the first steps, up to that title. */
export async function buildProduct({ only } = {}) {
  for (const step of steps) {
    const digest = digestOf(step.sources)
    if (!isStamped(step.stampPath, digest)) await runStep(step, digest)
    if (step.title === only) return
  }
}

async function runStep(step, digest) {
  say.step(`Building ${step.title}`)
  const startedAt = Date.now()
  const env = { ...process.env, ...quietEnvironment, NODE_ENV: step.title === "web" ? "production" : process.env.NODE_ENV }
  if (env.NODE_ENV === undefined) delete env.NODE_ENV
  const built = step.tool
    ? await runCommand(process.execPath, [join(repository, "node_modules", step.tool[0]), ...step.tool.slice(1)], { env })
    : await runCommand("npm", ["run", "--silent", step.script, "-w", step.workspace], { env })
  if (built.code !== 0)
    throw new Error([`Building ${step.title} failed:`, ...lastLines(built.output, 40).map((line) => `    ${line}`)].join("\n"))
  stamp(step.stampPath, digest)
  say.done(`Built ${step.title} in ${duration(Date.now() - startedAt)}`)
}
