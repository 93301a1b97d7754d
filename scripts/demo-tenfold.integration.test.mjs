import { spawn } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, expect, it } from "vitest"
import { repository } from "./lib/repository.mjs"

const MIB = 2 ** 20
/** On a busy machine it takes twice as long. */
const PATIENCE_MS = 240_000 * Math.max(1, Number(process.env.PLIMSOLL_TEST_SLOWNESS) || 1)
const script = join(repository, "scripts/demo-tenfold.mjs")
/** The demo's own; other swap of the host may come and go by itself. */
const swaps = () =>
  readFileSync("/proc/swaps", "utf8")
    .split("\n")
    .filter((line) => line.includes("plimsoll-tenfold-"))
const left = () => ["/var/tmp", "/run"].flatMap((parent) => readdirSync(parent)).filter((name) => name.startsWith("plimsoll-tenfold-"))

let running
afterEach(() => running?.kill("SIGTERM"))

/** `seen` is called with all that it said so far. */
function demo(args, seen = () => undefined) {
  const child = spawn(process.execPath, [script, "--no-host-setup", ...args], { stdio: ["ignore", "pipe", "pipe"] })
  running = child
  let [out, said] = ["", ""]
  child.stdout.on("data", (chunk) => {
    out += chunk
  })
  child.stderr.on("data", (chunk) => {
    said += chunk
    seen(said)
  })
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out, said })))
}

it(
  "a machine is sold tenfold: nobody is killed, no visitor is turned away, who sleeps wakes, and nothing is left",
  async () => {
    const before = { swaps: swaps(), left: left() }
    const { out, said } = await demo(["--memory", "384M", "--times", "10", "--minutes", "0.2", "--json"])
    expect(out, said).toMatch(/^\{.*\}\n$/)
    const figures = JSON.parse(out)
    // How long answers take is not judged here: other tests run beside it. The command does.
    console.log(said)
    expect(figures.memoryBytes).toBe(384 * MIB)
    expect(figures.soldTimes).toBeGreaterThanOrEqual(10)
    expect(figures.touchedBytes).toBeGreaterThan(15 * 100e6)
    expect(figures.peakBytes).toBeLessThanOrEqual(384 * MIB)
    expect(figures).toMatchObject({ containers: 15, oomKills: 0, failedRequests: 0, failures: [] })
    expect(figures.naps).toBeGreaterThanOrEqual(12)
    expect(figures.wakesByPacket).toBeGreaterThan(0)
    expect(figures.wakeRequests).toBeGreaterThan(0)
    expect({ swaps: swaps(), left: left() }).toEqual(before)
  },
  PATIENCE_MS,
)

it(
  "stopped in the middle it takes everything away again",
  async () => {
    const before = { swaps: swaps(), left: left() }
    let isStopped = false
    const { code, said } = await demo(["--memory", "384M", "--times", "10", "--json"], (text) => {
      if (isStopped || !text.includes("Without overcommit")) return
      isStopped = true
      expect(swaps().length).toBe(before.swaps.length + 1)
      running.kill("SIGINT")
    })
    expect({ code, said }).toMatchObject({ code: 1, said: expect.stringContaining("It was stopped") })
    expect({ swaps: swaps(), left: left() }).toEqual(before)
  },
  PATIENCE_MS,
)
