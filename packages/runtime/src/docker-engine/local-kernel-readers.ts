import { statSync } from "node:fs"
import { hostname, release } from "node:os"
import { join } from "node:path"
import { readFlatCgroupTree } from "../cgroups/cgroup-tree.js"
import { chooseControllers } from "../cgroups/choose-controllers.js"
import { ContainerSampler } from "../cgroups/container-sampler.js"
import { detectCgroups } from "../cgroups/detect.js"
import { limitAbilities } from "../cgroups/enforceability.js"
import { allHierarchies } from "../cgroups/hierarchy.js"
import { allPids } from "../cgroups/kill-all.js"
import { Signs } from "../cgroups/signs.js"
import { withSharing } from "../containers/container-namespaces.js"
import { listProcesses } from "../containers/top.js"
import type { KernelReaders } from "../docker/host-tools.js"
import { EngineError, errnoOf, isEngineError } from "../errors.js"
import { readBootedAt, readMemoryInfo } from "../kernel/host-facts.js"
import { readNamespaceInode, readProcFile } from "../kernel/process-stat.js"
import { addCounters, parseLinkCounters } from "../network/link-counters.js"
import { reportNamespaces } from "../sandbox/namespace-report.js"
import { rootFiles } from "../snapshots/root-files.js"
import { treeUsage } from "../snapshots/tree-usage.js"
import type { IdRange } from "../spec/id-range.js"
import { assertPortFree } from "./assert-port-free.js"

const maximumPasswdBytes = 1 << 20

/** What the kernel of this host says of processes that another engine started. Reads only; nothing is ever written or signalled. */
export function localKernelReaders(): KernelReaders {
  const layout = detectCgroups()
  const hierarchies = allHierarchies(layout)
  const controllers = chooseControllers(layout)
  const signs = new Signs()
  const samplers = new Map<string, { path: string; sampler: ContainerSampler }>()

  const samplerOf = (containerId: string, pid: number): ContainerSampler | undefined => {
    const path = cgroupPathOf(pid, containerId)
    const open = samplers.get(containerId)
    if (open?.path === path) return open?.sampler
    open?.sampler.close()
    samplers.delete(containerId)
    if (path === undefined) return undefined
    const sampler = new ContainerSampler({ path, controllers, unified: layout.unified, signs, now: Date.now })
    samplers.set(containerId, { path, sampler })
    return sampler
  }

  return {
    host: () => ({
      hostname: hostname(),
      kernelVersion: release(),
      bootedAt: readBootedAt(),
      swapBytes: readMemoryInfo().get("SwapTotal") ?? 0,
      cgroupVersion: layout.version,
    }),
    enforceableLimits: () => limitAbilities(layout),
    isHere: (pid, containerId) => cgroupPathOf(pid, containerId) !== undefined,
    cgroupPath: (pid) => cgroupPathOf(pid),
    namespaces: (pid, others) => {
      const report = reportNamespaces(pid)
      return { ...report, namespaces: report.namespaces.map((entry) => withSharing(entry, others)) }
    },
    sample: (containerId, pid) => {
      const sample = samplerOf(containerId, pid)?.sample()
      if (sample === undefined) return undefined
      const network = linkCounters(pid)
      return { ...sample, ...(network === undefined ? {} : { network }) }
    },
    forget: (isGone) => {
      for (const [id, { sampler }] of samplers) {
        if (!isGone(id)) continue
        sampler.close()
        samplers.delete(id)
      }
    },
    cgroupTree: (pid) => {
      const path = cgroupPathOf(pid)
      if (path === undefined) throw new EngineError("conflict", { facts: { pid }, publicMessage: "The container has just ended." })
      return readFlatCgroupTree(path, hierarchies)
    },
    processes: async (pid) => {
      const path = cgroupPathOf(pid)
      const passwd = await rootFiles.readText(rootOf(pid), "/etc/passwd", maximumPasswdBytes).catch((error: unknown) => {
        if (isEngineError(error)) return undefined
        throw error
      })
      return listProcesses({ pids: path === undefined ? [] : allPids(path, hierarchies), passwd, idRange: idRangeOf(pid) })
    },
    listDirectory: (pid, path) => rootFiles.list(rootOf(pid), path, idRangeOf(pid)),
    assertPortFree,
    usedBytes: (directory) =>
      treeUsage(directory).catch((error: unknown) => {
        if (isEngineError(error, "not_found") || errnoOf(error) === "EACCES") return -1
        throw error
      }),
    diskPath: (numbers) => {
      const name = /^DEVNAME=(.+)$/m.exec(readProcFile(join("/sys/dev/block", numbers, "uevent")) ?? "")?.[1]
      return name === undefined ? undefined : `/dev/${name}`
    },
    diskNumbers: (path) => {
      const { rdev } = statSync(path, { throwIfNoEntry: false }) ?? { rdev: 0 }
      return rdev === 0 ? undefined : `${majorOf(rdev)}:${minorOf(rdev)}`
    },
  }
}

/**
 * Path of the group that a process's container has, the same in every hierarchy: of the process's own groups the part that ends with the
 * container's id (inner groups lie below it). Without an id, that of the memory controller or of cgroup v2.
 */
function cgroupPathOf(pid: number, containerId?: string): string | undefined {
  const text = pid > 0 ? readProcFile(`/proc/${pid}/cgroup`) : undefined
  if (text === undefined) return undefined
  const lines = [...text.matchAll(/^(\d+):([^:]*):(.*)$/gm)].map(([, , controllers = "", path = ""]) => ({
    controllers: controllers.split(","),
    path,
  }))
  const found = lines.find(({ controllers }) => controllers.includes("memory")) ?? lines.find(({ controllers }) => controllers[0] === "")
  if (found === undefined) return undefined
  const parts = found.path.split("/")
  const own = parts.findIndex((part) =>
    containerId === undefined ? /(^|-)[0-9a-f]{64}(\.scope)?$/.test(part) : part.includes(containerId),
  )
  return own < 0 ? undefined : parts.slice(0, own + 1).join("/")
}

function rootOf(pid: number): string {
  return `/proc/${pid}/root`
}

function idRangeOf(pid: number): IdRange | undefined {
  const { uidMap, gidMap, namespaces } = reportNamespaces(pid)
  const [uid, gid] = [uidMap[0], gidMap[0]]
  if (uid === undefined || gid === undefined || namespaces.find(({ kind }) => kind === "user")?.isHost === true) return undefined
  return { uidBase: uid.outsideId, gidBase: gid.outsideId, size: uid.count }
}

/** Of all links but loopback; undefined in the host's network, whose figures are nobody's. */
function linkCounters(pid: number): ReturnType<ReturnType<typeof parseLinkCounters>["get"]> {
  if (readNamespaceInode(pid, "net") === readNamespaceInode("self", "net")) return undefined
  const table = parseLinkCounters(readProcFile(`/proc/${pid}/net/dev`) ?? "")
  table.delete("lo")
  const links = [...table.values()]
  const [first] = links
  if (first === undefined) return undefined
  return links.slice(1).reduce(addCounters, first)
}

// As gnu_dev_major and gnu_dev_minor of glibc.
function majorOf(device: number): number {
  return ((device >> 8) & 0xfff) | (Math.floor(device / 2 ** 32) & ~0xfff)
}

function minorOf(device: number): number {
  return (device & 0xff) | (Math.floor(device / 2 ** 12) & 0xfff00)
}
