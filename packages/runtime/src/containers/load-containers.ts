import { mkdir, readdir, readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import type { NetworkAttachment } from "../engine.js"
import { errnoOf } from "../errors.js"
import type { ContainerRecord } from "./container-record.js"
import type { DiagnosticSink, EnginePaths } from "./engine-context.js"

const CONTAINER_DIRECTORY = /^[0-9a-f]{64}$/
const REMOVAL_DIRECTORY = /^\.removing-([0-9a-f]{64})$/

/**
 * Reads every container's document. A directory without one belongs to a create that was cut off and is removed; one under
 * removal is returned for removal to be finished; a document that cannot be read becomes a `dead` container, which can
 * be removed.
 */
export async function loadContainers(
  paths: EnginePaths,
  report: DiagnosticSink,
): Promise<{ records: ContainerRecord[]; unfinishedRemovals: ContainerRecord[] }> {
  await mkdir(paths.containers, { recursive: true, mode: 0o700 })
  const records: ContainerRecord[] = []
  const unfinishedRemovals: ContainerRecord[] = []
  for (const name of await readdir(paths.containers)) {
    const directory = join(paths.containers, name)
    const removing = REMOVAL_DIRECTORY.exec(name)?.[1]
    const id = removing ?? CONTAINER_DIRECTORY.exec(name)?.[0]
    if (id === undefined) continue
    const record = await loadContainer(directory, id, report)
    // Deleting the document is the last step of a removal, as writing it is of a create.
    if (record === undefined) await rm(directory, { recursive: true, force: true })
    else (removing === undefined ? records : unfinishedRemovals).push(record)
  }
  return { records: withUniqueNames(records), unfinishedRemovals }
}

async function loadContainer(directory: string, id: string, report: DiagnosticSink): Promise<ContainerRecord | undefined> {
  await removeTemporaryFiles(directory)
  const path = join(directory, "container.json")
  try {
    const text = await readFile(path, "utf8")
    // The power went before a create had its document on disk: it was never acknowledged.
    if (text === "") return undefined
    const value: unknown = JSON.parse(text)
    if (isRecordOf(value, id)) return withConnections(value)
    report.error("a container's document is not what it should be", { path })
    return deadContainer(id, "its document is not what it should be")
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined
    report.error("a container's document cannot be read", { path, error })
    return deadContainer(id, "its document cannot be read")
  }
}

async function removeTemporaryFiles(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.startsWith(".") && name.endsWith(".tmp")) await rm(join(directory, name), { force: true })
  }
}

function isRecordOf(value: unknown, id: string): value is ContainerRecord {
  return (
    typeof value === "object" &&
    value !== null &&
    "version" in value &&
    value.version === 1 &&
    "id" in value &&
    value.id === id &&
    "name" in value &&
    typeof value.name === "string" &&
    "state" in value &&
    typeof value.state === "object" &&
    "resolved" in value &&
    typeof value.resolved === "object"
  )
}

/** Documents of earlier versions have one attachment instead. */
function withConnections(record: ContainerRecord & { attachment?: NetworkAttachment }): ContainerRecord {
  const { attachment, ...rest } = record
  if (Array.isArray(rest.connections)) return rest
  const { network } = record.resolved
  const aliases = network.kind === "network" ? (network.aliases ?? []) : []
  return { ...rest, connections: attachment === undefined ? [] : [{ attachment, aliases }] }
}

/** Enough of a record to show and remove a container of which nothing is known but that it was there. */
function deadContainer(id: string, reason: string): ContainerRecord {
  const name = `unreadable-${id.slice(0, 12)}`
  return {
    version: 1,
    id,
    name,
    tenant: "operator",
    createdAt: 0,
    spec: { image: "", name, tenant: "operator" },
    image: { id: "", reference: "", diffIds: [] },
    resolved: {
      entrypoint: [],
      command: [],
      environment: [],
      workingDirectory: "/",
      user: "",
      hostname: "",
      stopSignal: "SIGTERM",
      stopTimeoutMs: 10_000,
      terminal: false,
      openStdin: false,
      init: true,
      readOnlyRoot: false,
      capabilities: [],
      mounts: [],
      network: { kind: "none" },
      ports: [],
      restartPolicy: { kind: "no" },
      healthCheck: null,
      ociRuntime: "",
    },
    limits: {},
    idRange: undefined,
    connections: [],
    ports: [],
    state: { status: "dead", error: `The container's state could not be restored: ${reason}. Remove it; its writable layer goes with it.` },
    restartCount: 0,
    restartStreak: 0,
    health: { status: "none", log: [] },
    execs: {},
    limitsInDoubt: false,
    // Above what its lost document may have counted, so that its removal is an event of its own.
    eventSequence: 1_000_000,
    outbox: [],
  }
}

// Two of one name cannot be written; if a disk error makes it so, the older keeps it.
function withUniqueNames(records: ContainerRecord[]): ContainerRecord[] {
  const seen = new Set<string>()
  return records
    .sort((left, right) => left.createdAt - right.createdAt)
    .map((record) => {
      const name = seen.has(record.name) ? `${record.name}-${record.id.slice(0, 12)}` : record.name
      seen.add(name)
      return name === record.name ? record : { ...record, name }
    })
}
