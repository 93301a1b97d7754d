import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { parsePressure } from "../../services/host/host-counters.js"
import type { HostReading } from "../../services/ladder/host-reading.js"
import { readHost } from "../../services/ladder/read-host.js"

/** A control group of the engine's as if it were the whole machine: with a limit the kernel enforces, and a reading of what is in it. */
export class GroupMachine {
  readonly #onV2 = existsSync("/sys/fs/cgroup/cgroup.controllers")
  readonly #directory: string
  #memoryBytes = Number.POSITIVE_INFINITY
  #swapBytes = Number.POSITIVE_INFINITY

  /** `name`: of the engine's top group. */
  constructor(name: string) {
    this.#directory = this.#onV2 ? `/sys/fs/cgroup/${name}` : `/sys/fs/cgroup/memory/${name}`
  }

  /** Makes the machine so large. Growing and shrinking work, as long as what is in it fits. */
  resize({ memoryBytes, swapBytes }: { memoryBytes: number; swapBytes: number }): void {
    mkdirSync(this.#directory, { recursive: true })
    if (this.#onV2) {
      this.#write("memory.max", memoryBytes)
      this.#write("memory.swap.max", swapBytes)
    } else {
      // Memory and swap together may never be less than memory alone, not even in between.
      const both = memoryBytes + swapBytes
      const grows = both > this.#read("memory.memsw.limit_in_bytes")
      for (const [file, bytes] of grows
        ? ([
            ["memory.memsw.limit_in_bytes", both],
            ["memory.limit_in_bytes", memoryBytes],
          ] as const)
        : ([
            ["memory.limit_in_bytes", memoryBytes],
            ["memory.memsw.limit_in_bytes", both],
          ] as const))
        this.#write(file, bytes)
    }
    this.#memoryBytes = memoryBytes
    this.#swapBytes = swapBytes
  }

  /** The machine as the ladder reads one; on v1 without pressure, which the kernel tells there of the real machine alone. */
  async read(): Promise<HostReading> {
    const { swapFreeBytes } = await readHost((totalBytes) => totalBytes)
    const used = this.#read(this.#onV2 ? "memory.current" : "memory.usage_in_bytes")
    const swapped = this.#onV2 ? this.#read("memory.swap.current") : this.#read("memory.memsw.usage_in_bytes") - used
    return {
      usedBytes: used - this.#droppableBytes(),
      allocatableBytes: this.#memoryBytes,
      cpuSomeAvg10: null,
      swapFreeBytes: Math.max(0, Math.min(swapFreeBytes, this.#swapBytes - swapped)),
      ...(this.#onV2 ? this.#waits() : { pressure: null }),
    }
  }

  #waits(): Pick<HostReading, "pressure" | "searches"> {
    const pressure = parsePressure(readFileSync(`${this.#directory}/memory.pressure`, "utf8"))
    const events = readFileSync(`${this.#directory}/memory.events.local`, "utf8")
    const hits = Number(/^max (\d+)$/m.exec(events)?.[1] ?? 0)
    return {
      pressure: pressure === undefined ? null : { someAvg60: pressure.some.avg60, fullAvg10: pressure.full?.avg10 ?? 0 },
      searches: { all: hits, direct: hits },
    }
  }

  /** Cache of files, which the kernel drops before it runs out. */
  #droppableBytes(): number {
    const stat = readFileSync(`${this.#directory}/memory.stat`, "utf8")
    const prefix = this.#onV2 ? "" : "total_"
    const of = (name: string) => Number(new RegExp(`^${prefix}${name} (\\d+)$`, "m").exec(stat)?.[1] ?? 0)
    return of("inactive_file") + of("active_file")
  }

  #read(file: string): number {
    return Number(readFileSync(`${this.#directory}/${file}`, "utf8"))
  }

  #write(file: string, bytes: number): void {
    writeFileSync(`${this.#directory}/${file}`, `${bytes}`)
  }
}
