import { createHash } from "node:crypto"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { createEngine, ensureStarterImage, purgeEngine, starterReference } from "@plimsoll/runtime"
import { type DockerRegistry, type LoopbackRegistry, startDockerRegistry, startLoopbackRegistry } from "@plimsoll/runtime/conformance"
import { afterAll, beforeAll, beforeEach, expect, it, onTestFailed, vi } from "vitest"
import type { ContainerInspect, GarbageReport, ImageInspect, ImageSummary, Transfer, TransfersMessage } from "./contract/index.js"
import { localAuthorization, messagesOf, startTestServer, type TestServer } from "./testing/test-server.js"

/** Images between the real engine and a real registry with a password, as the console moves them. */
let directory: string
let registry: DockerRegistry
let scripted: LoopbackRegistry
let server: TestServer
let headers: Record<string, string>
let name: string
const transfers = new Map<string, Transfer>()
/** All that was ever told, in order. */
const told: Transfer[] = []

beforeAll(async () => {
  directory = mkdtempSync("/var/tmp/plimsoll-transfers-")
  registry = await startDockerRegistry(directory)
  scripted = await startLoopbackRegistry()
  name = `${registry.host}/team/starter:1`
  server = await startTestServer({
    parent: "/var/tmp",
    openEngine: ({ dataDirectory, runDirectory, registries }) =>
      createEngine({ root: `${dataDirectory}/engine`, runDirectory: `${runDirectory}/engine`, registries }),
    makeStarterImage: (opened) => ensureStarterImage(opened.images),
  })
  headers = localAuthorization(server)
  await vi.waitFor(async () => expect(await query("images.list")).toHaveLength(1), { timeout: 20_000, interval: 50 })
  await follow()
})

beforeEach(() => {
  onTestFailed(() => {
    for (const line of server.logLines.splice(0)) if (/"level":[456]0/.test(line)) console.error(line.slice(0, 2000))
  })
})

afterAll(async () => {
  await server.stop()
  await purgeEngine({ root: `${server.dataDirectory}/engine`, runDirectory: `${server.runDirectory}/engine` })
  await server.remove()
  await registry.stop()
  await scripted.close()
  rmSync(directory, { recursive: true })
})

async function unwrap<T>(pending: ReturnType<TestServer["request"]>): Promise<T> {
  const body = (await pending).json() as { result?: { data?: T }; error?: { data: { engine: unknown } } }
  if (body.result === undefined) throw Object.assign(new Error(JSON.stringify(body.error)), { engine: body.error?.data.engine })
  return body.result.data as T
}
const query = <T = unknown>(path: string, input?: unknown) => unwrap<T>(server.query(path, input, headers))
const mutate = <T = unknown>(path: string, input: unknown) => unwrap<T>(server.mutate(path, input, headers))
const refusal = (code: string) => ({ engine: { code } })

/** Keeps `transfers` as a page does. */
async function follow(): Promise<void> {
  const socket = server.webSocket("/trpc", headers)
  const next = messagesOf(socket)
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject))
  socket.send(JSON.stringify({ id: 1, jsonrpc: "2.0", method: "subscription", params: { path: "transfers.live" } }))
  void (async () => {
    for (;;) {
      const { result } = JSON.parse((await next()).data.toString()) as { result?: { data?: TransfersMessage } }
      const message = result?.data
      if (message === undefined) continue
      for (const transfer of message.type === "snapshot" ? message.transfers : message.upserted) {
        transfers.set(transfer.id, transfer)
        told.push(transfer)
      }
      for (const id of message.type === "delta" ? message.removed : []) transfers.delete(id)
    }
    // The server's stop ends it.
  })().catch(() => undefined)
}

function ended({ id }: { id: string }): Promise<Transfer> {
  return vi.waitUntil(
    () => {
      const transfer = transfers.get(id)
      return transfer !== undefined && transfer.status !== "running" && transfer
    },
    { timeout: 20_000, interval: 10 },
  )
}
const pull = (reference: string) => mutate<{ id: string }>("images.pull", { reference })

it("a registry is tested before it is added: how it wants to be spoken to, and whether it accepts a password", async () => {
  const { host, credentials } = registry
  expect(await mutate("registries.test", { registry: host })).toEqual({ authentication: "basic", signedIn: false })
  const wrong = { ...credentials, password: "no" }
  await expect(mutate("registries.test", { registry: host, credentials: wrong })).rejects.toMatchObject(refusal("registry_refused"))
  expect(await mutate("registries.test", { registry: host, credentials })).toEqual({ authentication: "basic", signedIn: true })
  await mutate("registries.add", { registry: host, credentials })
  expect(await mutate("registries.test", { registry: host })).toEqual({ authentication: "basic", signedIn: true })
})

it("an image goes there and comes back as the same image", async () => {
  const before = await query<ImageInspect>("images.inspect", { reference: starterReference })
  const pushed = await ended(await mutate<{ id: string }>("images.push", { reference: starterReference, to: name }))
  expect(pushed).toMatchObject({ kind: "push", status: "done", reference: name, digest: before.digest, error: null })
  await mutate("images.remove", { reference: starterReference })
  expect(await query("images.list")).toEqual([])
  const pulled = await ended(await pull(name))
  expect(pulled).toMatchObject({ kind: "pull", status: "done", imageId: before.id, progress: { phase: "finishing" } })
  expect(await query("images.list", { host: "local" })).toMatchObject([{ id: before.id, references: [name], host: "local" }])
})

it("a password that was changed counts at the next transfer, and what the registry says to a wrong one is told in plain words", async () => {
  const { host, credentials } = registry
  await mutate("registries.change", { registry: host, credentials: { ...credentials, password: "no" } })
  expect(await ended(await pull(name))).toMatchObject({
    status: "failed",
    error: { code: "registry_refused", publicMessage: expect.stringContaining("does not accept the credentials") },
  })
  await mutate("registries.change", { registry: host, credentials: null })
  expect(await ended(await pull(name))).toMatchObject({
    status: "failed",
    error: { code: "registry_refused", publicMessage: expect.stringContaining("Add its credentials") },
  })
  await mutate("registries.change", { registry: host, credentials })
  expect(await ended(await pull(name))).toMatchObject({ status: "done" })
})

it("a mirror that was added counts at the next transfer", async () => {
  const asked = () => scripted.seen.some(({ url }) => url === "/v2/team/app/manifests/1")
  await mutate("registries.add", { registry: "mirrored.test", mirrors: [`http://${scripted.host}`] })
  const { id } = await pull("mirrored.test/team/app:1")
  await vi.waitUntil(asked, { timeout: 10_000, interval: 10 })
  // Its own address does not exist.
  await mutate("transfers.cancel", { id })
  await ended({ id })
})

it("a container is made and runs from an image that is not here", async () => {
  await mutate("images.remove", { reference: name })
  const spec = { name: "from-afar", image: name, command: ["sleep", "1000"], network: { kind: "none" } }
  const transfer = await ended(await mutate<{ id: string }>("containers.pullAndCreate", { spec, start: true }))
  expect(transfer).toMatchObject({
    status: "done",
    error: null,
    container: { name: "from-afar", id: expect.stringMatching(/^[0-9a-f]{64}$/) },
  })
  expect(await query<ContainerInspect>("containers.inspect", { id: "from-afar" })).toMatchObject({
    id: transfer.container?.id,
    image: name,
    state: { status: "running" },
  })
  await expect(mutate("containers.pullAndCreate", { spec })).rejects.toMatchObject(refusal("name_in_use"))
})

it("what the load line refuses now is refused before a byte is pulled, and for an operator's reason it is pulled and made", async () => {
  await mutate("images.tag", { reference: name, newReference: `${scripted.host}/line:1` })
  await ended(await mutate<{ id: string }>("images.push", { reference: `${scripted.host}/line:1` }))
  await mutate("images.remove", { reference: `${scripted.host}/line:1` })
  const seen = scripted.seen.length
  const transfersBefore = transfers.size
  const refused = (limits: object) =>
    mutate("containers.pullAndCreate", { spec: { name: "too-much", image: `${scripted.host}/line:1`, limits } })
  await expect(refused({ memoryMaxBytes: 2 ** 50 })).rejects.toMatchObject({
    engine: { code: "load_line_exceeded", facts: { resource: "memory", need: 2 ** 50 } },
  })
  expect([scripted.seen.length, transfers.size]).toEqual([seen, transfersBefore])

  const overrule = "more memory comes on Monday"
  const spec = { name: "too-much", image: `${scripted.host}/line:1`, limits: { memoryMaxBytes: 2 ** 50 } }
  const made = await ended(await mutate<{ id: string }>("containers.pullAndCreate", { spec, overrule, start: false }))
  expect(made).toMatchObject({ status: "done", error: null, container: { name: "too-much" } })
  expect(scripted.seen.length).toBeGreaterThan(seen)
  await mutate("containers.remove", { id: made.container?.id })
})

it("a pull that is cancelled in the middle of a layer leaves nothing", async () => {
  const layer = scripted.addBlob(Buffer.alloc(4 << 20, "layer"))
  const diffId = `sha256:${createHash("sha256").update("unpacked").digest("hex")}`
  const config = scripted.addBlob(
    Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux", config: {}, rootfs: { type: "layers", diff_ids: [diffId] } })),
  )
  const described = (blob: typeof layer, mediaType: string) => ({ mediaType, digest: blob.digest, size: blob.sizeBytes })
  scripted.addManifest("slow", "1", {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: described(config, "application/vnd.oci.image.config.v1+json"),
    layers: [described(layer, "application/vnd.oci.image.layer.v1.tar")],
  })
  scripted.intercept = (request, response) => {
    if (request.url?.endsWith(layer.digest) !== true) return false
    response.writeHead(200, { "content-length": layer.sizeBytes }).write(Buffer.alloc(1 << 20, "layer"))
    return true
  }
  const content = () => readdirSync(`${server.dataDirectory}/engine/content`, { recursive: true }).sort()
  const before = content()
  const { id } = await pull(`${scripted.host}/slow:1`)
  await vi.waitUntil(() => (transfers.get(id)?.progress?.doneBytes ?? 0) > 0, { timeout: 10_000, interval: 10 })
  expect(content()).not.toEqual(before)
  await mutate("transfers.cancel", { id })
  expect(await ended({ id })).toMatchObject({ status: "cancelled", imageId: null, error: null })
  expect(content()).toEqual(before)
  await expect(query("images.inspect", { reference: `${scripted.host}/slow:1` })).rejects.toMatchObject(refusal("image_not_found"))
})

it("what nobody needs is told by a dry run and goes when it is collected", async () => {
  const committed = await mutate<ImageSummary>("containers.commit", { id: "from-afar", reference: "committed:1" })
  await mutate("images.tag", { reference: name, newReference: "committed:1" })
  // File times may be a clock tick ahead of the clock.
  await expect
    .poll(() => mutate<GarbageReport>("images.collect", { dryRun: true, graceMs: 0 }))
    .toMatchObject({ dryRun: true, images: [{ id: committed.id }] })
  expect(await query("images.inspect", { reference: committed.id })).toMatchObject({ host: "local", references: [] })
  const report = await mutate<GarbageReport>("images.collect", { graceMs: 0 })
  expect(report).toMatchObject({ dryRun: false, images: [{ id: committed.id }], reclaimedBytes: expect.any(Number) })
  await expect(query("images.inspect", { reference: committed.id })).rejects.toMatchObject(refusal("image_not_found"))
  expect(await query("images.inspect", { reference: name })).toMatchObject({ references: expect.arrayContaining([name]) })
})

it("progress was told on the way, and never a password", () => {
  const phases = new Set(told.map(({ progress }) => progress?.phase))
  expect([...phases]).toEqual(expect.arrayContaining(["transferring", "finishing"]))
  expect(JSON.stringify(told)).not.toContain(registry.credentials.password)
})
