import type { Controller } from "./controller.js"
import { holds } from "./detect.js"
import type { Freezer } from "./freezer.js"
import type { CgroupLayout, Hierarchy } from "./hierarchy.js"
import { hugetlbController } from "./hugetlb.js"
import { pidsController } from "./pids.js"
import { blkioV1 } from "./v1/blkio.js"
import { cpuV1 } from "./v1/cpu.js"
import { cpuacctV1 } from "./v1/cpuacct.js"
import { cpusetV1 } from "./v1/cpuset.js"
import { freezerV1 } from "./v1/freezer.js"
import { memoryV1 } from "./v1/memory.js"
import { cpuV2 } from "./v2/cpu.js"
import { cpusetV2 } from "./v2/cpuset.js"
import { freezerV2 } from "./v2/freezer.js"
import { ioV2 } from "./v2/io.js"
import { memoryV2 } from "./v2/memory.js"

type Factory = (hierarchy: Hierarchy) => Controller

/** v1 name → v2 name and what speaks each. cpuacct has no v2 twin: there cpu accounts. */
const choices: readonly { v1: string; makeV1: Factory; v2?: string; makeV2?: Factory }[] = [
  { v1: "memory", makeV1: memoryV1, v2: "memory", makeV2: memoryV2 },
  { v1: "cpu", makeV1: cpuV1, v2: "cpu", makeV2: cpuV2 },
  { v1: "cpuacct", makeV1: cpuacctV1 },
  { v1: "cpuset", makeV1: cpusetV1, v2: "cpuset", makeV2: cpusetV2 },
  { v1: "pids", makeV1: pidsController, v2: "pids", makeV2: pidsController },
  { v1: "blkio", makeV1: blkioV1, v2: "io", makeV2: ioV2 },
  { v1: "hugetlb", makeV1: hugetlbController, v2: "hugetlb", makeV2: hugetlbController },
]

/** The controllers this host has, each in the version it is mounted in. A kernel gives a controller to one hierarchy only. */
export function chooseControllers(layout: CgroupLayout): Controller[] {
  return choices.flatMap(({ v1, makeV1, v2, makeV2 }) => {
    const old = layout.v1.find((hierarchy) => holds(hierarchy, v1))
    if (old !== undefined) return [makeV1(old)]
    if (v2 !== undefined && makeV2 !== undefined && layout.unified !== undefined && holds(layout.unified, v2))
      return [makeV2(layout.unified)]
    return []
  })
}

/** The v1 freezer where it is mounted (OCI runtimes use it there too), else v2's. Undefined: this host cannot pause. */
export function chooseFreezer(layout: CgroupLayout): Freezer | undefined {
  const old = layout.v1.find((hierarchy) => holds(hierarchy, "freezer"))
  if (old !== undefined) return freezerV1(old)
  return layout.unified === undefined ? undefined : freezerV2(layout.unified)
}

/** Which controller is missing for a limit, by the limit's name, for messages. */
export const controllerOfLimit = {
  memoryMaxBytes: "memory",
  memoryHighBytes: "memory",
  memoryLowBytes: "memory",
  memoryMinBytes: "memory",
  swapMaxBytes: "memory",
  cpuMaxCores: "cpu",
  cpuWeight: "cpu",
  cpusetCpus: "cpuset",
  cpusetMems: "cpuset",
  pidsMax: "pids",
  ioWeight: "io (v1: blkio)",
  ioDevices: "io (v1: blkio)",
  hugetlbMaxBytes: "hugetlb",
} as const
