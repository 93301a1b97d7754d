// npm run -s bench -- [NAME…] [--json] [--runs N] [--megabytes N] [--no-host-setup]: figures of the engine beside those of Docker and Podman on this machine, in one run.

import { buildProduct } from "./lib/build-product.mjs"
import { installDependencies } from "./lib/dependencies.mjs"
import { setUpHost } from "./lib/host-setup.mjs"
import { readFlags } from "./lib/read-flags.mjs"
import { requireNode } from "./lib/require-node.mjs"
import { say } from "./lib/say.mjs"

const benches = {
  "run-true": "./bench/run-true.mjs",
  "containers-200": "./bench/containers-200.mjs",
  "containers-500": "./bench/containers-500.mjs",
  images: "./bench/images.mjs",
  "what-if": "./bench/what-if.mjs",
  nap: "./bench/nap.mjs",
  checkpoint: "./bench/checkpoint.mjs",
}

const { values, positionals } = readFlags({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    runs: { type: "string", default: "20" },
    /** Size of the image of `images`. */
    megabytes: { type: "string", default: "500" },
    "no-host-setup": { type: "boolean", default: false },
  },
})
// With --json standard output carries figures alone; what is done is said on standard error.
const note = (text) => console.error(`  ${text}`)

try {
  requireNode()
  if (process.getuid() !== 0) throw new Error("The figures need containers: run it as root.")
  const unknown = positionals.filter((name) => !(name in benches))
  if (unknown.length > 0) throw new Error(`There is no figure “${unknown.join("”, “")}”. There are: ${Object.keys(benches).join(", ")}`)
  const runs = Number(values.runs)
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs must be a whole number from 1 on, not “${values.runs}”.`)
  const megabytes = Number(values.megabytes)
  if (!Number.isInteger(megabytes) || megabytes < 5)
    throw new Error(`--megabytes must be a whole number from 5 on, not “${values.megabytes}”.`)
  if (values.json) console.log = (...words) => console.error(...words)
  await installDependencies()
  await setUpHost({ change: !values["no-host-setup"], purposes: ["engine", "bench"] })
  await buildProduct({ only: "engine and server" })
  for (const name of positionals.length > 0 ? positionals : Object.keys(benches)) {
    const { bench } = await import(benches[name])
    await bench({ runs, megabytes, note, report })
  }
} catch (error) {
  say.error(error.message)
  if (process.env.PLIMSOLL_LOG_LEVEL === "debug") console.error(error)
  process.exitCode = 1
}

/** One line a figure. `ratio` is value ÷ peer's. */
function report({ name, value, unit, peer = null, peerValue = null, runs }) {
  const rounded = (number) => (number === null ? null : Number(number.toPrecision(4)))
  const figure = {
    name,
    value: rounded(value),
    unit,
    peer,
    peerValue: rounded(peerValue),
    ratio: peerValue ? rounded(value / peerValue) : null,
    runs,
  }
  if (values.json) return process.stdout.write(`${JSON.stringify(figure)}\n`)
  const beside = peer ? `  ${peer} ${figure.peerValue} ${unit}, ratio ${figure.ratio}` : ""
  say.done(`${name.padEnd(36)} ${figure.value} ${unit}${beside}  (${runs} runs)`)
}
