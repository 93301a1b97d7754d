import type { ResourceName } from "../../../contract/overprovisioning.js"
import type { Subject } from "../../metrics/subjects.js"
import type { Sale } from "../sales.js"

/** A sale with the subject that its figures are kept under. */
export interface PresentSale {
  subject: Subject
  /** What it bought, by resource; 0: nothing was promised. */
  limits: Record<ResourceName, number>
}

/** Volumes have no figures of their own: theirs is a subject that nobody writes. */
export function presentSales(sales: readonly Sale[]): PresentSale[] {
  return sales.map(({ key, kind, id, sold: { memory = 0, cpu = 0, disk = 0, pids = 0 } }) => ({
    subject: kind === "volume" ? { scope: "container", key } : { scope: kind, key: id },
    limits: { memory, cpu, disk, pids },
  }))
}
