import { utimes } from "node:fs/promises"
import { errnoOf } from "@plimsoll/runtime"

/** One that took longer does not answer. */
const DEADLINE_MS = 5000

/** What the kernel answers when it has given a file system up, or was told to. */
const words: Readonly<Record<string, string>> = {
  EROFS: "it is read-only, as the kernel makes it after an error; dmesg says more",
  EIO: "it fails (input/output error); dmesg says more",
}

/** Resolves with why the file system takes no writes, in words; `null`: it takes them. Never rejects. */
export type DiskProbe = () => Promise<string | null>

/**
 * Asks by the smallest write there is, a directory's times: a file system that the kernel gave up need not be mounted read-only by name (ext4's `emergency_ro`), and a full one is
 * none that fails. One question at a time: a disk that hangs must not take one thread after the other.
 */
export function openDiskProbe(directory: string, touch: (directory: string) => Promise<void> = touchNow): DiskProbe {
  let asking: { since: number; answer: Promise<string | null> } | undefined
  return async () => {
    asking ??= {
      since: performance.now(),
      answer: touch(directory)
        .then(() => null, whyNot)
        .finally(() => (asking = undefined)),
    }
    const leftMs = DEADLINE_MS - (performance.now() - asking.since)
    return answerWithin(Math.max(0, leftMs), asking.answer)
  }
}

function touchNow(directory: string): Promise<void> {
  const now = new Date()
  return utimes(directory, now, now)
}

function whyNot(error: unknown): string {
  return words[errnoOf(error) ?? ""] ?? (error instanceof Error ? error.message : String(error))
}

async function answerWithin(timeoutMs: number, answer: Promise<string | null>): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`it has not answered for ${DEADLINE_MS / 1000} s`), timeoutMs).unref()
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
