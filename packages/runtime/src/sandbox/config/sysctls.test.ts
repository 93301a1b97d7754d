import { expect, test } from "vitest"
import { ociSysctls } from "./sysctls.js"

const own = { kind: "private" } as const
const host = { kind: "host" } as const
const namespaces = { pid: own, mnt: own, net: own, uts: own, ipc: own, cgroup: own, time: own }

test("namespaced ones pass, with slashes as well as dots", () => {
  const sysctls = {
    "net.ipv4.ip_forward": "0",
    "net/core/somaxconn": "1024",
    "kernel.shmmax": "1",
    "fs.mqueue.msg_max": "5",
    "net.ipv4.conf.eth0.rp_filter": "1",
  }
  expect(ociSysctls({ sysctls, namespaces })).toEqual({
    "net.ipv4.ip_forward": "0",
    "net.core.somaxconn": "1024",
    "kernel.shmmax": "1",
    "fs.mqueue.msg_max": "5",
    "net.ipv4.conf.eth0.rp_filter": "1",
  })
})

test.each([
  "kernel.core_pattern",
  "kernel.hostname",
  "vm.swappiness",
  "kernel.shm",
  "net",
  "net.",
  "net.ipv4/../../kernel/core_pattern",
  "fs.file-max",
  "",
  "kernel.msgmax.x",
  "net.a b",
])("%j is refused", (name) =>
  expect(() => ociSysctls({ sysctls: { [name]: "1" }, namespaces })).toThrow(expect.objectContaining({ code: "invalid_argument" })),
)

test("in the host's namespace they would change the host, and are refused", () => {
  expect(() => ociSysctls({ sysctls: { "net.ipv4.ip_forward": "1" }, namespaces: { ...namespaces, net: host } })).toThrow(
    /host's net namespace/,
  )
  expect(() => ociSysctls({ sysctls: { "kernel.sem": "1" }, namespaces: { ...namespaces, ipc: host } })).toThrow(/host's ipc namespace/)
})
