import { chmodSync, closeSync, constants, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs"
import { Socket } from "node:net"
import { join } from "node:path"
import { EngineError } from "../errors.js"
import { makeNode } from "../kernel/file-calls.js"
import { syncFile } from "../kernel/write-file-atomic.js"

/**
 * Runs what stands before `--container`, which is CRIU with its arguments; what follows is what conmon says to an OCI runtime. The first argument is a file for the names of the
 * descriptors 0 to 2.
 */
const shim = `#!/bin/sh
# Not straight into the file: while that is open, it is one of them.
stdio=$(readlink "/proc/$$/fd/0" "/proc/$$/fd/1" "/proc/$$/fd/2") || exit 1
echo "$stdio" > "$1" || exit 1
shift
over=
for argument do
  shift
  if [ -z "$over" ]; then
    if [ "$argument" = --container ]; then over=1; else set -- "$@" "$argument"; fi
  fi
done
exec "$@"
`

/** Called by CRIU at each stage of a restore; at two of them it asks the engine, and goes on only when told so. A daemon that dies meanwhile ends the restore. */
const actionScript = `#!/bin/sh
case "$CRTOOLS_SCRIPT_ACTION" in
  setup-namespaces | post-restore) ;;
  *) exit 0 ;;
esac
cd "$CRTOOLS_IMAGE_DIR" || exit 1
# Bounded: nobody opens the other ends any more when the engine has died.
exec timeout 300 sh -c 'echo "$CRTOOLS_SCRIPT_ACTION $CRTOOLS_INIT_PID" > asks && read -r answer < answers && [ "$answer" = go ]'
`

/** `setup-namespaces`: they are there, and empty. `post-restore`: all is as it was, and nothing runs yet. */
export type RestoreStage = "setup-namespaces" | "post-restore"

export interface RestoreScripts {
  shim: string
  action: string
}

/** The scripts in this directory, from which programs may be run; written when they are not there as they should be. */
export function restoreScripts(directory: string): RestoreScripts {
  const scripts = { shim: join(directory, ".restore.sh"), action: join(directory, ".stage.sh") }
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  for (const [path, text] of [[scripts.shim, shim] as const, [scripts.action, actionScript] as const]) {
    if (existsSync(path) && readFileSync(path, "utf8") === text) continue
    rmSync(path, { force: true })
    writeFileSync(path, text, { mode: 0o700 })
    chmodSync(path, 0o700)
  }
  return scripts
}

/** What the restore of these images has come to: nothing that ran is lost by restoring it again, as long as this is false. */
export function hasResumed(images: string): boolean {
  return existsSync(join(images, "resumed"))
}

/** Before the first instruction, and so that a power cut does not unwrite it: what has run must not be restored from here again. */
async function noteResumed(images: string): Promise<void> {
  const path = join(images, "resumed")
  writeFileSync(path, "", { mode: 0o600 })
  await syncFile(path)
}

export interface RestoreMeeting {
  /** Rejects with what an answer failed with, first one first; never resolves. */
  failed: Promise<never>
  close(): void
}

/** Answers CRIU while it restores these images: at each stage `work` is done before it goes on. One that rejects ends the restore. */
export function meetRestore(images: string, work: (stage: RestoreStage, pid: number) => Promise<void>): RestoreMeeting {
  for (const name of ["asks", "answers", "resumed"]) rmSync(join(images, name), { force: true })
  for (const name of ["asks", "answers"]) makeNode({ path: join(images, name), mode: FIFO })
  // Open for both directions: neither side waits for the other to open it, and the script's read ends when this process does.
  const open = (name: string): number => openSync(join(images, name), constants.O_RDWR | constants.O_NONBLOCK)
  const answers = open("answers")
  const asks = new Socket({ fd: open("asks"), readable: true, writable: false })
  let isOpen = true
  let fail = (_: unknown): void => undefined
  const failed = new Promise<never>((_, reject) => {
    fail = reject
  })
  // It is for whoever waits for it; a failure when nobody does any more, CRIU's own end tells of.
  failed.catch(() => undefined)
  const answer = (word: "go" | "no"): void => {
    if (isOpen) writeSync(answers, `${word}\n`)
  }
  const asked = async (line: string): Promise<void> => {
    try {
      const [stage, pid] = line.split(" ")
      if (stage !== "setup-namespaces" && stage !== "post-restore")
        throw new EngineError("internal", { facts: { op: "meet restore", line } })
      if (!isOpen) return
      await work(stage, Number(pid))
      if (!isOpen) return
      if (stage === "post-restore") await noteResumed(images)
      answer("go")
    } catch (error) {
      fail(error)
      answer("no")
    }
  }
  let rest = ""
  asks.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString("utf8")).split("\n")
    rest = lines.pop() ?? ""
    for (const line of lines) void asked(line)
  })
  asks.on("error", fail)
  return {
    failed,
    close: () => {
      if (!isOpen) return
      isOpen = false
      asks.destroy()
      closeSync(answers)
    },
  }
}

const FIFO = constants.S_IFIFO | 0o600
