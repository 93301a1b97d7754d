import { type ContainerInspect, EngineError, type ImageApi, type ImageInspect, type ImageSummary } from "@plimsoll/runtime"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { Transfer } from "../../contract/transfers.js"
import { type FakeEngine, fakeEngine, summaryOf } from "../../testing/fake-engine.js"
import { createTransfers, type RunningTransfers } from "./create-transfers.js"

type PullOptions = NonNullable<Parameters<ImageApi["pull"]>[1]>
type PushOptions = NonNullable<Parameters<ImageApi["push"]>[1]>

/** A transfer in the engine's hands: it ends when the test says so. */
interface Held<O> {
  reference: string
  options: O
  finish(): void
  fail(error: unknown): void
}

let local: FakeEngine
let other: FakeEngine
let pulls: Held<PullOptions>[]
let pushes: Held<PushOptions>[]
let reported: unknown[]
/** What admission was asked about, and what it says. */
let asked: (string | undefined)[]
let refusal: EngineError | undefined
let transfers: RunningTransfers

beforeEach(() => {
  pulls = []
  pushes = []
  reported = []
  asked = []
  refusal = undefined
  local = holding(fakeEngine({ features: ["image-pull", "image-push"] }))
  other = holding(fakeEngine({ features: ["image-pull"] }))
  const engines: Record<string, FakeEngine> = { local, other }
  transfers = createTransfers({
    hosts: {
      engineOf(host) {
        const engine = engines[host]
        if (engine === undefined) throw new EngineError("not_found", { facts: { host } })
        return engine
      },
    },
    registries: {
      credentialsFor: async (domain) => (domain === "private.test" ? { username: "ada", password: "secret" } : undefined),
    },
    admission: {
      async ask(_, spec) {
        asked.push(spec.name)
        if (refusal !== undefined) throw refusal
      },
    },
    report: (error) => reported.push(error),
    now: Date.now,
  })
})
afterEach(async () => {
  for (const held of [...pulls, ...pushes]) held.finish()
  await transfers.close()
})

function imageOf(reference: string): ImageSummary {
  return {
    id: `sha256:${"1".repeat(64)}`,
    digest: `sha256:${"2".repeat(64)}`,
    references: [reference],
    createdAt: 1,
    sizeBytes: 1,
    sharedBytes: 0,
    platform: "linux/amd64",
    labels: {},
    usedBy: [],
  }
}

/** Pulls and pushes wait for the test; who is aborted tidies up until the test lets it end. */
function holding(engine: FakeEngine): FakeEngine {
  function hold<O, R>(list: Held<O>[], reference: string, options: O, result: R): Promise<R> {
    return new Promise((resolve, reject) => list.push({ reference, options, finish: () => resolve(result), fail: reject }))
  }
  engine.images.pull = (reference, options = {}) => hold(pulls, reference, options, imageOf(reference))
  engine.images.push = (reference, options = {}) => hold(pushes, reference, options, { digest: "sha256:pushed" })
  engine.images.inspect = async (reference) => {
    throw new EngineError("image_not_found", { facts: { reference } })
  }
  return engine
}

function has(engine: FakeEngine, reference: string): void {
  engine.images.inspect = async () => imageOf(reference) as ImageInspect
}

async function all(): Promise<Transfer[]> {
  const controller = new AbortController()
  for await (const message of transfers.follow(controller.signal)) {
    controller.abort()
    if (message.type === "snapshot") return message.transfers
  }
  return []
}
async function find({ id }: { id: string }): Promise<Transfer | undefined> {
  return (await all()).find((transfer) => transfer.id === id)
}
const becomes = (transfer: { id: string }, state: object) => vi.waitFor(async () => expect(await find(transfer)).toMatchObject(state))
const begun = (list: Held<unknown>[], count: number) => vi.waitFor(() => expect(list).toHaveLength(count))
const aborted = () => new EngineError("aborted")
const pull = (reference: string, host = "local") => transfers.pull({ host, reference })

describe("a pull", () => {
  it("runs by itself: its progress, then its image are told", async () => {
    const asked = await pull("alpine:3")
    expect(await find(asked)).toMatchObject({
      kind: "pull",
      host: "local",
      reference: "docker.io/library/alpine:3",
      status: "running",
      endedAt: null,
      progress: null,
      container: null,
    })
    await begun(pulls, 1)
    const progress = { reference: "docker.io/library/alpine:3", phase: "transferring" as const, layers: [], doneBytes: 1, sizeBytes: 2 }
    pulls[0]?.options.onProgress?.(progress)
    expect(await find(asked)).toMatchObject({ status: "running", progress })
    pulls[0]?.finish()
    const { id, digest } = imageOf("")
    await becomes(asked, { status: "done", imageId: id, digest, endedAt: expect.any(Number), error: null })
  })

  it("is refused right there when the request is wrong, and no transfer is made", async () => {
    await expect(pull("Not A Reference")).rejects.toMatchObject({ code: "invalid_reference" })
    await expect(pull("alpine", "nowhere")).rejects.toMatchObject({ code: "not_found" })
    other.info = fakeEngine({ features: [] }).info
    await expect(pull("alpine", "other")).rejects.toMatchObject({ code: "unsupported", publicMessage: expect.stringContaining("pull") })
    expect(await all()).toEqual([])
  })

  it("that is asked for twice while it runs is one; of another platform, on another host or after a cancellation it is not", async () => {
    const first = await pull("alpine")
    expect(await pull("docker.io/library/alpine:latest")).toEqual(first)
    const platform = await transfers.pull({ host: "local", reference: "alpine", platform: "linux/arm64" })
    const elsewhere = await pull("alpine", "other")
    expect(new Set([first.id, platform.id, elsewhere.id]).size).toBe(3)
    await begun(pulls, 3)
    expect(pulls.map(({ options }) => options.platform).sort()).toEqual(["linux/arm64", undefined, undefined])
    transfers.cancel(first.id)
    const again = await pull("alpine")
    expect(again).not.toEqual(first)
  })

  it("has the credentials that are kept for its registry, and no others", async () => {
    await pull("private.test/team/app")
    await pull("alpine")
    await begun(pulls, 2)
    expect(pulls[0]?.options.credentials).toEqual({ username: "ada", password: "secret" })
    expect(pulls[1]?.options.credentials).toBeUndefined()
    expect(JSON.stringify(await all())).not.toContain("secret")
  })

  it("waits while three others run on its host, and begins when one of them ends; other hosts are not held up", async () => {
    for (const name of ["a", "b", "c", "d"]) await pull(name)
    await pull("e", "other")
    await begun(pulls, 4)
    expect(pulls.map(({ reference }) => reference.slice(-8, -7))).not.toContain("d")
    expect((await all()).filter(({ status }) => status === "running")).toHaveLength(5)
    pulls[0]?.fail(new EngineError("registry_unavailable"))
    await begun(pulls, 5)
    expect(pulls[4]?.reference).toBe("docker.io/library/d:latest")
  })

  it("that fails says why in plain words", async () => {
    const asked = await pull("private.test/app")
    await begun(pulls, 1)
    pulls[0]?.fail(
      new EngineError("registry_refused", { publicMessage: "The registry wants others.", facts: { host: "private.test", no: undefined } }),
    )
    const error = { code: "registry_refused", publicMessage: "The registry wants others.", facts: { host: "private.test" } }
    await becomes(asked, { status: "failed", error, imageId: null })
    expect(reported).toEqual([])
  })

  it("that fails as nothing may is in the log under its id, and does not show its insides", async () => {
    const asked = await pull("alpine")
    await begun(pulls, 1)
    const bug = new TypeError("undefined is not secret")
    pulls[0]?.fail(bug)
    await becomes(asked, { status: "failed", error: { code: "internal", publicMessage: expect.stringContaining(asked.id) } })
    expect(JSON.stringify(await find(asked))).not.toContain("undefined is not secret")
    expect(reported).toEqual([bug])
  })
})

describe("a cancellation", () => {
  it("aborts the transfer, which is cancelled once it has tidied up", async () => {
    const asked = await pull("alpine")
    await begun(pulls, 1)
    transfers.cancel(asked.id)
    expect(pulls[0]?.options.signal?.aborted).toBe(true)
    expect(await find(asked)).toMatchObject({ status: "running" })
    pulls[0]?.fail(aborted())
    await becomes(asked, { status: "cancelled", endedAt: expect.any(Number), error: null })
    expect(() => transfers.cancel(asked.id)).not.toThrow()
    expect(await find(asked)).toMatchObject({ status: "cancelled" })
  })

  it("of one that waits for its turn ends it without asking the registry", async () => {
    for (const name of ["a", "b", "c"]) await pull(name)
    await begun(pulls, 3)
    const waiting = await pull("d")
    transfers.cancel(waiting.id)
    await becomes(waiting, { status: "cancelled" })
    expect(pulls).toHaveLength(3)
  })

  it("of what is not known any more is not_found", () => {
    expect(() => transfers.cancel("c7b8a2de-0000-4000-8000-000000000000")).toThrow(expect.objectContaining({ code: "not_found" }))
  })
})

describe("a push", () => {
  it("goes where it is told, with the credentials of that registry, and gives the digest there", async () => {
    has(local, "docker.io/library/alpine:3")
    const asked = await transfers.push({ host: "local", reference: "alpine:3", to: "private.test/team/app" })
    await begun(pushes, 1)
    expect(pushes[0]).toMatchObject({
      reference: "alpine:3",
      options: { to: "private.test/team/app:latest", credentials: { username: "ada" } },
    })
    expect(await transfers.push({ host: "local", reference: "alpine:3", to: "private.test/team/app:latest" })).toEqual(asked)
    pushes[0]?.finish()
    await becomes(asked, {
      kind: "push",
      reference: "private.test/team/app:latest",
      status: "done",
      digest: "sha256:pushed",
      imageId: null,
    })
  })

  it("goes to the name by which the image was asked for, when it is told nothing else", async () => {
    has(local, "private.test/app:1")
    await transfers.push({ host: "local", reference: "private.test/app:1" })
    await begun(pushes, 1)
    expect(pushes[0]?.options.to).toBe("private.test/app:1")
  })

  it("is refused right there for an image that is not here, an id without a name, a digest, and an engine that cannot", async () => {
    const push = (reference: string, to?: string, host = "local") => transfers.push({ host, reference, ...(to !== undefined && { to }) })
    await expect(push("alpine")).rejects.toMatchObject({ code: "image_not_found" })
    await expect(push("alpine", "private.test/a")).rejects.toMatchObject({ code: "image_not_found" })
    has(local, "private.test/app:1")
    for (const id of ["1".repeat(64), `sha256:${"1".repeat(64)}`, "1111"])
      await expect(push(id)).rejects.toMatchObject({
        code: "invalid_argument",
        publicMessage: expect.stringContaining("Say where to push"),
      })
    await expect(push("private.test/app:1", `private.test/app@sha256:${"3".repeat(64)}`)).rejects.toMatchObject({
      code: "invalid_reference",
    })
    await expect(push("private.test/app:1", "private.test/b", "other")).rejects.toMatchObject({ code: "unsupported" })
    expect(await all()).toEqual([])
  })
})

describe("a container from an image that is not here", () => {
  const spec = { image: "alpine:3", name: "web" }
  const done: string[] = []
  beforeEach(() => {
    done.splice(0)
    local.containers.create = async ({ name = "made-up" }) => {
      done.push(`create ${name}`)
      local.put(summaryOf("aaaa", { name, state: { status: "created" } }))
      return { ...summaryOf("aaaa", { name }) } as ContainerInspect
    }
    const { start } = local.containers
    local.containers.start = async (id) => {
      done.push(`start ${id}`)
      return start(id)
    }
  })
  const create = (change: object = {}, start = true) => transfers.pullAndCreate({ host: "local", spec: { ...spec, ...change }, start })

  it("is created and started when the image has come", async () => {
    const asked = await create()
    await becomes(asked, { kind: "pull", reference: "docker.io/library/alpine:3", container: { name: "web", id: null } })
    await begun(pulls, 1)
    expect(done).toEqual([])
    pulls[0]?.finish()
    await becomes(asked, { status: "done", imageId: imageOf("").id, container: { name: "web", id: "aaaa" } })
    expect(done).toEqual(["create web", "start aaaa"])
  })

  it("is created without a pull when the image is here, and not started unless asked", async () => {
    has(local, "docker.io/library/alpine:3")
    const asked = await create({}, false)
    await becomes(asked, { status: "done", container: { name: "web", id: "aaaa" } })
    expect(done).toEqual(["create web"])
    expect(pulls).toEqual([])
  })

  it("is refused before the pull when it could not be made after it", async () => {
    await expect(create({ workingDirectory: "/proc/self" })).rejects.toMatchObject({ code: "invalid_argument" })
    await expect(create({ image: "1".repeat(64) })).rejects.toMatchObject({ code: "invalid_reference" })
    local.put(summaryOf("bbbb", { name: "web" }))
    await expect(create()).rejects.toMatchObject({ code: "name_in_use" })
    await create({ name: "to-come" })
    await expect(create({ name: "to-come" })).rejects.toMatchObject({ code: "name_in_use" })
    expect(await all()).toHaveLength(1)
  })

  it("is refused before the pull when admission refuses it now, whether the image is here or not, and asked for the same it is made", async () => {
    refusal = new EngineError("load_line_exceeded", { publicMessage: "There is too little memory." })
    await expect(create()).rejects.toBe(refusal)
    has(local, "docker.io/library/alpine:3")
    await expect(create()).rejects.toBe(refusal)
    expect([pulls, done, await all()]).toEqual([[], [], []])
    refusal = undefined
    await becomes(await create(), { status: "done" })
    expect(asked).toEqual(["web", "web", "web"])
  })

  it("is told to have been refused after the pull when what was free before has gone meanwhile", async () => {
    const late = await create()
    await begun(pulls, 1)
    local.containers.create = async () => {
      throw new EngineError("load_line_exceeded", { publicMessage: "There is too little memory." })
    }
    pulls[0]?.finish()
    await becomes(late, { status: "failed", error: { code: "load_line_exceeded" }, container: { name: "web", id: null } })
  })

  it("tells what went wrong after the pull", async () => {
    local.containers.create = async () => {
      throw new EngineError("port_in_use", { publicMessage: "Port 80 is taken." })
    }
    const asked = await create()
    await begun(pulls, 1)
    pulls[0]?.finish()
    await becomes(asked, {
      status: "failed",
      imageId: imageOf("").id,
      error: { code: "port_in_use", publicMessage: "Port 80 is taken." },
      container: { name: "web", id: null },
    })
  })

  it("stays when it does not start, and the reason is told", async () => {
    local.containers.start = async () => {
      throw new EngineError("command_not_found")
    }
    const asked = await create()
    await begun(pulls, 1)
    pulls[0]?.finish()
    await becomes(asked, { status: "failed", error: { code: "command_not_found" }, container: { name: "web", id: "aaaa" } })
    expect(await local.containers.list()).toHaveLength(1)
  })

  it("leaves nothing when it is cancelled during the pull or while it is made", async () => {
    const first = await create()
    await begun(pulls, 1)
    transfers.cancel(first.id)
    pulls[0]?.fail(aborted())
    await becomes(first, { status: "cancelled", container: { name: "web", id: null } })
    const { create: make } = local.containers
    local.containers.create = async (asked) => {
      transfers.cancel(second.id)
      return make(asked)
    }
    const second = await create()
    await begun(pulls, 2)
    pulls[1]?.finish()
    await becomes(second, { status: "cancelled", container: { name: "web", id: null } })
    expect(await local.containers.list()).toEqual([])
  })
})

describe("when the server stops", () => {
  it("what runs or waits is aborted, and the stop waits until it has tidied up; nothing new begins", async () => {
    for (const name of ["a", "b", "c", "d"]) await pull(name)
    await begun(pulls, 3)
    let stopped = false
    const stopping = transfers.close().then(() => (stopped = true))
    expect(pulls.every(({ options }) => options.signal?.aborted)).toBe(true)
    await expect(pull("e")).rejects.toMatchObject({ code: "engine_unavailable" })
    pulls[0]?.fail(aborted())
    pulls[1]?.fail(aborted())
    await vi.waitFor(async () => expect((await all()).filter(({ status }) => status === "cancelled")).toHaveLength(3))
    expect(stopped).toBe(false)
    pulls[2]?.fail(aborted())
    await stopping
    expect(pulls).toHaveLength(3)
  })
})
