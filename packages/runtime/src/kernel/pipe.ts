import { bind } from "./libc.js"

/** pipe2(2), both ends close-on-exec. The caller closes both. */
export function openPipe(): { readEnd: number; writeEnd: number } {
  const descriptors = Buffer.alloc(8)
  callPipe2(descriptors, O_CLOEXEC)
  return { readEnd: descriptors.readInt32LE(0), writeEnd: descriptors.readInt32LE(4) }
}

const O_CLOEXEC = 0o2000000
const callPipe2 = bind({ symbol: "pipe2", result: "int", arguments: ["void*", "int"] })
