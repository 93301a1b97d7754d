import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process"
import { closeSync, openSync, writeFileSync } from "node:fs"
import type { IdMapLine } from "../engine.js"
import { EngineError } from "../errors.js"
import type { IdRange } from "../spec/id-range.js"
import { toolPath } from "./find-tool.js"
import { toEngineError } from "./system-call-error.js"
import { installCommand } from "./tool-packages.js"

/** An open user namespace: `fd` for mount_setattr(2), until `close`. */
export interface UserNamespace {
  fd: number
  close(): void
}

/**
 * Makes a user namespace that maps 0…size-1 to the range, held by nothing but the descriptor returned. It is made by a
 * short-lived `unshare` process, since Node must never change its own namespaces. `additional` lines go into both maps. Rejects with `tool_missing` or `kernel_feature_missing`.
 */
export async function openUserNamespace(range: IdRange, additional: readonly IdMapLine[] = []): Promise<UserNamespace> {
  const holder = spawn("unshare", ["--user", "--", "cat"], {
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: toolPath, LC_ALL: "C" },
  })
  try {
    await untilEchoes(holder)
    const further = additional.map((line) => `${line.insideId} ${line.outsideId} ${line.count}\n`).join("")
    writeFileSync(`/proc/${holder.pid}/uid_map`, `0 ${range.uidBase} ${range.size}\n${further}`)
    writeFileSync(`/proc/${holder.pid}/gid_map`, `0 ${range.gidBase} ${range.size}\n${further}`)
    const fd = openSync(`/proc/${holder.pid}/ns/user`, "r")
    return { fd, close: () => closeSync(fd) }
  } catch (error) {
    throw toEngineError(error, "kernel_feature_missing", { op: "user namespace", uidBase: range.uidBase, size: range.size })
  } finally {
    holder.kill("SIGKILL")
  }
}

// `cat` answers only after unshare(2) and exec are behind it.
async function untilEchoes(holder: ChildProcessWithoutNullStreams): Promise<void> {
  let complaint = ""
  holder.stderr.on("data", (chunk: Buffer) => {
    complaint += chunk.toString()
  })
  holder.stdin.on("error", (error) => {
    complaint += error.message
  })
  holder.stdin.write("x")
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once("data", () => resolve())
    holder.once("error", (cause) =>
      reject(
        new EngineError("tool_missing", {
          facts: { tool: "unshare" },
          cause,
          publicMessage: `The host tool unshare is not installed. Install it with: ${installCommand("unshare")}`,
        }),
      ),
    )
    holder.once("close", () => reject(noNamespaces(complaint.trim())))
  })
}

function noNamespaces(complaint: string): EngineError {
  return new EngineError("kernel_feature_missing", {
    facts: { feature: "user namespaces", said: complaint },
    publicMessage: `This host makes no user namespaces (${complaint}). Allow them with: sysctl -w user.max_user_namespaces=15000`,
  })
}
