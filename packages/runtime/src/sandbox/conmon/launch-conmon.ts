import { closeSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { toolPath } from "../../kernel/find-tool.js"
import { openPipe } from "../../kernel/pipe.js"
import { posixSpawn, reapChild } from "../../kernel/posix-spawn.js"
import { isSameProcessAlive, readProcessStat } from "../../kernel/process-stat.js"
import { toEngineError } from "../../kernel/system-call-error.js"
import { SyncPipe } from "./sync-pipe.js"

export interface LaunchConmonOptions {
  conmon: string
  arguments: readonly string[]
  /** Where conmon leaves files that it names by itself, and console sockets are made in. */
  workingDirectory: string
  temporaryDirectory: string
  /** Further pipes from or to conmon, by the environment variable that names their descriptor. Ours stay with the caller. */
  descriptors?: Readonly<Record<string, number>>
}

/** A conmon that was started. It has detached itself, or is about to. */
export interface LaunchedConmon {
  sync: SyncPipe
  /** Collects the intermediate process, which has ended by the first message. */
  reap(): void
  /** Resolves when the intermediate process has ended, and with it the time in which the one that it leaves might not be found. */
  detached(): Promise<void>
}

/**
 * Starts conmon so that it belongs to nobody but init: it forks, the intermediate process ends, and the rest makes a session of its
 * own. Nothing that happens to the daemon or its process group reaches it.
 * ```
 *   daemon ─posix_spawn▶ conmon ─fork▶ conmon (session leader, subreaper) ─fork▶ OCI runtime create ─▶ container
 *     ▲                    └ exits          │
 *     └───────── sync pipe: {"data": pid} ──┘
 * ```
 */
export function launchConmon(options: LaunchConmonOptions): LaunchedConmon {
  const pipe = openPipe()
  const named = Object.entries(options.descriptors ?? {})
  const environment = {
    PATH: toolPath,
    TMPDIR: options.temporaryDirectory,
    _OCI_SYNCPIPE: "3",
    ...Object.fromEntries(named.map(([name], index) => [name, String(index + 4)])),
  }
  try {
    const pid = posixSpawn({
      path: options.conmon,
      arguments: options.arguments,
      environment,
      workingDirectory: options.workingDirectory,
      descriptors: [null, null, pipe.writeEnd, pipe.writeEnd, ...named.map(([, descriptor]) => descriptor)],
    })
    const intermediate = readProcessStat(pid)
    return {
      sync: new SyncPipe(pipe.readEnd),
      reap: () => reapChild(pid),
      detached: async () => {
        const until = performance.now() + DETACH_MS
        while (intermediate !== undefined && isSameProcessAlive(pid, intermediate.startTicks) && performance.now() < until) await sleep(1)
      },
    }
  } catch (error) {
    closeSync(pipe.readEnd)
    throw toEngineError(error, "runtime_failed", { op: "start conmon", conmon: options.conmon })
  } finally {
    closeSync(pipe.writeEnd)
  }
}

/** It forks at once; one that is stopped is not waited for. */
const DETACH_MS = 2000
