import { join } from "node:path"
import type { CgroupDriver } from "../cgroups/cgroup-driver.js"
import { detectCgroups } from "../cgroups/detect.js"
import { openCgroupDriver } from "../cgroups/open-cgroup-driver.js"
import { ContainerStore } from "../containers/container-store.js"
import type { DiagnosticSink, EnginePaths } from "../containers/engine-context.js"
import { EventJournal } from "../containers/events/event-journal.js"
import { createContainerLogs } from "../containers/logs/container-logs.js"
import { openContainers } from "../containers/open-containers.js"
import { TenantStore } from "../containers/tenants/tenant-store.js"
import { createVolumeStore } from "../containers/volumes/volume-store.js"
import { openContentStore } from "../content/content-store.js"
import type { ContainerEngine, EngineInfo } from "../engine.js"
import { EngineError } from "../errors.js"
import { openImageStore } from "../images/open-image-store.js"
import { type Clock, type Ids, randomIds, systemClock } from "../kernel/clock.js"
import { readBootId } from "../kernel/host-facts.js"
import { createNetworkDriver } from "../network/create-network-driver.js"
import { createSandboxDriver } from "../sandbox/create-sandbox-driver.js"
import { chooseSnapshotter } from "../snapshots/choose-snapshotter.js"
import { rootFiles } from "../snapshots/root-files.js"
import { instanceName, instanceTag } from "../spec/instance-name.js"
import type { RegistrySettingsSource } from "../spec/registry.js"
import { lockEngineRoot } from "./engine-lock.js"
import { enginePaths } from "./engine-paths.js"
import { makeTraversable } from "./make-traversable.js"
import { createNetworkApi } from "./network-api.js"
import { probeHost, withPresentMemory } from "./probe.js"
import { probeNaps } from "./probe-naps.js"
import { thinDisksAbility } from "./probe-thin-disks.js"
import { createTenantApi } from "./tenant-api.js"
import { unavailableEngine } from "./unavailable-engine.js"

export interface CreateEngineOptions {
  /** Directory of everything that must last. One engine at a time works on it. */
  root: string
  /** Directory of run-time state; lost at reboot. Default `/run/<instance>/engine`. */
  runDirectory?: string
  /** Diagnostics. Default: warnings and errors go to stderr. */
  report?: DiagnosticSink
  clock?: Clock
  ids?: Ids
  /** Mirrors, hosts without TLS, proxy; a function is asked at each transfer. Credentials are given with each call. */
  registries?: RegistrySettingsSource
  /** CRIU, which writes containers that hibernate to disk. Default: `tools/criu/usr/sbin/criu` beside `root` (`npm run criu`), else the distribution's. Looked for when the engine opens. */
  criu?: string
}

/**
 * Opens the embedded engine on this host: takes the root for itself, makes disk and kernel agree (containers that ran go on running, what
 * happened meanwhile is recorded, half-made things are undone), and is ready when it resolves.
 *
 * Never rejects because of the host: without root's rights, a tool or a kernel feature it resolves with an engine whose
 * `info()` says what is missing and what mends it, and whose other methods reject with `engine_unavailable`.
 */
export async function createEngine(options: CreateEngineOptions): Promise<ContainerEngine> {
  const paths = enginePaths(options)
  const report = options.report ?? stderrReport
  let lock: { release(): void } | undefined
  try {
    makeTraversable(paths.root)
    lock = await lockEngineRoot(paths.root)
    return await openEngine({ ...options, paths, report, lock })
  } catch (error) {
    lock?.release()
    report.error("the engine cannot work on this host as it is", { error })
    return unavailableEngine(withReason(await probeHost({ root: paths.root }), error))
  }
}

interface OpenOptions extends CreateEngineOptions {
  paths: EnginePaths
  report: DiagnosticSink
  lock: { release(): void }
}

async function openEngine(options: OpenOptions): Promise<ContainerEngine> {
  const { paths, report, lock, clock = systemClock, ids = randomIds } = options
  const instance = instanceName(paths.root)
  const bootId = readBootId()
  const layout = detectCgroups()
  const cgroups: CgroupDriver = openCgroupDriver({ rootName: instance, clock, layout })
  makeTraversable(paths.run)
  const sandbox = createSandboxDriver({ runDirectory: paths.run })
  const ociRuntimes = await sandbox.probeRuntimes()
  const network = await createNetworkDriver({
    directory: paths.networks,
    runDirectory: paths.nameServer,
    instance,
    tag: instanceTag(paths.root),
    clock,
    warn: (message) => report.warn(message),
  })
  const info = await probeHost({
    root: paths.root,
    ...(ociRuntimes.length === 0 ? {} : { ociRuntimes }),
    furtherAbilities: await network.abilities(),
  })
  if (info.status === "unavailable") {
    lock.release()
    return unavailableEngine(info)
  }
  const events = await EventJournal.open({ directory: paths.events, bootId, clock, report })
  const emitByEngine = (action: "reconcile" | "collect", facts: object): Promise<void> => {
    const attributes = Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, String(value)]))
    return events.emit({ kind: "engine", action, id: instance, name: instance, tenant: "operator", attributes })
  }
  const { store, unfinishedRemovals } = await ContainerStore.open({ paths, clock, events, report })
  await store.replay((event) => events.recover(event))
  const tenants = await TenantStore.open(paths.tenants)
  const { snapshotter: snapshots, remark } = await chooseSnapshotter({
    layers: paths.layers,
    snapshots: paths.snapshots,
    idMapped: join(paths.run, "idmapped"),
    disks: join(paths.run, "disks"),
  })
  if (remark !== undefined) report.warn("overlayfs cannot be used here; containers' files are copied instead", { remark })
  await snapshots.sweep()
  const images = await openImageStore({
    directory: paths.images,
    content: await openContentStore(paths.content),
    snapshots,
    usage: (imageId) => store.usingImage(imageId),
    clock,
    onChange: ({ action, id, reference }) =>
      events.emit({ kind: "image", action, id, name: reference, tenant: "operator", attributes: {} }),
    onCollect: ({ images: { length }, blobs, layers, reclaimedBytes }) =>
      emitByEngine("collect", { images: length, blobs: blobs.length, layers: layers.length, bytes: reclaimedBytes }),
    ...(options.registries === undefined ? {} : { registries: options.registries }),
  })
  const thinDisks = info.abilities.find(({ name }) => name === thinDisksAbility) ?? {
    status: "missing",
    detail: "It could not be found out.",
  }
  const volumes = await createVolumeStore({ paths, clock, ids, containers: store, events, thinDisks })
  const logs = createContainerLogs({ paths, clock, sandbox, report })
  const opened = await openContainers({
    instance,
    paths,
    clock,
    ids,
    report,
    cgroups,
    snapshots,
    files: rootFiles,
    images,
    network,
    sandbox,
    events,
    volumes,
    thinDisks,
    napAbility: () => probeNaps(layout)[1],
    logs,
    tenants,
    bootId,
    containers: store,
    ociRuntimes,
    unfinishedRemovals,
  })
  await emitByEngine("reconcile", { ...opened.reconciliation, version: info.version })
  let closed: Promise<void> | undefined
  return {
    kind: "embedded",
    info: async () => withPresentMemory(info, layout),
    containers: opened.api,
    images,
    networks: createNetworkApi({ network, containers: store, connections: opened.connections, events }),
    volumes,
    tenants: createTenantApi({ tenants, cgroups, snapshots, network, info, containers: store, volumes, events }),
    events: (eventOptions) => events.read(eventOptions),
    close: () => {
      closed ??= (async () => {
        await images.close()
        await opened.close()
        logs.close()
        await network.close()
        await store.close()
        await events.close()
        lock.release()
      })()
      return closed
    },
  }
}

/** The probe may have found nothing amiss where opening failed all the same: then that failure is the reason. */
function withReason(info: EngineInfo, error: unknown): EngineInfo {
  if (info.status === "unavailable") return info
  const reason =
    error instanceof EngineError
      ? error.publicMessage
      : `The engine could not be opened: ${error instanceof Error ? error.message : String(error)}`
  const remedy = error instanceof EngineError && typeof error.facts.remedy === "string" ? error.facts.remedy : undefined
  return { ...info, status: "unavailable", reason, ...(remedy === undefined ? {} : { remedy }) }
}

const stderrReport: DiagnosticSink = {
  warn: (message, facts) => console.error(`plimsoll engine: warning: ${message}`, facts ?? ""),
  error: (message, facts) => console.error(`plimsoll engine: error: ${message}`, facts ?? ""),
}
