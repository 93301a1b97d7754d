// npm run demo:tenfold [-- --memory 1G --times 12 --minutes 1.5 --seed 1 --json --no-host-setup --no-build]: sells a small machine of its own tenfold, has it visited, and says what became of the visitors.
import { totalmem } from "node:os"
import { buildProduct } from "./lib/build-product.mjs"
import { installDependencies } from "./lib/dependencies.mjs"
import { setUpHost } from "./lib/host-setup.mjs"
import { readFlags } from "./lib/read-flags.mjs"
import { requireNode } from "./lib/require-node.mjs"
import { say } from "./lib/say.mjs"
import { planDemo } from "./tenfold/plan-demo.mjs"

const { values } = readFlags({
  options: {
    /** Of the machine that is sold. */
    memory: { type: "string", default: "1G" },
    /** How many times it is sold. */
    times: { type: "string", default: "12" },
    /** Of visits once all is sold. */
    minutes: { type: "string", default: "1.5" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    "no-host-setup": { type: "boolean", default: false },
    /** As it was built before: for a machine that has no npm. */
    "no-build": { type: "boolean", default: false },
  },
})
const stopping = new AbortController()
for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => stopping.abort(new Error("It was stopped; all of it is gone.")))

try {
  requireNode()
  const plan = planDemo(values, totalmem())
  if (process.getuid() !== 0) throw new Error("Containers and swap need root: sudo npm run demo:tenfold")
  // With --json standard output carries the figures alone.
  if (values.json) console.log = (...words) => console.error(...words)
  if (!values["no-build"]) await installDependencies()
  await setUpHost({ change: !values["no-host-setup"] })
  if (!values["no-build"]) await buildProduct({ only: "engine and server" })
  // What they need is built only now.
  const [{ runDemo }, { judge }, { printReport }] = await Promise.all([
    import("./tenfold/run-demo.mjs"),
    import("./tenfold/judge.mjs"),
    import("./tenfold/print-report.mjs"),
  ])
  const figures = await runDemo(plan, { signal: stopping.signal, note: say.step })
  const verdicts = judge(figures)
  printReport(figures, verdicts)
  if (values.json) process.stdout.write(`${JSON.stringify({ ...figures, bounds: verdicts })}\n`)
  if (verdicts.some(({ holds }) => !holds)) process.exitCode = 1
} catch (error) {
  say.error(error.message)
  if (process.env.PLIMSOLL_LOG_LEVEL === "debug") console.error(error)
  process.exitCode = 1
}
