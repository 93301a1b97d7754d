import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { EngineError, errnoOf } from "../errors.js"
import { bind } from "../kernel/libc.js"

const LOCK_EXCLUSIVE = 2
const LOCK_NONBLOCKING = 4
const flock = bind({ symbol: "flock", result: "int", arguments: ["int", "int"] })

/** How long a lock may outlive its process: a tool that it was just spawning holds a copy of the descriptor until its exec. */
const DYING_OWNER_MS = 5000
const RETRY_MS = 10

/**
 * Keeps every other engine away from this root until `release`, or until the process ends, however it ends: the kernel
 * drops a flock(2) with its last descriptor, so that no stale lock can be left. Rejects with `engine_unavailable` when another one has it.
 */
export async function lockEngineRoot(root: string): Promise<{ release(): void }> {
  mkdirSync(root, { recursive: true, mode: 0o711 })
  const path = join(root, "engine.lock")
  // Not truncated: while another one has it, its pid is in it.
  const descriptor = openSync(path, "a+", 0o600)
  try {
    await acquire(descriptor, path, root)
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
  ftruncateSync(descriptor, 0)
  writeSync(descriptor, String(process.pid))
  let held = true
  return {
    release: () => {
      if (held) closeSync(descriptor)
      held = false
    },
  }
}

async function acquire(descriptor: number, path: string, root: string): Promise<void> {
  for (const until = performance.now() + DYING_OWNER_MS; ; await sleep(RETRY_MS)) {
    const refusal = tryLock(descriptor)
    if (refusal === undefined) return
    const owner = readFileSync(path, "utf8").trim()
    const ownerLives = owner === "" || existsSync(`/proc/${owner}`)
    if (!ownerLives && performance.now() < until) continue
    throw new EngineError("engine_unavailable", {
      facts: { root, owner },
      cause: refusal,
      publicMessage: `Another engine${owner === "" ? "" : ` (process ${owner})`} already works on ${root}. Stop it first, or give this one another data directory.`,
    })
  }
}

/** Undefined: the lock is ours. */
function tryLock(descriptor: number): unknown {
  try {
    flock(descriptor, LOCK_EXCLUSIVE | LOCK_NONBLOCKING)
    return undefined
  } catch (error) {
    if (errnoOf(error) === "EAGAIN") return error
    throw error
  }
}
