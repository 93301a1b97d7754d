import { setImmediate as nextTurn } from "node:timers/promises"
import { predictedResources } from "../../contract/overprovisioning.js"
import type { Database } from "../../db/open-database.js"
import type { RingState } from "../load-line/use-ring.js"
import { checkRing, type KeptRing, type PredictedResource } from "./use-book.js"

/** Rings of use in the database, so that a restart changes no prediction. */
export interface UseRingStore {
  /** What can be read; a ring that cannot is told to `onUnreadable` and left out. */
  load(onUnreadable: (error: unknown, sale: string) => void): Promise<KeptRing[]>
  /** Writes them, some at a time, so that others may go on meanwhile. */
  save(rings: Iterable<KeptRing>, at: number): Promise<void>
  remove(sales: readonly string[]): Promise<void>
}

interface Row {
  resource: string
  sale: string
  state: string
}

const BATCH = 50
const PUT = `INSERT INTO use_ring ("resource", "sale", "state", "savedAt") VALUES (?, ?, ?, ?)
  ON CONFLICT ("resource", "sale") DO UPDATE SET "state" = excluded."state", "savedAt" = excluded."savedAt"`

export function createUseRingStore(database: Database): UseRingStore {
  return {
    async load(onUnreadable) {
      const rings: KeptRing[] = []
      for (const { resource, sale, state: json } of await database.sql.all<Row>('SELECT "resource", "sale", "state" FROM use_ring')) {
        if (!isPredicted(resource)) continue
        try {
          const state = JSON.parse(json) as RingState
          checkRing(state)
          rings.push({ resource, sale, state })
        } catch (error) {
          onUnreadable(error, sale)
        }
      }
      return rings
    },

    async save(rings, at) {
      let batch: KeptRing[] = []
      const write = async () => {
        const writing = batch
        batch = []
        await database.write(async (sql) => {
          for (const { resource, sale, state } of writing) await sql.run(PUT, [resource, sale, JSON.stringify(state), at])
        })
        await nextTurn()
      }
      for (const ring of rings) {
        batch.push(ring)
        if (batch.length === BATCH) await write()
      }
      if (batch.length > 0) await write()
    },

    async remove(sales) {
      if (sales.length === 0) return
      await database.write(async (sql) => {
        for (const sale of sales) await sql.run('DELETE FROM use_ring WHERE "sale" = ?', [sale])
      })
    },
  }
}

function isPredicted(resource: string): resource is PredictedResource {
  return predictedResources.some((name) => name === resource)
}
