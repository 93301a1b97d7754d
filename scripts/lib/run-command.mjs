import { spawn } from "node:child_process"
import { repository } from "./repository.mjs"

const KEPT_CHARACTERS = 200_000

/**
 * Runs a program with an argument array to its end. Resolves with `{ code, output }` (standard output and error
 * interleaved, the last 200,000 characters) whatever the exit code; a program that cannot be started has code 127.
 * `live: true` shows the output as it comes; `onLine` receives each line.
 */
export function runCommand(command, args, { cwd = repository, env = process.env, live = false, onLine, timeoutMs, input } = {}) {
  return new Promise((resolve) => {
    let output = ""
    let pending = ""
    const child = spawn(command, args, { cwd, env, stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"] })
    const timer = timeoutMs ? setTimeout(() => child.kill("SIGKILL"), timeoutMs) : undefined
    const take = (chunk) => {
      const text = chunk.toString("utf8")
      output = (output + text).slice(-KEPT_CHARACTERS)
      if (live) process.stdout.write(text)
      if (!onLine) return
      const lines = (pending + text).split("\n")
      pending = lines.pop() ?? ""
      for (const line of lines) onLine(line)
    }
    child.stdout.on("data", take)
    child.stderr.on("data", take)
    if (input !== undefined) child.stdin.end(input)
    child.on("error", (error) => {
      clearTimeout(timer)
      resolve({ code: 127, output: `${command}: ${error.message}` })
    })
    child.on("close", (code, signal) => {
      clearTimeout(timer)
      if (pending) onLine?.(pending)
      resolve({ code: code ?? 1, signal, output })
    })
  })
}

/** The last lines of a text, without empty ones. */
export function lastLines(text, count) {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count)
}
