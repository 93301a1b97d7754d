import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process"
import { type ProcessIdentity, readProcessStat } from "../kernel/process-stat.js"

/** A network namespace held by a process, for tests. Its programs end with it. */
export class TestNamespace implements AsyncDisposable {
  readonly pid: number
  readonly identity: ProcessIdentity
  readonly #holder: ChildProcessWithoutNullStreams
  readonly #programs: ChildProcessWithoutNullStreams[] = []

  private constructor(holder: ChildProcessWithoutNullStreams) {
    this.#holder = holder
    this.pid = holder.pid ?? 0
    this.identity = { pid: this.pid, startTicks: readProcessStat(this.pid)?.startTicks ?? 0 }
  }

  static async open(): Promise<TestNamespace> {
    const holder = spawn("unshare", ["--net", "--", "cat"], { stdio: "pipe" })
    // `cat` echoes only after unshare(2) is behind it.
    await new Promise((resolve, reject) => {
      holder.stdout.once("data", resolve)
      holder.once("close", () => reject(new Error("no network namespace")))
      holder.stdin.write("x")
    })
    return new TestNamespace(holder)
  }

  /** Runs a program in it to its end. */
  run(...command: string[]): { exitCode: number | null; stdout: string; stderr: string } {
    const result = spawnSync("nsenter", [`--net=/proc/${this.pid}/ns/net`, "--", ...command], { encoding: "utf8", timeout: 20_000 })
    return { exitCode: result.status, stdout: result.stdout, stderr: result.stderr }
  }

  /** A TCP server that says `answer` to each who connects, then closes. Resolves when it listens. */
  async serve(port: number, answer: string): Promise<void> {
    this.#programs.push(
      spawn("nsenter", [`--net=/proc/${this.pid}/ns/net`, "--", "busybox", "nc", "-ll", "-p", String(port), "-e", "/bin/echo", answer]),
    )
    while (!this.run("ss", "-Hltn", `sport = :${port}`).stdout.includes(`:${port}`)) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  /** A UDP server that says `answer` to each packet. Resolves when it listens. */
  async serveUdp(port: number, answer: string): Promise<void> {
    const program = `const s=require("node:dgram").createSocket("udp4");s.on("message",(_,p)=>s.send(process.argv[2],p.port,p.address));s.bind(Number(process.argv[1]),()=>console.log("ready"))`
    const server = spawn("nsenter", [`--net=/proc/${this.pid}/ns/net`, "--", process.execPath, "-e", program, String(port), answer])
    this.#programs.push(server)
    await new Promise((resolve) => server.stdout.once("data", resolve))
  }

  /** What a server at the place says; undefined when nobody answers within two seconds. */
  ask(address: string, port: number): string | undefined {
    return said(this.run("timeout", "2", "busybox", "nc", address, String(port)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of [...this.#programs, this.#holder]) {
      const ended = new Promise((resolve) => child.once("close", resolve))
      child.kill("SIGKILL")
      await ended
    }
  }
}

/** As `TestNamespace.ask`, from the host. */
export function askFromHost(address: string, port: number): string | undefined {
  const result = spawnSync("timeout", ["2", "busybox", "nc", address, String(port)], { encoding: "utf8" })
  return said({ stdout: result.stdout })
}

function said(result: { stdout: string }): string | undefined {
  const text = result.stdout.trim()
  return text === "" ? undefined : text
}
