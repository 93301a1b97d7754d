import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { streamOf, testRootfs } from "../conformance/test-image.js"
import type { DockerEndpoint } from "../docker/endpoint.js"
import type { ContainerEngine, EngineEvent } from "../engine.js"
import { createDockerEngine } from "./create-docker-engine.js"
import { installed, type TestDaemon, testDockerd } from "./testing/test-daemon.js"

const image = "endpoint.test/base:1"
const tlsPort = 2376
const missing = ["dockerd", "openssl"].filter((tool) => installed(tool) === undefined)
const title = `a Docker Engine over TCP with TLS${missing.length === 0 ? "" : ` (skipped: ${missing.join(", ")} not installed)`}`

describe.skipIf(missing.length > 0)(title, () => {
  let directory: string
  let daemon: TestDaemon
  const at = (name: string) => join(directory, name)
  const pem = (name: string) => readFileSync(at(name), "utf8")

  beforeAll(async () => {
    directory = mkdtempSync("/var/tmp/plimsoll-test-endpoints-")
    for (const authority of ["ca", "stranger"]) {
      authorise(authority)
      certify(authority, `${authority}-client`, "clientAuth")
    }
    certify("ca", "server", "serverAuth")
    daemon = await testDockerd({
      arguments: [
        `--host tcp://127.0.0.1:${tlsPort} --tlsverify`,
        `--tlscacert ${at("ca.crt")} --tlscert ${at("server.crt")} --tlskey ${at("server.key")}`,
      ],
    })
    const engine = createDockerEngine({ endpoint: { kind: "unix", path: daemon.socket } })
    await engine.images.importRootfs(streamOf(await testRootfs()), { reference: image })
    await engine.close()
  })
  afterAll(async () => {
    await daemon.dispose()
    rmSync(directory, { recursive: true, force: true })
  })

  const tls = (authority: string, client: string): DockerEndpoint => ({
    kind: "tcp",
    host: "127.0.0.1",
    port: tlsPort,
    tls: { ca: pem(`${authority}.crt`), cert: pem(`${client}.crt`), key: pem(`${client}.key`) },
  })

  it("does all that one here does: a container's life, its streams both ways, its events", () => livesThrough(tls("ca", "ca-client")))

  const refused: [string, () => DockerEndpoint, RegExp][] = [
    ["with a certificate of somebody else", () => tls("ca", "stranger-client"), /certificate/i],
    ["and is not who its certificate should say", () => tls("stranger", "ca-client"), /certificate/i],
    ["without TLS where it wants it", () => ({ kind: "tcp", host: "127.0.0.1", port: tlsPort }), /HTTPS|closed|Parse/i],
  ]
  it.each(refused)("%s is unavailable, with the reason", (_how, endpoint, reason) => isUnavailable(endpoint(), reason))

  async function isUnavailable(endpoint: DockerEndpoint, reason: RegExp): Promise<void> {
    const engine = createDockerEngine({ endpoint })
    expect(await engine.info()).toMatchObject({ status: "unavailable", reason: expect.stringMatching(reason) })
    await expect(engine.containers.list()).rejects.toMatchObject({ code: "engine_unavailable" })
    await engine.close()
  }

  async function livesThrough(endpoint: DockerEndpoint): Promise<void> {
    const engine = createDockerEngine({ endpoint })
    const stop = new AbortController()
    try {
      expect(await engine.info()).toMatchObject({ status: "available", kind: "docker" })
      const seen: EngineEvent[] = []
      const following = follow(engine, stop.signal, seen)
      const { id } = await engine.containers.create({ image, command: ["/bin/sh", "-c", "echo aboard; exec sleep 1000"] })
      await engine.containers.start(id)
      await expect.poll(() => firstLine(engine, id)).toBe("aboard")
      const session = await engine.containers.exec(id, { command: ["/bin/sh", "-c", "cat; exit 7"], stdin: true })
      session.stdin?.end("both ways\n")
      expect(await text(session.stdout)).toBe("both ways\n")
      expect(await session.exited).toEqual({ exitCode: 7 })
      const { tar } = await engine.containers.copyOut(id, "/etc/motd")
      expect(await text(tar)).toContain("hello from the image")
      await engine.containers.remove(id, { force: true })
      await expect
        .poll(() => seen.filter((event) => event.id === id).map(({ action }) => action))
        .toEqual(expect.arrayContaining(["create", "start", "exec-start", "exit", "remove"]))
      stop.abort()
      await following
    } finally {
      stop.abort()
      await engine.close()
    }
  }

  const openssl = (...words: string[]) => execFileSync("openssl", words, { cwd: directory, stdio: "pipe" })
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

  function authorise(name: string): void {
    openssl("req", "-x509", ...newKey, "-days", "2", "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.crt`)
  }

  function certify(authority: string, name: string, usage: string): void {
    openssl("req", ...newKey, "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.csr`)
    writeFileSync(at(`${name}.ext`), `extendedKeyUsage=${usage}\nsubjectAltName=IP:127.0.0.1\n`)
    const signed = ["-CA", `${authority}.crt`, "-CAkey", `${authority}.key`, "-CAcreateserial", "-extfile", `${name}.ext`]
    openssl("x509", "-req", "-days", "2", "-in", `${name}.csr`, ...signed, "-out", `${name}.crt`)
  }
})

async function follow(engine: ContainerEngine, signal: AbortSignal, seen: EngineEvent[]): Promise<void> {
  for await (const event of engine.events({ after: 0, follow: true, signal })) seen.push(event)
}

async function firstLine(engine: ContainerEngine, id: string): Promise<string | undefined> {
  for await (const line of engine.containers.logs(id)) return line.data.toString()
  return undefined
}
