import { existsSync } from "node:fs"
import { chooseControllers, chooseFreezer } from "../cgroups/choose-controllers.js"
import type { CgroupLayout } from "../cgroups/hierarchy.js"
import type { Ability } from "../engine.js"
import { readMemoryInfo } from "../kernel/host-facts.js"

const setUpSwap = "npm run zram -- --size 50%"

/** Whether memory can be taken back from containers that run, and whether they can nap. Quick: read afresh each time, since swap comes and goes. */
export function probeNaps(layout: CgroupLayout, swapBytes = readMemoryInfo().get("SwapTotal") ?? 0): [reclaim: Ability, nap: Ability] {
  const reclaim = probeReclaim(layout, swapBytes)
  return [reclaim, probeNap(layout, swapBytes, reclaim)]
}

function probeReclaim(layout: CgroupLayout, swapBytes: number): Ability {
  const base = { name: "reclaim", title: "Taking idle memory back from containers that run", required: false }
  const memory = chooseControllers(layout).find(({ name }) => name === "memory")
  if (memory === undefined)
    return {
      ...base,
      status: "missing",
      detail: "No cgroup controller of memory is mounted.",
      remedy: "Boot with systemd.unified_cgroup_hierarchy=1 (cgroup v2); on some systems with cgroup_enable=memory.",
    }
  const isOld = memory.hierarchy.version === 1
  const what = swapBytes > 0 ? "File cache and idle memory can be taken back." : "Only file cache can be taken back: there is no swap."
  const guarantee = isOld ? " On cgroup v1 the kernel keeps nothing from it: what is guaranteed to a container is not." : ""
  return { ...base, status: swapBytes > 0 && !isOld ? "available" : "degraded", detail: `${what}${guarantee}` }
}

function probeNap(layout: CgroupLayout, swapBytes: number, reclaim: Ability): Ability {
  const base = { name: "nap", title: "Naps: idle containers give their memory and wake with the first packet", required: false }
  if (chooseFreezer(layout) === undefined)
    return {
      ...base,
      status: "missing",
      detail: "Containers cannot be frozen: neither the v1 freezer nor a v2 hierarchy is mounted.",
      remedy: "mkdir -p /sys/fs/cgroup/freezer && mount -t cgroup -o freezer cgroup /sys/fs/cgroup/freezer",
    }
  if (reclaim.status === "missing")
    return { ...base, status: "missing", detail: reclaim.detail, ...(reclaim.remedy === undefined ? {} : { remedy: reclaim.remedy }) }
  if (swapBytes === 0)
    return {
      ...base,
      status: "missing",
      detail: `There is no swap to push their memory to. \`${setUpSwap}\` sets up compressed swap in memory; nothing is changed unasked.`,
      remedy: setUpSwap,
    }
  if (!existsSync("/proc/net/packet"))
    return {
      ...base,
      status: "missing",
      detail: "The kernel has no packet sockets, by which the first packet to a container is noticed.",
      remedy: "modprobe af_packet",
    }
  return { ...base, status: "available", detail: "A container that naps is frozen, its memory is in swap, and the first packet wakes it." }
}
