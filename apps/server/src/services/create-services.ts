import type { ContainerEngine, DockerEndpoint, InstanceMemory, RegistrySettings } from "@plimsoll/runtime"
import type { Logger } from "pino"
import { localHost } from "../contract/hosts.js"
import type { Database } from "../db/open-database.js"
import { createAdmission } from "./admission/create-admission.js"
import { TenantGate } from "./admission/tenant-gate.js"
import { createAudit } from "./audit/create-audit.js"
import { scheduleCompaction } from "./disks/schedule-compaction.js"
import { createEngineAccess } from "./engine/create-engine-access.js"
import { createEventLog } from "./events/create-event-log.js"
import { createEventJournal, localSource } from "./events/event-journal.js"
import { every } from "./every.js"
import { createHostService } from "./host/create-host-service.js"
import { readHostCounters } from "./host/host-counters.js"
import { createHosts } from "./hosts/create-hosts.js"
import { createHostStore } from "./hosts/host-store.js"
import { ensureStarterImageOnce } from "./images/ensure-starter-image-once.js"
import { scheduleGarbageCollection } from "./images/schedule-garbage-collection.js"
import { createLadder } from "./ladder/create-ladder.js"
import type { HostReading } from "./ladder/host-reading.js"
import { readHost } from "./ladder/read-host.js"
import { createContainersLive } from "./live/create-containers-live.js"
import { Sampler } from "./live/sampler.js"
import { Samplers } from "./live/samplers.js"
import { createMembers } from "./members/create-members.js"
import { createMeterStore } from "./metering/meter-store.js"
import { startMetering } from "./metering/start-metering.js"
import { createMetricsService, readingsOf } from "./metrics/create-metrics-service.js"
import { MetricsRecorder } from "./metrics/metrics-recorder.js"
import { createMetricsStore } from "./metrics/metrics-store.js"
import { readCapacity } from "./overprovisioning/capacity.js"
import { createOverprovisioning } from "./overprovisioning/create-overprovisioning.js"
import { openDiskProbe } from "./overprovisioning/disk-probe.js"
import type { SaleDesk } from "./overprovisioning/sale-desk.js"
import { listSales } from "./overprovisioning/sales.js"
import { presentSales } from "./overprovisioning/what-if/present-sales.js"
import { createWhatIf } from "./overprovisioning/what-if.js"
import { createPlans } from "./plans/create-plans.js"
import { createPrometheus } from "./prometheus/create-prometheus.js"
import { EventCounter } from "./prometheus/event-counter.js"
import { createRegistries } from "./registries/create-registries.js"
import type { SecretBox } from "./secrets/secret-box.js"
import type { Services } from "./services.js"
import type { AuthByScheme } from "./session/create-auth.js"
import { createSessions } from "./session/create-sessions.js"
import { createLockout, type Lockout } from "./session/lockout.js"
import { removeExpired } from "./session/remove-expired.js"
import type { SignedIn } from "./session/sessions.js"
import { UsedCodes } from "./session/used-codes.js"
import { createSettings } from "./settings/settings.js"
import { createTenants } from "./tenants/create-tenants.js"
import { TenantBook } from "./tenants/tenant-book.js"
import { createTerminals, type RunningTerminals } from "./terminals/create-terminals.js"
import { Tickets } from "./terminals/tickets.js"
import { createTokens } from "./tokens/create-tokens.js"
import { createTransfers } from "./transfers/create-transfers.js"

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const FIRST_RETENTION_MS = 60_000
/** After a start, when all else has settled, and then so often that a question never waits for more than a few days. */
const FIRST_WARMING_MS = 20_000
const WARMING_MS = 6 * HOUR_MS

export interface ServicesOptions {
  dataDirectory: string
  retention: { eventDays: number; eventRows: number; minuteDays: number; quarterDays: number }
  /** Between automatic collections of images that nobody needs; 0: none. */
  imageGarbageMs: number
  /** Between automatic compactions of disks with a limit; 0: none. */
  diskCompactionMs: number
  database: Database
  /** Seals what must not lie open in the database. */
  secretBox: SecretBox
  auth: AuthByScheme
  log: Logger
  serverVersion: string
  /** `registries` is asked at each transfer. */
  openEngine: (settings: { registries: () => Promise<RegistrySettings> }) => Promise<ContainerEngine>
  openDockerEngine: (endpoint: DockerEndpoint) => Promise<ContainerEngine>
  makeStarterImage: (engine: ContainerEngine) => Promise<unknown>
  publicOrigins: readonly string[]
  /** Recognises a script that root runs on this host. */
  recogniseLocal: (headers: Headers) => SignedIn | null
  onPasswordChanged: (username: string) => Promise<void>
  /** Cuts the open connections of sessions that ended. */
  onSessionsEnded: (sessionIds: string[]) => void
  /** What the containers of this machine may take of its memory together; `null`: all of it. */
  readOwnMemory?: () => InstanceMemory | null
  /** This machine, as the ladder looks at it; default: read from /proc. */
  readHost?: () => Promise<HostReading>
  /** The ladder's clock for durations; default: the machine's. */
  monotonic?: () => number
  now?: () => number
}

export interface RunningServices extends Services {
  terminals: RunningTerminals
  lockout: Lockout
  usedCodes: UsedCodes
  /** Stops sampling, writes what is in memory, and leaves the engine. Containers go on. */
  close(): Promise<void>
}

/** Makes the use cases and sets them going: events are read, containers and host are sampled, old history is removed. */
export async function createServices(options: ServicesOptions): Promise<RunningServices> {
  const { dataDirectory, retention, database, log, readOwnMemory = () => null, now = Date.now } = options
  const report = (doing: string) => (error: unknown) => log.error({ err: error }, `could not ${doing}`)

  const registries = createRegistries({ database, secretBox: options.secretBox, now })
  const book = await TenantBook.open(database.prisma)
  const gate = new TenantGate()
  // The desk looks at the machine through the engine that is guarded by it: it is there before anybody can ask for a sale.
  const line: SaleDesk = {
    sell: (growth, work) => overprovisioning.desk.sell(growth, work),
    ask: (growth) => overprovisioning.desk.ask(growth),
    overruling: (overrule, work) => overprovisioning.desk.overruling(overrule, work),
  }
  const admission = createAdmission({ book, gate, line })
  const engine = await createEngineAccess({
    open: async () => admission.guard(await options.openEngine({ registries: registries.settings })),
    dataDirectory,
    onUnavailable: ({ reason, remedy }, error) =>
      log.warn({ reason, remedy, err: error }, "the engine is not available; it is tried again"),
  })
  const sampler = new Sampler({ host: localHost, engine, now, onError: (error, doing) => report(doing)(error) })
  const samplers = new Samplers()
  samplers.add(localHost, sampler)
  const journal = createEventJournal(database)
  const events = createEventLog({ database, journal, onError: report("record events") })
  const audit = createAudit({
    events,
    containers: () => samplers.rows(),
    present: async () => engine.get().containers.list(),
    now,
    report: (error, doing) => report(doing)(error),
  })
  const hosts = await createHosts({
    local: engine,
    samplers,
    store: createHostStore(database, options.secretBox),
    events,
    openDockerEngine: async (endpoint) => admission.guard(await options.openDockerEngine(endpoint)),
    now,
    report: (error, doing) => report(doing)(error),
  })
  const host = createHostService({ hosts, sampler, dataDirectory, serverVersion: options.serverVersion, startedAt: now(), now })
  const store = createMetricsStore(database)
  const recorder = new MetricsRecorder({ store, monotonic: () => performance.now() })
  const metrics = createMetricsService({ hosts, samplers, recorder, store, minuteRetentionMs: retention.minuteDays * DAY_MS, now })
  const metering = await startMetering({ database, hosts, sampler, samplers, now, report: (error, doing) => report(doing)(error) })
  const settings = createSettings(database, { now, report: (error, doing) => report(doing)(error) })
  const ladder = await createLadder({
    sampler,
    engine,
    readHost:
      options.readHost ??
      (() => readHost((totalBytes) => Math.max(0, totalBytes - overprovisioning.reservedMemory(totalBytes)), readOwnMemory())),
    note: (event) => events.note(event, localHost),
    listEvents: events.list,
    settings,
    book,
    now,
    monotonic: options.monotonic ?? (() => performance.now()),
    report: (error, doing) => report(doing)(error),
  })
  const probe = openDiskProbe(dataDirectory)
  const overprovisioning = await createOverprovisioning({
    database,
    engine,
    tenants: book,
    settings,
    sampler,
    recorder,
    store,
    minuteRetentionMs: retention.minuteDays * DAY_MS,
    disks: metering.disks,
    events,
    readCapacity: () => readCapacity({ dataDirectory, probe, ownMemory: readOwnMemory }, (error, doing) => report(doing)(error)),
    ladder: () => ladder.now(),
    selling: () => ladder.selling(),
    now,
    report: (error, doing) => report(doing)(error),
  })
  const terminals = createTerminals({ hosts, tickets: new Tickets(now) })
  const { prisma } = database
  const lockout = createLockout({ prisma, now })
  const tokens = createTokens({
    prisma,
    now,
    onError: report("note when a token was used"),
    onEnded: options.onSessionsEnded,
    within: admission.within,
  })
  const members = createMembers({
    prisma,
    now,
    hashPassword: async (password) => (await options.auth.http.$context).password.hash(password),
    onEnded: options.onSessionsEnded,
    onPasswordChanged: options.onPasswordChanged,
  })
  const sessions = createSessions({
    auth: options.auth,
    prisma,
    now,
    lockout,
    tokens,
    // Also one that has no plan and is known to the engine alone.
    knowsTenant: async (tenant) =>
      book.get(tenant) !== undefined ||
      (await hosts.onEach(undefined, ({ tenants }) => tenants.list())).some(({ name }) => name === tenant),
    publicOrigins: options.publicOrigins,
    onError: report("note when a session was seen"),
    recogniseLocal: options.recogniseLocal,
    onPasswordChanged: options.onPasswordChanged,
    onEnded: options.onSessionsEnded,
  })
  const transfers = createTransfers({ hosts, registries, admission, report: (error, doing) => report(doing)(error), now })
  const live = createContainersLive({ samplers, hosts, now })
  const ofTenants = { prisma, book, gate, line, now, report: (error: unknown, doing: string) => report(doing)(error) }
  const plans = createPlans({ ...ofTenants, engine: () => engine.get() })
  const tenants = createTenants({
    ...ofTenants,
    access: engine,
    samplers,
    hosts: () => hosts.connected(),
    onSessionsEnded: options.onSessionsEnded,
  })

  const whatIf = createWhatIf({
    store,
    diskHours: createMeterStore(database).hours,
    sales: async () => {
      const [containers, volumes] = await Promise.all([engine.get().containers.list(), engine.get().volumes.list()])
      return presentSales(listSales({ tenants: book.all(), containers, volumes }))
    },
    plans: () => plans.list(),
    overprovisioning,
    now,
  })
  const eventCounter = new EventCounter()
  eventCounter.start(events, report("count events"))
  const prometheus = createPrometheus({
    ...{ overprovisioning, hosts, tenants, samplers, now },
    machine: () => readHostCounters(dataDirectory, now),
    events: eventCounter,
    version: options.serverVersion,
    report: (error, doing) => report(doing)(error),
  })

  await recorder.catchUp(now())
  let recording = Promise.resolve()
  const stopRecording = sampler.onFrame((frame) => {
    if (frame.samples === undefined) return
    recording = recording
      .then(async () => {
        // Without the host's figures, the containers' are still worth keeping.
        const usage = await host.sample().catch((error: unknown) => report("read the host's figures")(error))
        const readings = readingsOf({ at: frame.at, samplers, usage: usage ?? undefined })
        await recorder.record(frame.at, [...readings, ...overprovisioning.readings(usage ?? undefined)])
      })
      .catch(report("record figures"))
  })
  engine.onOpened((opened) => {
    void events.consume(localSource, opened)
    overprovisioning.minute().catch(report("draw the load line"))
    ensureStarterImageOnce(opened, { dataDirectory, make: options.makeStarterImage }).catch(report("make the starter image"))
  })
  sampler.start()
  ladder.start()

  const applyRetention = async () => {
    await journal.prune({ before: now() - retention.eventDays * DAY_MS, keepRows: retention.eventRows })
    await store.prune({ minute: now() - retention.minuteDays * DAY_MS, quarter: now() - retention.quarterDays * DAY_MS })
    await removeExpired(prisma, now())
  }
  const firstRetention = setTimeout(() => void applyRetention().catch(report("apply retention")), FIRST_RETENTION_MS).unref()
  const stopRetention = every(HOUR_MS, applyRetention, report("apply retention"))

  let warming = Promise.resolve()
  const warm = () => {
    warming = whatIf.warm().catch(report("read the history for questions"))
    return warming
  }
  const firstWarming = setTimeout(() => void warm(), FIRST_WARMING_MS).unref()
  const stopWarming = every(WARMING_MS, warm, report("read the history for questions"))

  const stopCollecting = scheduleGarbageCollection({
    hosts,
    intervalMs: options.imageGarbageMs,
    onError: (error, id) => log.error({ err: error, host: id }, "could not collect images that nobody needs"),
  })
  const stopCompacting = scheduleCompaction({
    hosts,
    intervalMs: options.diskCompactionMs,
    onError: (error, id) => log.error({ err: error, host: id }, "could not compact a disk"),
  })

  return {
    engine,
    host,
    hosts,
    live,
    events,
    audit,
    metrics,
    metering,
    terminals,
    sessions,
    members,
    tokens,
    lockout,
    usedCodes: new UsedCodes(now),
    registries,
    transfers,
    admission,
    overprovisioning,
    plans,
    tenants,
    whatIf,
    prometheus,
    ladder,
    report: (error, doing) => report(doing)(error),
    async close() {
      clearTimeout(firstRetention)
      clearTimeout(firstWarming)
      stopWarming()
      stopRetention()
      stopCollecting()
      stopCompacting()
      stopRecording()
      await eventCounter.close()
      await warming
      await ladder.close()
      await tenants.close()
      await sampler.close()
      await recording
      await overprovisioning.close()
      await recorder.flush()
      await metering.close()
      await transfers.close()
      await hosts.close()
      events.close()
      terminals.close()
      await engine.close()
    },
  }
}
