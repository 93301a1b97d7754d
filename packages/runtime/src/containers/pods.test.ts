import { lstatSync, readdirSync, readlinkSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { EngineError } from "../errors.js"
import { readProcessStat } from "../kernel/process-stat.js"
import type { ContainerRecord } from "./container-record.js"
import { holdPodNamespaces, networkOwner, pinPodMembers, podMembers } from "./pods.js"
import { testRecord } from "./test-record.js"

const range = { uidBase: 1_000_000, gidBase: 1_000_000, size: 65_536 }
const run = {
  pid: 77,
  pidStartTicks: 1,
  conmonPid: 1,
  bootId: "b",
  startedAt: 1,
  stopRequested: false,
  oomKills: 0,
  user: { uid: 0, gid: 0, additionalGids: [], home: "/" },
}
const member = testRecord({ id: "a".repeat(64), name: "main", tenant: "acme", idRange: range, state: { status: "running", run } })

function directory(...records: ContainerRecord[]) {
  return {
    find: (reference: string) => {
      const found = records.find((record) => record.id === reference || record.name === reference)
      if (found === undefined) throw new EngineError("not_found")
      return found
    },
    get: (id: string) => records.find((record) => record.id === id),
    all: () => records,
    usingVolume: () => [],
    endOfRun: () => AbortSignal.abort(),
  }
}

function ourselves() {
  return { pid: process.pid, startTicks: readProcessStat(process.pid)?.startTicks ?? 0 }
}

function runsAs({ pid, startTicks }: { pid: number; startTicks: number }): ContainerRecord {
  return { ...member, state: { status: "running", run: { ...run, pid, pidStartTicks: startTicks } } }
}

function openIpcNamespaces(): string[] {
  return readdirSync("/proc/self/fd").filter((fd) => {
    const path = `/proc/self/fd/${fd}`
    // The listing's own descriptor is gone again.
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined && readlinkSync(path).startsWith("ipc:")
  })
}

describe("pods", () => {
  it("pins the members by id, so that renaming does not tear the pod apart", () => {
    const pinned = pinPodMembers(
      directory(member),
      { image: "x", network: { kind: "container", container: "main" }, pidNamespace: { kind: "container", container: "main" } },
      "acme",
    )
    expect(pinned.network).toEqual({ kind: "container", container: member.id })
    expect(pinned.pidNamespace).toEqual({ kind: "container", container: member.id })
  })

  it("another tenant's container is as good as none", () => {
    expect(() => pinPodMembers(directory(member), { image: "x", network: { kind: "container", container: "main" } }, "other")).toThrow(
      expect.objectContaining({ code: "not_found" }),
    )
  })

  it("refuses to share between different kinds of user namespaces", () => {
    expect(() =>
      pinPodMembers(
        directory(member),
        { image: "x", userNamespace: { kind: "host" }, ipcNamespace: { kind: "container", container: "main" } },
        "acme",
      ),
    ).toThrow(expect.objectContaining({ code: "invalid_argument" }))
  })

  it("holds the member's namespaces open, and says whom to start", () => {
    const joins = testRecord({ idRange: range, spec: { image: "x", ipcNamespace: { kind: "container", container: member.id } } })
    {
      using pod = holdPodNamespaces(directory(runsAs(ourselves())), joins)
      expect(Object.keys(pod.paths)).toEqual(["ipc", "user"])
      expect(readlinkSync(pod.paths.ipc ?? "")).toBe(readlinkSync("/proc/self/ns/ipc"))
      expect(readlinkSync(pod.paths.user ?? "")).toBe(readlinkSync("/proc/self/ns/user"))
      expect(openIpcNamespaces()).toHaveLength(1)
    }
    expect(openIpcNamespaces()).toEqual([])
    const stopped = { ...member, state: { status: "created" as const } }
    expect(() => holdPodNamespaces(directory(stopped), joins)).toThrow(
      expect.objectContaining({ code: "conflict", publicMessage: expect.stringContaining('"main"') }),
    )
    expect(() => holdPodNamespaces(directory(), joins)).toThrow(expect.objectContaining({ code: "conflict" }))
  })

  it("never joins a process that got the member's pid after it", () => {
    const { pid, startTicks } = ourselves()
    const joins = testRecord({ spec: { image: "x", ipcNamespace: { kind: "container", container: member.id } } })
    expect(() => holdPodNamespaces(directory(runsAs({ pid, startTicks: startTicks - 1 })), joins)).toThrow(
      expect.objectContaining({ code: "conflict" }),
    )
    expect(openIpcNamespaces()).toEqual([])
  })

  it("tells which namespaces are shared with whom", () => {
    const record = testRecord({
      spec: { image: "x", utsNamespace: { kind: "container", container: "b" } },
      resolved: { ...testRecord().resolved, network: { kind: "container", container: "c" } },
    })
    expect(podMembers(record)).toEqual({ uts: "b", net: "c" })
  })

  it("finds whose links lead to a container, over several that share, and nobody's where that one is gone or the host's network is shared", () => {
    const joins = (id: string, network: ContainerRecord["resolved"]["network"]): ContainerRecord =>
      testRecord({ id, resolved: { ...testRecord().resolved, network } })
    const [own, host] = [joins("own", { kind: "network" as const, network: "bridge" }), joins("host", { kind: "host" })]
    const [second, third] = [joins("2", { kind: "container", container: "own" }), joins("3", { kind: "container", container: "2" })]
    const all = new Map([own, host, second, third].map((record) => [record.id, record]))
    const containers = { get: (id: string) => all.get(id) }
    expect(networkOwner(containers, own)).toEqual({ kind: "container", id: "own" })
    expect(networkOwner(containers, third)).toEqual({ kind: "container", id: "own" })
    expect(networkOwner(containers, joins("4", { kind: "container", container: "host" }))).toEqual({ kind: "host" })
    expect(networkOwner(containers, joins("5", { kind: "container", container: "gone" }))).toEqual({ kind: "none" })
  })
})
