import type { CgroupSample } from "./cgroup-driver.js"

/** Charges come in batches of 64 pages a CPU (MEMCG_CHARGE_BATCH): nearer to the limit than a few of them, pages are exchanged for others under a charge that stands still. */
const TIGHT_BYTES = 8 << 20

/** What a group's memory is made of costs more to read than all the rest: a text of fifty lines, for which the kernel sums over all CPUs. It is read when the charge moved. */
export class Composition {
  #chargedBytes: number | undefined
  #readFor: number | undefined

  /** Notes what is charged now. */
  charge(bytes: number | undefined): number | undefined {
    this.#chargedBytes = bytes
    return bytes
  }

  get chargedBytes(): number {
    return this.#chargedBytes ?? 0
  }

  /** Whether it must be read, which the caller then does at once. */
  isDue({ memory }: CgroupSample, whole: boolean): boolean {
    const charged = this.chargedBytes
    const isTight = memory.maxBytes !== undefined && memory.maxBytes - charged < Math.min(TIGHT_BYTES, memory.maxBytes / 8)
    if (!whole && charged === this.#readFor && !isTight) return false
    this.#readFor = charged
    return true
  }
}
