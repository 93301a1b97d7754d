import type { ContainerEngine } from "@plimsoll/runtime"
import type { PlanTerms } from "../contract/plans.js"
import { createAdmission } from "../services/admission/create-admission.js"
import { TenantGate } from "../services/admission/tenant-gate.js"
import { Sampler } from "../services/live/sampler.js"
import { Samplers } from "../services/live/samplers.js"
import type { SaleDesk } from "../services/overprovisioning/sale-desk.js"
import { createPlans } from "../services/plans/create-plans.js"
import { createTenants } from "../services/tenants/create-tenants.js"
import { TenantBook } from "../services/tenants/tenant-book.js"
import { temporaryDatabase } from "./temporary-database.js"
import type { TenantEngine } from "./tenant-engine.js"

export const someTerms: PlanTerms = {
  memoryGuaranteedBytes: 2 ** 27,
  memoryMaxBytes: 2 ** 30,
  cpuGuaranteedCores: 0.1,
  cpuMaxCores: 1,
  cpuWeight: 100,
  diskBytes: 0,
  pidsMax: 500,
  containers: 3,
  volumes: 3,
  networks: 1,
  publicPorts: 2,
  tokens: 2,
  ociRuntimes: [],
}

/** A machine without bounds. */
const openLine: SaleDesk = { sell: (_, work) => work(), ask: async () => undefined, overruling: (_, work) => work() }

/** Plans, tenants and admission over a database of their own and a fake engine, with a clock that the test turns. */
export async function startTenancy(fake: TenantEngine, line: SaleDesk = openLine) {
  const temporary = await temporaryDatabase()
  const reported: string[] = []
  const ended: string[] = []
  const clock = { now: 1_000_000_000 }

  async function open() {
    const { prisma } = temporary.database
    const book = await TenantBook.open(prisma)
    const gate = new TenantGate()
    const admission = createAdmission({ book, gate, line })
    const engine = admission.guard(fake)
    const access = {
      get: () => engine,
      info: () => engine.info(),
      onOpened: (listener: (opened: ContainerEngine) => void) => {
        listener(engine)
        return () => undefined
      },
      close: async () => undefined,
    }
    const sampler = new Sampler({ host: "local", engine: access, now: () => clock.now, onError: (error) => reported.push(String(error)) })
    const samplers = new Samplers()
    samplers.add("local", sampler)
    const report = (error: unknown, doing: string) => void reported.push(`${doing}: ${String(error)}`)
    const shared = { prisma, book, gate, line, report, now: () => clock.now }
    const plans = createPlans({ ...shared, engine: () => engine })
    const tenants = createTenants({
      ...shared,
      access,
      samplers,
      hosts: () => [{ id: "local", engine }],
      onSessionsEnded: (ids) => void ended.push(...ids),
    })
    sampler.start()
    return { database: temporary.database, prisma, book, admission, access, engine, plans, tenants, sampler }
  }

  let running = await open()
  const leave = async () => {
    await running.tenants.close()
    await running.sampler.close()
  }
  return {
    fake,
    clock,
    reported,
    ended,
    get it() {
      return running
    },
    /** As a crash and a start: what was only in memory is gone. */
    async restart() {
      await leave()
      running = await open()
    },
    async close() {
      await leave()
      await temporary.remove()
    },
  }
}
