import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { EngineError } from "../errors.js"
import { toolPath } from "../kernel/find-tool.js"
import { type HeldNamespace, holdNamespace } from "../kernel/process-namespace.js"
import { identify } from "./conmon/conmon-process.js"
import type { SandboxSpec } from "./sandbox.js"

/**
 * Makes a time namespace with offsets by a short-lived `unshare` process (time_namespaces(7)), since Node must never change its own; whoever has joined
 * it keeps it after it was closed. Rejects with `kernel_feature_missing`.
 */
export async function prepareTimeNamespace(offsets: NonNullable<SandboxSpec["timeOffsets"]>): Promise<HeldNamespace> {
  const holder = spawn(
    "unshare",
    ["--time", `--monotonic=${offsets.monotonicSeconds ?? 0}`, `--boottime=${offsets.boottimeSeconds ?? 0}`, "--", "cat"],
    { detached: true, stdio: ["pipe", "pipe", "pipe"], env: { PATH: toolPath, LC_ALL: "C" } },
  )
  let complaint = ""
  holder.stderr.on("data", (chunk: Buffer) => {
    complaint += chunk.toString()
  })
  holder.stdin.on("error", (error) => {
    complaint += error.message
  })
  // `cat` answers only when unshare(2) and exec are behind it.
  holder.stdin.write("x")
  const answered = await Promise.race([
    once(holder.stdout, "data").then(() => true),
    once(holder, "close").then(
      () => false,
      (error: Error) => {
        complaint += error.message
        return false
      },
    ),
  ])
  const held = answered ? hold(holder) : undefined
  holder.kill("SIGKILL")
  if (held !== undefined) return held
  throw new EngineError("kernel_feature_missing", {
    facts: { feature: "time namespaces", said: complaint.trim() },
    publicMessage: `This host makes no time namespace with these offsets: ${complaint.trim()}`,
  })
}

// Not collected yet, so that its pid can be nobody else's.
function hold({ pid = 0 }: ChildProcess): HeldNamespace | undefined {
  const holder = identify(pid)
  return holder === undefined ? undefined : holdNamespace(holder, "time")
}
