import { EngineError, streamTar } from "@plimsoll/runtime"
import type { ContainerRow } from "../../contract/containers.js"
import type { Tenant } from "../../contract/tenants.js"
import { OPERATOR_TENANT } from "../admission/admission-desk.js"
import type { EngineAccess } from "../engine/engine-access.js"
import { every } from "../every.js"
import type { Samplers } from "../live/samplers.js"
import { applyTerms } from "./apply-terms.js"
import { DiskMeasures } from "./disk-measures.js"
import { exportTenant } from "./export-tenant.js"
import { giveTerms, type TermsDependencies } from "./give-terms.js"
import { type HoldingDependencies, holdContainers, listRunning, releaseContainers, runs } from "./hold-containers.js"
import { LastEvents } from "./last-activity.js"
import { removeBelongings } from "./remove-belongings.js"
import { type BookedTenant, readTerms, type TenantBook, withPlan } from "./tenant-book.js"
import { tenantRows } from "./tenant-rows.js"
import type { Tenants } from "./tenants.js"

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

export interface TenantsOptions extends Omit<TermsDependencies, "engine">, HoldingDependencies {
  book: TenantBook
  access: Pick<EngineAccess, "get" | "onOpened">
  samplers: Pick<Samplers, "rows" | "onFrame">
  /** Cuts what the members of a removed tenant have open. */
  onSessionsEnded: (sessionIds: string[]) => void
  now: () => number
}

export interface RunningTenants extends Tenants {
  /** Removes what is due, holds what a suspension should hold, and goes on with what a crash cut off. For a schedule. */
  tick(): Promise<void>
  close(): Promise<void>
}

/** Brings back what the database knows: terms hold again, and suspensions, whenever the engine is opened. */
export function createTenants(options: TenantsOptions): RunningTenants {
  const { prisma, book, gate, line, access, samplers, report, now } = options
  const terms: TermsDependencies = { prisma, gate, book, line, report, engine: () => access.get() }
  const disks = new DiskMeasures()
  const rowDependencies = {
    prisma,
    book,
    disks,
    engine: () => access.get(),
    rows: (): Iterable<ContainerRow> => samplers.rows(),
    lastEvents: new LastEvents(prisma),
  }
  const closing = new AbortController()
  let looking: Promise<void> = Promise.resolve()
  /** Of these it is too late to be kept. */
  const going = new Set<string>()

  /** Of a tenant that is to be changed. Without the engine nothing is, since nothing would come of it. */
  function find(tenant: string): BookedTenant {
    access.get()
    const booked = book.get(tenant)
    if (booked !== undefined) return booked
    throw new EngineError("not_found", { facts: { tenant }, publicMessage: `There is no tenant “${tenant}” that has a plan.` })
  }

  async function inspect(tenant: string): Promise<Tenant> {
    const [row] = await tenantRows(rowDependencies, tenant)
    if (row !== undefined) return row
    throw new EngineError("not_found", { facts: { tenant }, publicMessage: `There is no tenant “${tenant}”.` })
  }

  async function update(tenant: string, data: Parameters<typeof prisma.tenant.update>[0]["data"]): Promise<BookedTenant> {
    return book.put(await prisma.tenant.update({ where: { name: tenant }, data, include: withPlan }))
  }

  async function termsOf(plan: string) {
    const row = await prisma.plan.findUnique({ where: { id: plan } })
    if (row === null) throw new EngineError("not_found", { facts: { plan }, publicMessage: "There is no such plan any more." })
    return readTerms(row.terms)
  }

  function refuseLeaving({ name, status }: BookedTenant): void {
    if (status !== "leaving") return
    throw new EngineError("conflict", {
      facts: { tenant: name },
      publicMessage: `Tenant “${name}” is about to be removed. Keep it first.`,
    })
  }

  /**
   * What runs is known before it is held, so that a crash in between loses none of it; what was let through to start before is waited for. Without
   * an effect on those that are held already.
   */
  async function hold(tenant: string): Promise<void> {
    const note = async () => {
      const running = await listRunning(options, tenant)
      const held = book.get(tenant)?.heldIds ?? []
      if (running.some((id) => !held.includes(id))) await update(tenant, { heldIds: JSON.stringify([...new Set([...held, ...running])]) })
    }
    await note()
    await gate.quiet(tenant)
    await note()
    await holdContainers(options, tenant)
  }

  async function release({ name, heldIds }: BookedTenant): Promise<void> {
    await releaseContainers(options, name, heldIds ?? [])
    await update(name, { heldIds: null })
  }

  /** Suspended tenants' containers that run all the same: a restart policy, or the engine after a reboot. */
  async function enforce(tenant: string): Promise<void> {
    await book.inTurn(async () => {
      const booked = book.get(tenant)
      if (booked !== undefined && booked.status !== "active") await hold(tenant)
    })
  }

  async function removeDue(tenant: string): Promise<void> {
    // From here on nobody keeps it; the work itself holds up no other change.
    await book.inTurn(async () => {
      const { removeAt = null } = book.get(tenant) ?? {}
      if (removeAt !== null && removeAt <= now()) going.add(tenant)
    })
    if (!going.has(tenant)) return
    try {
      const local = access.get()
      for (const { engine } of options.hosts()) if (engine !== local) await removeBelongings(engine, tenant)
      await removeBelongings(local, tenant)
      await book.inTurn(async () => {
        const sessions = await prisma.session.findMany({ where: { user: { tenantName: tenant } }, select: { id: true } })
        await prisma.tenant.delete({ where: { name: tenant } })
        book.drop(tenant)
        options.onSessionsEnded(sessions.map(({ id }) => id))
      })
    } finally {
      going.delete(tenant)
    }
  }

  /** One round after the other: two must not remove the same tenant side by side. */
  function tick(): Promise<void> {
    looking = looking.then(lookAfterAll)
    return looking
  }

  async function lookAfterAll(): Promise<void> {
    const running = new Set(samplers.rows().flatMap((row) => (runs(row) ? [row.tenant] : [])))
    for (const { name, status, heldIds } of book.all()) {
      if (closing.signal.aborted) return
      try {
        if (status === "leaving") await removeDue(name)
        if (status === "active" && heldIds !== null) await book.inTurn(() => finishResume(name))
        if (status !== "active" && running.has(name)) await enforce(name)
      } catch (error) {
        report(error, `look after tenant ${name}`)
      }
    }
  }

  async function finishResume(tenant: string): Promise<void> {
    const booked = book.get(tenant)
    if (booked?.status === "active" && booked.heldIds !== null) await release(booked)
  }

  const stopOpening = access.onOpened((engine) => {
    const restore = async () => {
      const known = new Map((await engine.tenants.list()).map((tenant) => [tenant.name, tenant]))
      for (const { name, plan } of book.all())
        await applyTerms(engine, { tenant: name, terms: plan.terms, before: known.get(name) }).catch((error: unknown) =>
          report(error, `apply the plan of tenant ${name}`),
        )
    }
    void book
      .inTurn(restore)
      .then(tick)
      .then(() => disks.measure(engine, closing.signal))
      .catch((error: unknown) => report(error, "restore the tenants"))
  })
  const stopWatching = samplers.onFrame(({ upserted }) => {
    const escaped = new Set(
      upserted.filter((row) => runs(row) && (book.get(row.tenant)?.status ?? "active") !== "active").map((row) => row.tenant),
    )
    for (const tenant of escaped) enforce(tenant).catch((error: unknown) => report(error, `hold the containers of tenant ${tenant}`))
  })
  const stopTicking = every(MINUTE_MS, tick, (error) => report(error, "look after tenants"))
  const stopMeasuring = every(
    HOUR_MS,
    () => disks.measure(access.get(), closing.signal),
    (error) => report(error, "measure disks"),
  )

  return {
    list: () => tenantRows(rowDependencies),
    inspect,

    standing(tenant) {
      const booked = book.get(tenant)
      return booked && { terms: booked.plan.terms, status: booked.status }
    },

    async create({ tenant, title, plan }) {
      await book.inTurn(async () => {
        if (tenant === OPERATOR_TENANT || book.get(tenant) !== undefined)
          throw new EngineError("name_in_use", {
            facts: { tenant },
            publicMessage:
              tenant === OPERATOR_TENANT
                ? `“${OPERATOR_TENANT}” are the provider's own things, which have no plan. Choose another name.`
                : `There is a tenant “${tenant}” already. Choose another name, or change its plan.`,
          })
        const commit = async () => {
          const data = { name: tenant, title, planId: plan, createdAt: BigInt(now()) }
          book.put(await prisma.tenant.create({ data, include: withPlan }))
        }
        await giveTerms(terms, { tenants: [tenant], terms: await termsOf(plan), commit })
      })
      return inspect(tenant)
    },

    async change(tenant, { title, plan }) {
      await book.inTurn(async () => {
        const booked = find(tenant)
        const commit = () => update(tenant, { ...(title !== undefined && { title }), ...(plan !== undefined && { planId: plan }) })
        if (plan === undefined || plan === booked.plan.id) return commit()
        return giveTerms(terms, { tenants: [tenant], terms: await termsOf(plan), commit })
      })
      return inspect(tenant)
    },

    async suspend(tenant, reason) {
      await book.inTurn(async () => {
        const booked = find(tenant)
        refuseLeaving(booked)
        await update(tenant, { suspendedAt: BigInt(booked.suspendedAt ?? now()), suspendReason: reason })
        await hold(tenant)
      })
      return inspect(tenant)
    },

    async resume(tenant) {
      await book.inTurn(async () => {
        refuseLeaving(find(tenant))
        await release(await update(tenant, { suspendedAt: null, suspendReason: null }))
      })
      return inspect(tenant)
    },

    async remove(tenant, graceMs) {
      await book.inTurn(async () => {
        const booked = find(tenant)
        await update(tenant, { suspendedAt: BigInt(booked.suspendedAt ?? now()), removeAt: BigInt(now() + graceMs) })
        await hold(tenant)
      })
      return inspect(tenant)
    },

    async keep(tenant) {
      await book.inTurn(async () => {
        const { status, removeAt, suspendReason } = find(tenant)
        if (status !== "leaving")
          throw new EngineError("conflict", { facts: { tenant }, publicMessage: `Tenant “${tenant}” is not about to be removed.` })
        if (going.has(tenant) || (removeAt ?? 0) <= now())
          throw new EngineError("conflict", {
            facts: { tenant, removeAt },
            publicMessage: `It is too late: tenant “${tenant}” is being removed.`,
          })
        // One that was suspended before it was to go stays so.
        const kept = await update(tenant, { removeAt: null, ...(suspendReason === null && { suspendedAt: null }) })
        if (kept.status === "active") await release(kept)
      })
      return inspect(tenant)
    },

    async export(tenant) {
      const row = await inspect(tenant)
      return streamTar(exportTenant({ prisma, engine: access.get(), now }, row))
    },

    tick,

    async close() {
      closing.abort()
      stopOpening()
      stopWatching()
      stopTicking()
      stopMeasuring()
      await looking
      await book.settled()
      await disks.settled()
    },
  }
}
