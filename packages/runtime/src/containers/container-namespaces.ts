import type { NamespaceEntry, NamespaceKind, NamespaceReport } from "../engine.js"
import { isEngineError } from "../errors.js"
import { isSameProcessAlive, readNamespaceInode } from "../kernel/process-stat.js"
import { runOf } from "./container-record.js"
import { notRunning, runningContainer } from "./kill-container.js"
import type { LifecycleContext } from "./lifecycle-context.js"

/** See `ContainerApi.namespaces`. Who shares what is told by the kernel's inode numbers, not by what was asked for. */
export async function containerNamespaces(context: LifecycleContext, reference: string): Promise<NamespaceReport> {
  const { record, run } = runningContainer(context, reference, "see its namespaces")
  const report = await context.sandbox.namespaces(run.pid).catch((error: unknown) => {
    throw isEngineError(error, "not_found") ? notRunning(record, "see its namespaces", error) : error
  })
  // The pid may have come to mean another process while it was looked at.
  if (!isSameProcessAlive(run.pid, run.pidStartTicks)) throw notRunning(record, "see its namespaces")
  const others = context.containers.all().flatMap((other) => {
    const otherRun = other.id === record.id ? undefined : runOf(other)
    return otherRun === undefined ? [] : [{ id: other.id, pid: otherRun.pid }]
  })
  return { ...report, namespaces: report.namespaces.map((entry) => withSharing(entry, others)) }
}

/** With whom a namespace is shared: whoever has the same inode number. */
export function withSharing(
  entry: { kind: NamespaceKind; inode: number; isHost: boolean },
  others: readonly { id: string; pid: number }[],
): NamespaceEntry {
  const sharedWith = others.filter((other) => readNamespaceInode(other.pid, entry.kind) === entry.inode).map((other) => other.id)
  const sharing = entry.isHost ? "host" : sharedWith.length > 0 ? "container" : "private"
  return { kind: entry.kind, inode: entry.inode, sharing, sharedWith }
}
