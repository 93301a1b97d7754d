/** The resources that a trace can be replayed for. `memory-decaying`: use that falls by half a day at the fastest, as what was touched stays resident. */
export const traceResources = ["cpu", "memory", "memory-decaying"] as const
export type TraceResource = (typeof traceResources)[number]

/** The JSON file of a trace. Its matrices lie beside it in a `.u16.gz` of the same name. */
export interface TraceHeader {
  source: string
  /** Seconds since 1970 of the first slot. */
  t0: number
  /** Seconds between slots: 300. */
  step: number
  slots: number
  vms: TraceMachine[]
}

export interface TraceMachine {
  id: number
  cores: number
  cpuCapMHz: number
  memCapKB: number
}

/** One resource of a trace, ready to be replayed. Rows follow each other, one a machine. */
export interface Trace {
  startMs: number
  slots: number
  /** Only machines that have a limit of this resource. */
  machines: readonly { id: string; limit: number }[]
  /** `[machine][slot]` in the unit of the limit, at most the limit; what is used also where `missing` says that nobody saw it. */
  use: Float32Array
  /** 1 where the trace has no sample. */
  missing: Uint8Array
}

const MISSING = 65_535
const SHARE_UNIT = 10_000
const STEP_SECONDS = 300
const HALF_LIFE_SLOTS = 288

/** Reads the header. Throws an error that says what is wrong with it. */
export function parseTraceHeader(text: string): TraceHeader {
  let header: Partial<TraceHeader>
  try {
    header = JSON.parse(text) as Partial<TraceHeader>
  } catch (error) {
    throw new Error(`The header of the trace is not JSON (${(error as Error).message}). It may be cut off.`)
  }
  if (header === null || typeof header !== "object") throw new Error("The header of the trace is not an object.")
  const { source, t0, step, slots, vms } = header
  if (step !== STEP_SECONDS) throw new Error(`The header's step is ${String(step)}; traces have a sample each ${STEP_SECONDS} seconds.`)
  if (!Number.isInteger(slots) || (slots as number) < 1) throw new Error(`The header's slots is ${String(slots)}, not a number of samples.`)
  if (typeof t0 !== "number" || !(t0 >= 0)) throw new Error(`The header's t0 is ${String(t0)}, not a time in seconds since 1970.`)
  if (!Array.isArray(vms) || vms.length === 0) throw new Error("The header has no list vms of machines.")
  for (const [index, vm] of vms.entries()) {
    for (const name of ["id", "cpuCapMHz", "memCapKB"] as const)
      if (!Number.isFinite(vm?.[name])) throw new Error(`Machine ${index + 1} of the header has no number ${name}.`)
  }
  return { source: typeof source === "string" ? source : "", t0, step, slots: slots as number, vms }
}

/** Takes one resource out of the unpacked matrices (CPU, then memory; uint16, little-endian). Throws when their size is not what the header says. */
export function traceOf(header: TraceHeader, matrices: Uint8Array, resource: TraceResource): Trace {
  const { slots, vms } = header
  const expected = 2 * vms.length * slots * 2
  if (matrices.byteLength !== expected)
    throw new Error(
      `The matrices have ${matrices.byteLength} bytes; ${vms.length} machines with ${slots} samples of two resources have ${expected}. The file is cut off or belongs to another header.`,
    )
  const view = new DataView(matrices.buffer, matrices.byteOffset, matrices.byteLength)
  const limitOf = (vm: TraceMachine) => (resource === "cpu" ? vm.cpuCapMHz : vm.memCapKB)
  const rows = vms.flatMap((vm, row) => (limitOf(vm) > 0 ? [{ row, id: String(vm.id), limit: limitOf(vm) }] : []))
  if (rows.length === 0) throw new Error("No machine of the trace has a limit of this resource.")
  const use = new Float32Array(rows.length * slots)
  const missing = new Uint8Array(rows.length * slots)
  const keep = resource === "memory-decaying" ? 0.5 ** (1 / HALF_LIFE_SLOTS) : 0
  for (const [index, { row, limit }] of rows.entries()) {
    const from = ((resource === "cpu" ? 0 : vms.length) + row) * slots
    let share = 0
    for (let slot = 0; slot < slots; slot++) {
      const value = view.getUint16((from + slot) * 2, true)
      const gap = value === MISSING
      share = Math.max(gap ? 0 : Math.min(1, value / SHARE_UNIT), share * keep)
      use[index * slots + slot] = share * limit
      if (gap) missing[index * slots + slot] = 1
    }
  }
  return { startMs: header.t0 * 1000, slots, machines: rows.map(({ id, limit }) => ({ id, limit })), use, missing }
}
