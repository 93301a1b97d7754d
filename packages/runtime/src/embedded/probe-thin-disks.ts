import { existsSync, readFileSync } from "node:fs"
import { release } from "node:os"
import type { Ability } from "../engine.js"
import { findTool } from "../kernel/find-tool.js"
import { checkLoopControl } from "../kernel/loop-device.js"
import { installCommand } from "../kernel/tool-packages.js"
import { canEnlarge, THIN_DISK_ROOM } from "../snapshots/thin-disk.js"
import { explain } from "./ability.js"

/** Name of the ability without which a volume's size is refused. */
export const thinDisksAbility = "thin-disks"

/** Whether volumes can be file systems of their own: tools, ext4, loop devices. */
export function probeThinDisks(): Ability[] {
  const lack = missingTool() ?? missingExt4() ?? missingLoop()
  const base = { name: thinDisksAbility, title: "Volumes with a limit (ext4 in disk files)", required: false }
  if (lack === undefined && canEnlarge()) return [{ ...base, status: "available", detail: "Loop devices and ext4 are there." }]
  if (lack === undefined)
    return [
      {
        ...base,
        status: "degraded",
        detail: `Without CAP_SYS_RESOURCE a volume can become ${THIN_DISK_ROOM} times as large as it was made, and inside it seems to have all of that, less what is kept from it.`,
        remedy: "Run the engine with all capabilities of root.",
      },
    ]
  return [{ ...base, status: "missing", detail: lack.detail, remedy: lack.remedy }]
}

interface Lack {
  detail: string
  remedy: string
}

function missingTool(): Lack | undefined {
  const tool = ["mkfs.ext4", "e2fsck", "resize2fs", "fstrim"].find((name) => findTool(name) === undefined)
  return tool === undefined ? undefined : { detail: `The host tool ${tool} is not installed.`, remedy: installCommand(tool) }
}

// A mount loads the module where there is one.
function missingExt4(): Lack | undefined {
  if (/^\text4$/m.test(readFileSync("/proc/filesystems", "utf8")) || hasModule("ext4")) return undefined
  return { detail: "The kernel has no ext4.", remedy: "Use a kernel with CONFIG_EXT4_FS." }
}

function missingLoop(): Lack | undefined {
  if (process.geteuid?.() !== 0) return existsSync("/dev/loop-control") || hasModule("loop") ? undefined : noLoop("It is not there")
  try {
    checkLoopControl()
    return undefined
  } catch (error) {
    return noLoop(explain(error))
  }
}

function noLoop(said: string): Lack {
  return {
    detail: `/dev/loop-control hands out no loop device: ${said}.`,
    remedy: "modprobe loop; in a container or a virtual server, its host has to allow loop devices.",
  }
}

function hasModule(name: string): boolean {
  const directory = `/lib/modules/${release()}`
  return ["modules.dep", "modules.builtin"].some(
    (list) => existsSync(`${directory}/${list}`) && new RegExp(`/${name}\\.ko`, "m").test(readFileSync(`${directory}/${list}`, "utf8")),
  )
}
