// npm run -s backtest -- TRACE.json [--resource cpu|memory|memory-decaying] [--vms 50] [--seeds 20] [--theta 0.9] [--policy NAME|all] [--json] [--svg FILE]
// npm run backtest -- --generate TRACE.json [--seed 1] [--machines 500] [--days 30] [--drift 2] [--together 0]
// What each policy would have sold on hosts that are filled from a trace, and whether it would have been too much.
import { writeFileSync } from "node:fs"
import { drawChart } from "./backtest/draw-chart.mjs"
import { oneOf, share, wholeNumber } from "./backtest/parse-options.mjs"
import { printTable } from "./backtest/print-table.mjs"
import { readTrace } from "./backtest/read-trace.mjs"
import { replayAll } from "./backtest/replay-all.mjs"
import { writeTrace } from "./backtest/write-trace.mjs"
import { buildProduct } from "./lib/build-product.mjs"
import { installDependencies } from "./lib/dependencies.mjs"
import { readFlags } from "./lib/read-flags.mjs"
import { requireNode } from "./lib/require-node.mjs"
import { say } from "./lib/say.mjs"

const { values, positionals } = readFlags({
  allowPositionals: true,
  options: {
    resource: { type: "string", default: "cpu" },
    /** How many machines of mean size a host holds without overselling. */
    vms: { type: "string", default: "50" },
    seeds: { type: "string", default: "20" },
    theta: { type: "string", default: "0.9" },
    policy: { type: "string", default: "all" },
    json: { type: "boolean", default: false },
    svg: { type: "string" },
    generate: { type: "string" },
    seed: { type: "string", default: "1" },
    machines: { type: "string", default: "500" },
    days: { type: "string", default: "30" },
    drift: { type: "string", default: "2" },
    together: { type: "string", default: "0" },
  },
})

try {
  requireNode()
  // With --json standard output carries results alone; what is done is said on standard error.
  if (values.json) console.log = (...words) => console.error(...words)
  await installDependencies()
  await buildProduct({ only: "engine and server" })
  const loadLine = await import("@plimsoll/server/load-line")
  await (values.generate === undefined ? compare(loadLine) : generate(loadLine, values.generate))
} catch (error) {
  say.error(error.message)
  if (process.env.PLIMSOLL_LOG_LEVEL === "debug") console.error(error)
  process.exitCode = 1
}

async function compare({ parseTraceHeader, policyNames, summarize, traceOf, traceResources }) {
  if (positionals.length !== 1)
    throw new Error("Name one trace: npm run backtest -- TRACE.json. Without one: --generate TRACE.json makes it.")
  const resource = oneOf("resource", values.resource, traceResources)
  const policies = values.policy === "all" ? policyNames : [oneOf("policy", values.policy, ["all", ...policyNames])]
  const seeds = wholeNumber("seeds", values.seeds, 1, 10_000)
  const theta = share("theta", values.theta)
  const { header, matrices } = readTrace(positionals[0], parseTraceHeader)
  const trace = traceOf(header, matrices, resource)
  const hostMachines = wholeNumber("vms", values.vms, 1, trace.machines.length)
  const rows = []
  await replayAll({ trace, hostMachines, theta, seeds, policies }, (policy, results) => {
    const row = { policy, trace: header.source, resource, vms: hostMachines, seeds, theta, ...summarize(results) }
    rows.push(row)
    if (values.json) process.stdout.write(`${JSON.stringify(rounded(row))}\n`)
  })
  if (!values.json) printTable(rows)
  if (values.svg !== undefined) writeFileSync(values.svg, drawChart(rows))
}

async function generate({ generateTrace }, path) {
  const made = generateTrace({
    seed: wholeNumber("seed", values.seed, 0, 2 ** 31),
    machines: wholeNumber("machines", values.machines, 1, 100_000),
    days: wholeNumber("days", values.days, 1, 400),
    drift: Math.max(1, Number(values.drift) || 1),
    together: share("together", values.together),
  })
  for (const written of writeTrace(path, made)) say.done(`Wrote ${written}`)
}

function rounded(row) {
  return JSON.parse(JSON.stringify(row, (_, value) => (typeof value === "number" ? Number(value.toPrecision(6)) : value)))
}
