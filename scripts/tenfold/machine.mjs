import { limitInstanceMemory, openInstanceMemory } from "@plimsoll/runtime"
import { openServer } from "../bench/our-server.mjs"
import { openOwnSwap } from "./own-swap.mjs"

/** Kept of so small a machine for nobody in particular. */
const RESERVE_SHARE = 1 / 20
const GENEROUS = 2

/**
 * A server of its own whose containers together have so much memory and no more, by the limit of its top control group, and a swap file of its own. Its operator allows what the load line
 * does not before it has watched for a week: to sell `sellTimes` of what there is. `close` takes everything off the host.
 */
export async function openMachine({ memoryBytes, swapBytes, sellTimes }) {
  const swap = openOwnSwap({ bytes: swapBytes })
  let server
  try {
    server = await openServer({
      name: "tenfold",
      detached: true,
      prepare: ({ engineRoot }) => limitInstanceMemory({ root: engineRoot, maxBytes: memoryBytes }),
    })
    const { client, engineRoot } = server
    await client.mutate("overprovisioning.changeSettings", {
      reserve: { memory: Math.round(memoryBytes * RESERVE_SHARE) },
      fallbackRatio: { memory: Math.min(100, GENEROUS * sellTimes), pids: 100 },
    })
    const readMemory = openInstanceMemory({ root: engineRoot })
    return {
      client,
      usedBytes: () => readMemory()?.usedBytes ?? 0,
      /** `idleMs`: so long without a visit, and it naps, without any shortage. `null`: naps in a shortage alone, as by default. */
      async letNap(idleMs) {
        const { ladder } = await client.query("overprovisioning.now")
        const nap = idleMs === null ? { ...ladder.settings.nap, always: false } : { always: true, idleCores: 0.05, idleMs }
        await client.mutate("overprovisioning.changeLadder", { ...ladder.settings, nap })
      },
      async close() {
        try {
          await server.close()
        } finally {
          swap.close()
        }
      },
    }
  } catch (error) {
    await server?.close()
    swap.close()
    throw error
  }
}
