import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process"
import { readdirSync } from "node:fs"
import { networkInterfaces } from "node:os"
import { text } from "node:stream/consumers"
import { type ProcessIdentity, readProcessArguments, readProcessStat } from "../kernel/process-stat.js"

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

  /** Addresses (or, for an address, names) that the name server knows; `refused` when nobody is there, empty when it knows none. */
  async resolve(name: string, server: string): Promise<string[] | "refused"> {
    const command = ["timeout", "4", "busybox", "nslookup", name, server]
    const asking = spawn("nsenter", [`--net=/proc/${this.pid}/ns/net`, "--", ...command], { stdio: ["ignore", "pipe", "pipe"] })
    const said = (await Promise.all([text(asking.stdout), text(asking.stderr)])).join("")
    if (/refused|no servers could be reached/i.test(said)) return "refused"
    const answers = said.slice(said.search(/\n\n/))
    return [...answers.matchAll(/^(?:Address(?: \d+)?:\s*([0-9.]+)|.*\bname = (\S+))/gm)].map((match) => match[1] ?? match[2] ?? "")
  }

  /** Sends as fast as it can for so long, without waiting for it. */
  send(address: string, port: number, seconds: number): void {
    const script = `timeout ${seconds} busybox nc ${address} ${port} < /dev/zero`
    this.#programs.push(spawn("nsenter", [`--net=/proc/${this.pid}/ns/net`, "--", "sh", "-c", script]))
  }

  /** Takes in what the server sends, for so long, without waiting for it. */
  fetch(address: string, port: number, seconds: number): void {
    const script = `sleep ${seconds} | timeout ${seconds} busybox nc ${address} ${port} > /dev/null`
    this.#programs.push(spawn("nsenter", [`--net=/proc/${this.pid}/ns/net`, "--", "sh", "-c", script]))
  }

  /** Sends to each who connects as fast as it can. Resolves when it listens. */
  async pour(port: number): Promise<void> {
    await this.#listener(
      port,
      `const b=Buffer.alloc(65536);require("node:net").createServer(c=>{const go=()=>{while(c.write(b));};c.on("error",()=>c.destroy()).on("drain",go);go()})`,
    )
  }

  /** Takes in whatever is sent to the port, of many at once. Resolves when it listens. */
  async swallow(port: number): Promise<void> {
    await this.#listener(port, `require("node:net").createServer(c=>{c.on("error",()=>{});c.resume()})`)
  }

  async #listener(port: number, server: string): Promise<void> {
    const program = `${server}.listen(Number(process.argv[1]),"0.0.0.0",()=>console.log("ready"))`
    const child = spawn("nsenter", [`--net=/proc/${this.pid}/ns/net`, "--", process.execPath, "-e", program, String(port)])
    this.#programs.push(child)
    await new Promise((resolve) => child.stdout.once("data", resolve))
  }

  /** What a server at the place says; undefined when nobody answers within two seconds. */
  ask(address: string, port: number): string | undefined {
    return said(this.run("timeout", "2", "busybox", "nc", address, String(port)))
  }

  /** Safe to repeat. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of [...this.#programs, this.#holder]) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const ended = new Promise((resolve) => child.once("close", resolve))
      child.kill("SIGKILL")
      await ended
    }
  }
}

/** Process ids of the name servers whose configuration is below the directory. */
export function nameServersOf(directory: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const [program = "", ...rest] = readProcessArguments(pid) ?? []
      return program.endsWith("aardvark-dns") && rest.some((argument) => argument.startsWith(`${directory}/`))
    })
}

/** IPv4 addresses of the host other than loopback's. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flat()
    .filter((address) => address !== undefined)
    .filter((address) => address.family === "IPv4" && !address.internal)
    .map((address) => address.address)
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
