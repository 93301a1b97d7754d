import { closeSync, openSync, readSync } from "node:fs"
import { EngineError } from "../../errors.js"
import { findTool } from "../../kernel/find-tool.js"
import type { OciMount } from "./oci-types.js"

/** Where the init is inside of a container that has one. */
export const initPath = "/dev/init"

/**
 * Path of an init on the host that reaps orphans and forwards signals: catatonit, else tini. Only a statically linked one
 * will do, since the container's libc is another or none. Undefined when there is none.
 */
export function findInit(find: (name: string) => string | undefined = findTool): string | undefined {
  return ["catatonit", "tini-static", "tini", "docker-init"]
    .map((name) => find(name))
    .find((path): path is string => path !== undefined && isStatic(path))
}

/** The read-only bind mount that brings the init into the container. */
export function initMount(initBinary: string): OciMount {
  return { destination: initPath, type: "bind", source: initBinary, options: ["bind", "ro", "nosuid", "nodev"] }
}

/** The arguments run below the init. */
export function withInit(argumentArray: readonly string[]): string[] {
  return [initPath, "--", ...argumentArray]
}

/** `tool_missing` with the remedy. */
export function initMissing(): EngineError {
  return new EngineError("tool_missing", {
    facts: { tool: "catatonit" },
    publicMessage:
      "There is no init for containers on this host. Install one (apt-get install catatonit), or create the container without init.",
  })
}

// ELF: a dynamically linked program names its interpreter in a program header of type PT_INTERP (elf(5)).
function isStatic(path: string): boolean {
  const fd = openSync(path, "r")
  try {
    const head = Buffer.alloc(4096)
    const length = readSync(fd, head, 0, head.length, 0)
    if (length < ELF64_HEADER || head.toString("latin1", 0, 4) !== "\x7fELF" || head[4] !== ELFCLASS64) return false
    const offset = Number(head.readBigUInt64LE(32))
    const size = head.readUInt16LE(54)
    const count = head.readUInt16LE(56)
    for (let index = 0; index < count && offset + (index + 1) * size <= length; index++) {
      if (head.readUInt32LE(offset + index * size) === PT_INTERP) return false
    }
    return true
  } finally {
    closeSync(fd)
  }
}

const ELF64_HEADER = 64
const ELFCLASS64 = 2
const PT_INTERP = 3
