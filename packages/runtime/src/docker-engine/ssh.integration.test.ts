import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { streamOf, testRootfs } from "../conformance/test-image.js"
import { DockerClient } from "../docker/docker-client.js"
import type { DockerEndpoint } from "../docker/endpoint.js"
import type { ContainerEngine, EngineEvent } from "../engine.js"
import { createDockerEngine } from "./create-docker-engine.js"
import { installed, type TestDaemon, testDockerd } from "./testing/test-daemon.js"

const port = 2222
const image = "ssh.test/base:1"
/** Not brought by `npm test`: with it would come an sshd that the host starts. */
const keygen = installed("ssh-keygen") ?? "ssh-keygen"
const missing = ["dockerd", "docker", "sshd", "ssh-keygen"].filter((tool) => installed(tool) === undefined)

describe.skipIf(missing.length > 0)("a Docker Engine over ssh (skipped where dockerd, docker or sshd is not installed)", () => {
  let daemon: TestDaemon
  let directory: string
  let sshd: ChildProcess
  let engine: ContainerEngine
  let endpoint: DockerEndpoint
  const home = process.env.HOME

  beforeAll(async () => {
    daemon = await testDockerd()
    directory = mkdtempSync("/var/tmp/plimsoll-test-ssh-")
    sshd = await startSshd()
    // known_hosts is read from there.
    process.env.HOME = directory
    mkdirSync(join(directory, ".ssh"))
    endpoint = { kind: "ssh", host: "127.0.0.1", port, username: "root", privateKey: readFileSync(join(directory, "client"), "utf8") }
    trust("host.pub")
    engine = createDockerEngine({ endpoint })
  })
  afterAll(async () => {
    await engine.close()
    process.env.HOME = home
    sshd.kill("SIGTERM")
    await once(sshd, "exit")
    rmSync(directory, { recursive: true })
    await daemon.dispose()
  })

  async function startSshd(): Promise<ChildProcess> {
    for (const name of ["host", "other", "client"]) execFileSync(keygen, ["-q", "-t", "ed25519", "-N", "", "-f", join(directory, name)])
    writeFileSync(
      join(directory, "sshd_config"),
      [
        `ListenAddress 127.0.0.1:${port}`,
        `HostKey ${directory}/host`,
        `AuthorizedKeysFile ${directory}/client.pub`,
        `SetEnv DOCKER_HOST=unix://${daemon.socket}`,
        "PidFile none\nUsePAM no\nStrictModes no\nPermitRootLogin prohibit-password\nLogLevel INFO\n",
      ].join("\n"),
    )
    // Its directory for privilege separation is made by the service that is not started here.
    const script = `mount -t tmpfs tmpfs /run && mkdir /run/sshd && exec /usr/sbin/sshd -D -f ${directory}/sshd_config -E ${directory}/log`
    const child = spawn("unshare", ["--mount", "--", "sh", "-c", script], { stdio: "inherit" })
    await vi.waitFor(() => once(connect(port, "127.0.0.1"), "connect"), { timeout: 10_000, interval: 50 })
    return child
  }

  /** `known_hosts` has this key, or none. */
  const trust = (key?: string) =>
    writeFileSync(
      join(directory, ".ssh/known_hosts"),
      key === undefined ? "" : `[127.0.0.1]:${port} ${readFileSync(join(directory, key), "utf8")}`,
    )
  const logins = () => readFileSync(join(directory, "log"), "utf8").match(/Accepted publickey/g)?.length ?? 0

  it("answers many requests over one connection, and follows several streams beside them", async () => {
    const before = logins()
    expect(await engine.info()).toMatchObject({ kind: "docker", status: "available" })
    await engine.images.importRootfs(streamOf(await testRootfs()), { reference: image })
    const { id } = await engine.containers.create({ image, command: ["/bin/sh", "-c", "echo hello; exec sleep 1000"] })
    const leaving = new AbortController()
    const seen: EngineEvent[] = []
    const following = (async () => {
      for await (const event of engine.events({ after: 0, follow: true, signal: leaving.signal })) seen.push(event)
    })()
    await engine.containers.start(id)
    for (let round = 0; round < 3; round++) await Promise.all([engine.containers.list(), engine.containers.statsAll(), engine.info()])
    expect(logins() - before).toBe(1)
    const lines: string[] = []
    for await (const { data } of engine.containers.logs(id)) lines.push(data.toString())
    expect(lines).toEqual(["hello"])
    const exec = await engine.containers.exec(id, { command: ["/bin/sh", "-c", "read line; echo got $line"], stdin: true })
    exec.stdin?.end("it\n")
    const output: Buffer[] = []
    for await (const chunk of exec.stdout) output.push(chunk as Buffer)
    expect(Buffer.concat(output).toString()).toBe("got it\n")
    await vi.waitFor(() => expect(seen.map(({ action }) => action)).toContain("start"), { timeout: 10_000, interval: 50 })
    // More streams at once than one connection takes.
    const followers = Array.from({ length: 9 }, () =>
      engine.containers.logs(id, { follow: true, signal: leaving.signal })[Symbol.asyncIterator](),
    )
    for (const first of await Promise.all(followers.map((follower) => follower.next()))) expect(first.value?.data.toString()).toBe("hello")
    expect(logins() - before).toBe(2)
    await engine.containers.remove(id, { force: true })
    leaving.abort()
    await following
  })

  it("is refused when its key is unknown or another, with its fingerprint and what to do", async () => {
    const fingerprint = execFileSync(keygen, ["-lf", join(directory, "host.pub")], { encoding: "utf8" }).split(" ")[1] ?? ""
    for (const [file, how] of [
      ["other.pub", /another than the one that is known/],
      [undefined, /not known on this machine; connect to it once with ssh/],
    ] as const) {
      trust(file)
      const stranger = createDockerEngine({ endpoint })
      const info = await stranger.info()
      expect(info).toMatchObject({ status: "unavailable", reason: expect.stringMatching(how) })
      expect(info.reason).toContain(fingerprint)
      await stranger.close()
    }
    trust("host.pub")
  })

  it("is away with what it said when the key is refused, cannot be read, or there is no docker", async () => {
    const reasonOf = async (changes: Partial<Extract<DockerEndpoint, { kind: "ssh" }>>) => {
      const stranger = createDockerEngine({ endpoint: { ...endpoint, ...changes } as DockerEndpoint })
      const { reason } = await stranger.info()
      await stranger.close()
      return reason
    }
    expect(await reasonOf({ privateKey: readFileSync(join(directory, "other"), "utf8") })).toMatch(/authentication methods failed/)
    expect(await reasonOf({ privateKey: "no key" })).toMatch(/Cannot parse privateKey/)
    expect(await reasonOf({ port: 1 })).toMatch(/nobody listens/)
    const client = new DockerClient(endpoint)
    await daemon.stop()
    await expect(client.json({ method: "GET", path: "/info", about: { kind: "engine", doing: "say what it is" } })).rejects.toMatchObject({
      code: "engine_unavailable",
      publicMessage: expect.stringMatching(/“docker system dial-stdio” ended with 1: .*api\.sock/),
    })
    client.close()
  })
})
