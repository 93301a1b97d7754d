import { join } from "node:path"
import { readControlFile } from "../kernel/control-file.js"
import type { ResourceLimitName } from "../spec/limits.js"
import { chooseControllers, controllerOfLimit } from "./choose-controllers.js"
import type { Controller, Enforceability } from "./controller.js"
import { type CgroupLayout, childGroups } from "./hierarchy.js"

/** What this host can do about each limit. Every limit has an entry. */
export type LimitAbilities = Record<ResourceLimitName, Enforceability>

/** Looks at controllers and at the files of an existing group; needs no root and writes nothing. */
export function limitAbilities(layout: CgroupLayout, controllers: readonly Controller[] = chooseControllers(layout)): LimitAbilities {
  const found = Object.assign(
    {},
    ...controllers.map((controller) => controller.enforceability(sampleGroup(controller))),
  ) as Partial<LimitAbilities>
  const names = Object.keys(controllerOfLimit) as ResourceLimitName[]
  return Object.fromEntries(names.map((name) => [name, found[name] ?? missing(name, layout)])) as LimitAbilities
}

// The root group lacks most files; any other shows them, on v2 once the root hands the controller down.
function sampleGroup({ hierarchy, name }: Controller): string | undefined {
  const child = childGroups(hierarchy.mount)[0]
  if (child === undefined || (hierarchy.version === 2 && !handedDown(hierarchy.mount).includes(name))) return undefined
  return join(hierarchy.mount, child)
}

function handedDown(group: string): string[] {
  return readControlFile(join(group, "cgroup.subtree_control")).split(" ")
}

function missing(name: ResourceLimitName, layout: CgroupLayout): Enforceability {
  const controller = controllerOfLimit[name]
  if (layout.version === "none")
    return { enforceable: false, reason: "No cgroup hierarchy is mounted.", remedy: "mount -t cgroup2 cgroup2 /sys/fs/cgroup" }
  return {
    enforceable: false,
    reason: `The kernel has no ${controller} controller, or it is not mounted.`,
    remedy: "Look into /proc/cgroups, and for cgroup_disable= on the kernel's command line.",
  }
}
