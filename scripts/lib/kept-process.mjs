import { spawn } from "node:child_process"
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, statfsSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { lastLines } from "./run-command.mjs"
import { say } from "./say.mjs"

const LOG_BYTES = 16 * 1024 * 1024
const FORGOTTEN_AFTER_MS = 60_000
const CRASHES_TOLERATED = 5
const PAGE_BYTES = 4096

/**
 * Keeps one process running: a crash is reported with its last log lines and the process comes back, at once the first time, then
 * ever later; after five crashes in a minute it stays down and `onGivenUp` is called. One that ends before `markUp` is not tried again:
 * what keeps it from starting, a setting or a damaged file, does not go away by itself. The process writes straight to its log file,
 * so that it outlives whoever started it.
 */
export class KeptProcess {
  #child
  #stopping = false
  #crashes = []
  #up = false
  #logFrom = 0

  constructor({ name, command, args, options, env, logPath, onStarted, onGivenUp, freeBytes = freeBytesAt }) {
    Object.assign(this, { name, command, args, options, env, logPath, onStarted, onGivenUp, freeBytes })
  }

  get pid() {
    return this.#child?.pid
  }

  start() {
    const log = openLog(this.logPath)
    this.#logFrom = fstatSync(log).size
    // A session of its own: Ctrl-C reaches start alone, which then stops its processes in order.
    const child = spawn(this.command, this.args, { ...this.options, env: this.env, stdio: ["ignore", log, log], detached: true })
    closeSync(log)
    this.#child = child
    this.exited = new Promise((resolve) => {
      child.once("error", (error) => resolve(`could not be started: ${error.message}`))
      child.once("exit", (code, signal) => resolve(signal ? `was killed by ${signal}` : `ended with exit code ${code}`))
    })
    void this.exited.then((how) => this.#onExit(how))
    this.onStarted?.(child)
    return this
  }

  /** It works: from now on it comes back after a crash. */
  markUp() {
    this.#up = true
  }

  /** TERM, then KILL after `graceMs`. Resolves when it is gone. */
  async stop(graceMs) {
    this.#stopping = true
    if (!this.#child || this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill("SIGTERM")
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), graceMs)
    await this.exited
    clearTimeout(timer)
  }

  /** The last lines it wrote since it was last started. */
  lastLog(count = 12) {
    return existsSync(this.logPath) ? lastLines(readFileSync(this.logPath).subarray(this.#logFrom).toString("utf8"), count) : []
  }

  /** On a full disk its own words are lost. */
  #whyNot() {
    if (this.lastLog().length > 0) return "its last lines above say why"
    const directory = dirname(this.logPath)
    return this.freeBytes(directory) < PAGE_BYTES
      ? `the disk that holds ${directory} is full. Free some space there, then start again; containers go on running`
      : `it said nothing in ${this.logPath}`
  }

  async #onExit(how) {
    if (this.#stopping) return
    say.error(`The ${this.name} ${how}. Its last lines (${this.logPath}):`)
    for (const line of this.lastLog()) say.line(`      ${line}`)
    if (!this.#up) return this.onGivenUp?.(`The ${this.name} could not start: ${this.#whyNot()}.`)
    const now = Date.now()
    this.#crashes = [...this.#crashes.filter((at) => now - at < FORGOTTEN_AFTER_MS), now]
    if (this.#crashes.length > CRASHES_TOLERATED)
      return this.onGivenUp(`The ${this.name} ended ${this.#crashes.length} times within a minute; it is left down.`)
    await delay(100 * 3 ** (this.#crashes.length - 1))
    if (this.#stopping) return
    say.step(`Starting the ${this.name} again`)
    this.start()
  }
}

function freeBytesAt(directory) {
  const { bavail, bsize } = statfsSync(directory)
  return bavail * bsize
}

function openLog(path) {
  mkdirSync(dirname(path), { recursive: true })
  if (existsSync(path) && statSync(path).size > LOG_BYTES) renameSync(path, `${path}.1`)
  return openSync(path, "a", 0o600)
}
