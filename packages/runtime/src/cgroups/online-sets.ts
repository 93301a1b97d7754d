import { existsSync, readFileSync } from "node:fs"
import { parseCpuList } from "./cpu-list.js"

/** CPUs and memory nodes that are online. A kernel without NUMA has node 0. */
export function readOnlineSets(sysRoot = "/sys"): { onlineCpus: number[]; memoryNodes: number[] } {
  const nodes = `${sysRoot}/devices/system/node/online`
  return {
    onlineCpus: parseCpuList(readFileSync(`${sysRoot}/devices/system/cpu/online`, "utf8"), "cpusetCpus"),
    memoryNodes: existsSync(nodes) ? parseCpuList(readFileSync(nodes, "utf8"), "cpusetMems") : [0],
  }
}
