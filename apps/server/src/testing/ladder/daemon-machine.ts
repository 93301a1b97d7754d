import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { purgeEngine } from "@plimsoll/runtime"
import { makeTestSwap, patience } from "@plimsoll/runtime/conformance"
import { expect, vi } from "vitest"
import type { ContainerInspect, EventPage, EventRecord, LadderNow } from "../../contract/index.js"
import { defaultLadderSettings } from "../../services/ladder/default-settings.js"
import { readHost } from "../../services/ladder/read-host.js"
import { type ServerProcess, startServerProcess } from "../server-process.js"
import { temporaryDatabaseUrl } from "../temporary-database.js"
import { goldTerms, PAGE } from "./small-machine.js"
import { fetchPage, startSteadyClient } from "./steady-client.js"
import { serve } from "./workloads.js"

export type DaemonMachine = Awaited<ReturnType<typeof startDaemonMachine>>

/**
 * The built server as a process of its own, which looks at the real machine. There is a tenant `gold` to which 64 MiB are guaranteed. `withoutPressure`: as
 * on a kernel that does not tell it.
 */
export async function startDaemonMachine({ withoutPressure = false }: { withoutPressure?: boolean } = {}) {
  const directory = mkdtempSync("/var/tmp/plimsoll-test-")
  chmodSync(directory, 0o711)
  const directories = { dataDirectory: join(directory, "data"), runDirectory: join(directory, "run") }
  const swap = await makeTestSwap(256)
  const { url: databaseUrl, drop } = await temporaryDatabaseUrl(directories.dataDirectory)
  const start = () => startServerProcess({ ...directories, databaseUrl, withoutPressure })
  let server: ServerProcess = await start()
  await vi.waitFor(async () => expect(await server.query("images.list")).toHaveLength(1), { timeout: patience(60_000), interval: 50 })
  const plan = await server.mutate<{ id: string }>("plans.create", { name: "Gold", terms: goldTerms })
  await server.mutate("tenants.create", { tenant: "gold", title: "", plan: plan.id, overrule: "the ladder is tried, not the load line" })

  async function run(name: string, command: string[], spec: object = {}): Promise<ContainerInspect> {
    const { id } = await server.mutate<ContainerInspect>("containers.create", { name, image: "plimsoll/starter", command, ...spec })
    await server.mutate("containers.start", { id })
    return server.query("containers.inspect", { id })
  }

  async function serves(address: string): Promise<void> {
    await vi.waitFor(async () => expect(await fetchPage(address)).toContain(PAGE), { timeout: patience(60_000), interval: 100 })
  }

  return {
    get server() {
      return server
    },
    run,
    serves,
    /** Runs what is guaranteed, with a client that asks it all the time. */
    async startGold() {
      const gold = await run("golden", serve(16), { tenant: "gold" })
      const address = addressOf(gold)
      await serves(address)
      return { gold, client: startSteadyClient(address, PAGE) }
    },
    async events(): Promise<EventRecord[]> {
      const records: EventRecord[] = []
      for (let next: number | null = 0; next !== null; ) {
        const page: EventPage = await server.query("events.list", { after: next, limit: 200 })
        records.push(...page.items)
        next = page.nextCursor
      }
      return records
    },
    /** Where the ladder stands, with such settings. */
    ladder: (changed: object = {}) => server.mutate<LadderNow>("overprovisioning.changeLadder", { ...defaultLadderSettings, ...changed }),
    /** Less is there than is used just now. */
    async shrink(): Promise<void> {
      const { usedBytes, allocatableBytes } = await readHost((totalBytes) => totalBytes)
      await server.mutate("overprovisioning.changeSettings", { reserve: { memory: Math.floor(allocatableBytes - usedBytes * 0.9) } })
    },
    async grow(): Promise<void> {
      await server.mutate("overprovisioning.changeSettings", { reserve: { memory: 0 } })
    },
    /** `kill -9`, and a start. */
    async crash(): Promise<void> {
      await server.kill()
      server = await start()
    },
    async remove() {
      await server.kill()
      await purgeEngine({ root: join(directories.dataDirectory, "engine"), runDirectory: join(directories.runDirectory, "engine") })
      rmSync(directory, { recursive: true, force: true })
      await drop()
      swap.remove()
    },
  }
}

export function addressOf({ networks }: ContainerInspect): string {
  return networks[0]?.address ?? ""
}
