import { existsSync, readdirSync, readFileSync } from "node:fs"
import type { Ability } from "../engine.js"
import { readMemoryInfo } from "../kernel/host-facts.js"

/** Swap and zram, and pressure figures. */
export function probeMemory(): Ability[] {
  return [probeSwap(), probePressure()]
}

function probeSwap(): Ability {
  const base = { name: "swap", title: "Room to push idle memory out to (swap, zram)", required: false }
  const bytes = readMemoryInfo().get("SwapTotal") ?? 0
  if (bytes === 0) {
    return {
      ...base,
      status: "missing",
      detail: "There is no swap, so that memory of idle containers cannot be given to others.",
      remedy: "npm run zram -- --size 50%",
    }
  }
  const kind = activeZram() ? "compressed in memory (zram)" : "on disk"
  return { ...base, status: "available", detail: `${(bytes / 2 ** 30).toFixed(1)} GiB of swap, ${kind}.` }
}

function activeZram(): boolean {
  const inUse = new Set(
    readFileSync("/proc/swaps", "utf8")
      .split("\n")
      .slice(1)
      .map((line) => line.split(/\s+/)[0]),
  )
  return existsSync("/sys/block") && readdirSync("/sys/block").some((name) => name.startsWith("zram") && inUse.has(`/dev/${name}`))
}

function probePressure(): Ability {
  const base = { name: "psi", title: "Pressure figures (PSI)", required: false }
  const remedy = "Boot with psi=1."
  if (!existsSync("/proc/pressure/memory"))
    return { ...base, status: "missing", detail: "The kernel does not say how long processes wait for CPU, memory and disk.", remedy }
  try {
    readFileSync("/proc/pressure/memory")
    return { ...base, status: "available", detail: "The kernel says how long processes wait for CPU, memory and disk." }
  } catch {
    // EOPNOTSUPP: compiled in, switched off.
    return { ...base, status: "missing", detail: "The kernel has them, switched off.", remedy }
  }
}
