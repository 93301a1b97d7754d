import { type ContainerEngine, createEngine, ensureStarterImage, purgeEngine } from "@plimsoll/runtime"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import type { WebSocket } from "ws"
import type {
  ContainerInspect,
  Invitation,
  Member,
  NewApiToken,
  OneTimeLink,
  OpenedTerminal,
  Plan,
  PlanTerms,
  Role,
  SessionSummary,
} from "./contract/index.js"
import { roles } from "./contract/session.js"
import { appRouter } from "./routers/app-router.js"
import { type Answer, localAuthorization, messagesOf, ORIGIN, startTestServer, type TestServer } from "./testing/test-server.js"
import { type OperationName, operations } from "./trpc/operations.js"

/**
 * Every procedure, subscription and socket, with every role, and with another tenant's ids, over the real engine: what a role may not is refused,
 * what is another tenant's is not found, and no answer tells anything of it.
 */
let server: TestServer
let local: Record<string, string>
let engine: ContainerEngine | undefined
/** What a request is signed in with, by role; the tenant's roles are acme's. */
const headers = new Map<Role, Record<string, string>>()
/** What is beta's. */
let foreign: Awaited<ReturnType<typeof furnish>>
const sockets: WebSocket[] = []

const PASSPHRASE = "violet kettle orbits 7 plain harbours"
const GiB = 2 ** 30
const terms: PlanTerms = {
  memoryGuaranteedBytes: GiB / 4,
  memoryMaxBytes: GiB,
  cpuGuaranteedCores: 0.1,
  cpuMaxCores: 1,
  cpuWeight: 100,
  diskBytes: 4 * GiB,
  pidsMax: 500,
  containers: 5,
  volumes: 5,
  networks: 3,
  publicPorts: 2,
  tokens: 5,
  ociRuntimes: [],
}

beforeAll(async () => {
  server = await startTestServer({
    parent: "/var/tmp",
    openEngine: async ({ dataDirectory, runDirectory }) => {
      engine = await createEngine({ root: `${dataDirectory}/engine`, runDirectory: `${runDirectory}/engine` })
      return engine
    },
    makeStarterImage: (opened) => ensureStarterImage(opened.images),
  })
  local = localAuthorization(server)
  await vi.waitFor(async () => expect(await query("images.list")).toHaveLength(1), { timeout: 30_000, interval: 100 })
  const plan = await mutate<Plan>("plans.create", { name: "Small", terms })
  for (const tenant of ["acme", "beta"]) await mutate("tenants.create", { tenant, title: `The ${tenant} company`, plan: plan.id })
  headers.set("operator", { cookie: await server.signIn() })
  headers.set("support", await invite("support"))
  for (const role of ["owner", "member", "viewer"] as const) headers.set(role, await invite(role, "acme"))
  foreign = await furnish(plan)
}, 120_000)

afterAll(async () => {
  for (const socket of sockets) socket.terminate()
  await server.stop()
  await purgeEngine({ root: `${server.dataDirectory}/engine`, runDirectory: `${server.runDirectory}/engine` })
  await server.remove()
})

async function unwrap<T>(pending: Promise<Answer>): Promise<T> {
  const body = (await pending).json() as { result?: { data?: T }; error?: unknown }
  if (body.result === undefined) throw new Error(JSON.stringify(body.error))
  return body.result.data as T
}
const query = <T = unknown>(path: string, input?: unknown, as = local) => unwrap<T>(server.query(path, input, as))
const mutate = <T = unknown>(path: string, input: unknown, as = local) => unwrap<T>(server.mutate(path, input, as))
const post = (path: string, body: unknown) =>
  server.request(path, { method: "POST", headers: { "content-type": "application/json", origin: ORIGIN }, body: JSON.stringify(body) })

/** Invites somebody, who accepts; returns what they are signed in with. */
async function invite(role: Role, tenant?: string): Promise<Record<string, string>> {
  const { path } = await mutate<OneTimeLink>("members.invite", { role, note: role, ...(tenant === undefined ? {} : { tenant }) })
  const token = new URL(path, "http://localhost").searchParams.get("token")
  const username = `${tenant ?? "staff"}_${role}`
  const answer = await post("/api/auth/invitation", { token, username, name: `${role} person`, password: PASSPHRASE })
  if (answer.status !== 200) throw new Error(`accepting answered ${answer.status}: ${answer.body.toString()}`)
  return { cookie: (answer.headers["set-cookie"] ?? []).map((cookie) => cookie.split(";")[0] ?? "").join("; ") }
}

/** Gives beta one of everything. */
async function furnish(plan: Plan) {
  const owner = await invite("owner", "beta")
  await mutate("volumes.create", { host: "local", name: "vault" }, owner)
  await mutate("networks.create", { host: "local", name: "hidden" }, owner)
  const { id: container } = await mutate<ContainerInspect>(
    "containers.create",
    {
      name: "secret-web",
      image: "plimsoll/starter",
      command: ["sh", "-c", "echo betas-own-words; exec sleep 1000"],
      mounts: [{ kind: "volume", volume: "vault", target: "/vault" }],
    },
    owner,
  )
  await mutate("containers.start", { id: container }, owner)
  const terminal = await mutate<OpenedTerminal>("containers.openTerminal", { id: container, command: ["sh"], columns: 80, rows: 24 }, owner)
  const token = await mutate<NewApiToken>("tokens.create", { name: "betas-robot", scope: "write", expiresAt: null }, owner)
  await mutate("members.invite", { role: "viewer", note: "betas-guest" }, owner)
  const [invitation] = await query<Invitation[]>("members.invitations", {}, owner)
  const [member] = await query<Member[]>("members.list", {}, owner)
  const [session] = await query<SessionSummary[]>("session.sessions", undefined, owner)
  if (invitation === undefined || member === undefined || session === undefined) throw new Error("beta lacks something")
  return {
    plan: plan.id,
    container,
    token: token.entry.id,
    invitation: invitation.id,
    member: member.userId,
    session: session.id,
    exec: terminal.execId,
    ticket: terminal.ticket,
  }
}

/** Words that stand in no answer to acme. */
const betas = () => [
  "secret-web",
  "vault",
  "hidden",
  "betas-",
  "beta_owner",
  "The beta company",
  '"beta"',
  foreign.container,
  foreign.token,
  foreign.member,
]

/** What acme's people have typed themselves stands in the audit of their own attempts: there only words that they cannot know tell. */
function expectNothingOfBeta(name: OperationName, text: string) {
  const typed = name.startsWith("events.") || name === "http.events.export"
  for (const word of typed ? ["betas-", "beta_owner", "The beta company", '"tenant":"beta","host":"local"'] : betas())
    expect(text, `${name} tells of ${word}`).not.toContain(word)
}

type Expectation =
  /** Names what is beta's: it is not there. */
  | { absent: unknown }
  /** Names nothing: the answer tells nothing of beta. */
  | { silent: unknown }
  /** Of the asker's own alone, or of everybody's: refused for another reason, or done without harm. */
  | { harmless: unknown }

const month = new Date().toISOString().slice(0, 7)
const size = { columns: 80, rows: 24 }
const onHost = (name: string) => ({ host: "local", name })

/** For each operation that a tenant's role may do: how it is asked for what is beta's. One that is missing fails the walk. */
function attempts(): Partial<Record<OperationName, Expectation[]>> {
  const { container: id, member: userId } = foreign
  const image = "plimsoll/starter"
  const byIdOrName = (more: object = {}): Expectation[] => [
    { absent: { id, ...more } },
    { absent: { id: "secret-web", ...more } },
    { absent: { id: id.slice(0, 12), ...more } },
  ]
  return {
    "session.me": [{ silent: undefined }],
    "session.sessions": [{ silent: undefined }],
    "session.revoke": [{ absent: { id: foreign.session } }],
    "session.changePassword": [{ harmless: { currentPassword: "not the one", newPassword: `${PASSPHRASE} 2` } }],
    "session.lookAsEnd": [{ harmless: undefined }],
    "hosts.list": [{ silent: undefined }],
    "hosts.live": [{ silent: undefined }],
    "containers.list": [{ silent: {} }, { silent: { tenant: "beta" } }],
    "containers.inspect": byIdOrName(),
    "containers.create": [
      { absent: { image, tenant: "beta" } },
      { absent: { image, host: "elsewhere" } },
      { absent: { image, network: { kind: "container", container: id } } },
      { absent: { image, pidNamespace: { kind: "container", container: id } } },
      { absent: { image, network: { kind: "network", network: "hidden" } } },
      { absent: { image, network: { kind: "network", network: "beta.hidden" } } },
    ],
    "containers.start": byIdOrName(),
    "containers.stop": byIdOrName(),
    "containers.kill": byIdOrName(),
    "containers.restart": byIdOrName(),
    "containers.pause": byIdOrName(),
    "containers.resume": byIdOrName(),
    "containers.nap": byIdOrName(),
    "containers.hibernate": byIdOrName(),
    "containers.wake": byIdOrName(),
    "containers.rename": byIdOrName({ name: "mine" }),
    "containers.remove": byIdOrName({ force: true }),
    "containers.bulk": [{ harmless: { action: "remove", ids: [id, "secret-web"], options: { force: true } } }],
    "containers.update": byIdOrName({ limits: { pidsMax: 10 } }),
    "containers.resizeDisk": byIdOrName({ sizeBytes: GiB }),
    "containers.compactDisk": byIdOrName(),
    "containers.top": byIdOrName(),
    "containers.diff": byIdOrName(),
    "containers.files": byIdOrName({ path: "/" }),
    "containers.namespaces": byIdOrName(),
    "containers.cgroupTree": byIdOrName(),
    "containers.openTerminal": byIdOrName(size),
    "containers.rejoinTerminal": [{ absent: { execId: foreign.exec } }],
    "containers.attach": byIdOrName(),
    "containers.live": [{ silent: undefined }],
    "containers.stats": byIdOrName(),
    "containers.logs": byIdOrName(),
    "images.list": [{ silent: {} }],
    "images.inspect": [{ silent: { host: "local", reference: image } }],
    "networks.list": [{ silent: {} }],
    "networks.create": [{ absent: { ...onHost("own"), tenant: "beta" } }],
    "networks.remove": [{ absent: onHost("hidden") }, { absent: onHost("beta.hidden") }],
    "networks.connect": [{ absent: { ...onHost("hidden"), container: id } }, { absent: { ...onHost("bridge"), container: id } }],
    "networks.disconnect": [{ absent: { ...onHost("hidden"), container: id } }, { absent: { ...onHost("bridge"), container: id } }],
    "volumes.list": [{ silent: {} }],
    "volumes.inspect": [{ absent: onHost("vault") }, { absent: onHost("beta.vault") }],
    "volumes.create": [{ absent: { ...onHost("own"), tenant: "beta" } }],
    "volumes.resize": [{ absent: { ...onHost("vault"), sizeBytes: GiB } }, { absent: { ...onHost("beta.vault"), sizeBytes: GiB } }],
    "volumes.compact": [{ absent: onHost("vault") }, { absent: onHost("beta.vault") }],
    "volumes.remove": [{ absent: { ...onHost("vault"), force: true } }, { absent: { ...onHost("beta.vault"), force: true } }],
    "tenants.list": [{ silent: {} }],
    "tenants.inspect": [{ absent: { tenant: "beta" } }, { absent: { tenant: "nobody" } }],
    "members.list": [{ silent: {} }, { absent: { tenant: "beta" } }],
    "members.invitations": [{ silent: {} }, { absent: { tenant: "beta" } }],
    "members.invite": [{ absent: { tenant: "beta", role: "owner" } }],
    "members.revokeInvitation": [{ absent: { id: foreign.invitation } }],
    "members.change": [{ absent: { userId, role: "viewer" } }],
    "members.remove": [{ absent: { userId } }],
    "members.resetLink": [{ absent: { userId } }],
    "members.unlock": [{ absent: { userId } }],
    "tokens.list": [{ silent: {} }, { absent: { tenant: "beta" } }],
    "tokens.create": [{ absent: { tenant: "beta", name: "mine", scope: "write", expiresAt: null } }],
    "tokens.revoke": [{ absent: { id: foreign.token } }],
    "metering.month": [{ silent: { month } }, { absent: { month, tenant: "beta" } }],
    "metering.hours": [{ absent: { month, tenant: "beta" } }],
    "events.list": [{ silent: { limit: 200 } }, { silent: { tenant: "beta" } }, { silent: { objectId: id } }],
    "events.stream": [{ silent: { after: 0 } }, { silent: { after: 0, objectId: id } }],
    "metrics.series": [
      { absent: { scope: "container", id, metrics: ["pids"], from: 0, to: Date.now() } },
      { absent: { scope: "tenant", id: "beta", metrics: ["pids"], from: 0, to: Date.now() } },
      { absent: { scope: "host", metrics: ["load1"], from: 0, to: Date.now() } },
    ],
    "metrics.recent": [{ harmless: { ids: [id], metrics: ["pids"] } }],
  }
}

/** The HTTP routes beside tRPC, each as it is asked for what is beta's. */
function streamAttempts(): Partial<Record<OperationName, { method: string; path: string; absent: boolean }[]>> {
  const { container: id } = foreign
  const containerPaths = (suffix: string) => [id, "secret-web"].map((name) => `/api/containers/${name}${suffix}`)
  const get = (path: string, absent = true) => ({ method: "GET", path, absent })
  return {
    "http.containers.archive.read": containerPaths("/archive?path=/vault").map((path) => get(path)),
    "http.containers.archive.write": containerPaths("/archive?path=/vault").map((path) => ({ method: "PUT", path, absent: true })),
    "http.containers.logs": containerPaths("/logs").map((path) => get(path)),
    "http.images.load": [{ method: "POST", path: "/api/images/load", absent: true }],
    "http.images.import": [{ method: "POST", path: "/api/images/import?reference=x", absent: true }],
    "http.images.save": [get("/api/images/save?reference=plimsoll/starter")],
    "http.events.export": [get("/api/events/export?format=jsonl", false), get("/api/events/export?format=csv&tenant=beta", false)],
    "http.metering.export": [
      get(`/api/metering/export?format=csv&month=${month}`, false),
      get(`/api/metering/export?format=csv&month=${month}&tenant=beta`),
    ],
    "http.metrics": [get("/api/metrics", false), get("/api/metrics?containers=0", false)],
    "http.tenants.export": [get("/api/tenants/beta/export")],
  }
}

const tenantRoles = roles.filter((role) => role !== "operator" && role !== "support")
const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { type: "query" | "mutation" | "subscription" } }>
const names = Object.keys(operations) as OperationName[]
const may = (role: Role, name: OperationName) => (operations[name] as readonly Role[]).includes(role)
const as = (role: Role) => headers.get(role) ?? {}

function ask(role: Role, name: OperationName, input: unknown): Promise<Answer> {
  return procedures[name]?._def.type === "mutation" ? server.mutate(name, input, as(role)) : server.query(name, input, as(role))
}

/** What a subscription says at first, or its refusal. */
async function follow(role: Role, path: string, input: unknown): Promise<{ text: string; code: string | undefined }> {
  const socket = server.webSocket("/trpc", as(role))
  sockets.push(socket)
  const next = messagesOf(socket)
  await new Promise((resolve) => socket.once("open", resolve))
  const send = (id: number, method: string, params: object) => socket.send(JSON.stringify({ id, jsonrpc: "2.0", method, params }))
  send(1, "subscription", { path, input })
  let text = ""
  // A quiet stream is known by answers to what was asked after it.
  for (let asked = 1; ; ) {
    if (asked < 4) send(++asked, "query", { path: "session.me" })
    const message = (await next()).data.toString()
    if (message === "PING") {
      socket.send("PONG")
      continue
    }
    const { id, error } = JSON.parse(message) as { id?: number; error?: { data: { code: string } } }
    if (id === 1 && error !== undefined) return { text, code: error.data.code }
    if (id === 1) text += message
    if (id === 4) break
  }
  socket.close()
  return { text, code: undefined }
}

describe("the walk", () => {
  it("knows how to ask for what is another's in every operation that a tenant's role may do, and no table entry is left over", () => {
    const known = { ...attempts(), ...streamAttempts() }
    const needed = names.filter((name) => name !== "http.terminal" && tenantRoles.some((role) => may(role, name)))
    expect(needed.filter((name) => known[name] === undefined)).toEqual([])
    expect(names.filter((name) => !name.startsWith("http.")).sort()).toEqual(Object.keys(procedures).sort())
  })

  it.each(roles)("%s: what the role may not is refused, whatever is asked", async (role) => {
    for (const name of names.filter((each) => procedures[each] !== undefined && !may(role, each))) {
      const type = procedures[name]?._def.type
      if (type === "subscription") expect((await follow(role, name, undefined)).code, name).toBe("FORBIDDEN")
      else expect((await ask(role, name, undefined)).status, name).toBe(403)
    }
    for (const [name, requests] of Object.entries(streamAttempts()) as [OperationName, { method: string; path: string }[]][]) {
      if (may(role, name)) continue
      for (const { method, path } of requests)
        expect((await server.request(path, { method, headers: { origin: ORIGIN, ...as(role) } })).status, path).toBe(403)
    }
  })

  it.each(tenantRoles)("%s: another tenant's things are not found, and nothing is told of them", { timeout: 120_000 }, async (role) => {
    for (const [name, expectations] of Object.entries(attempts()) as [OperationName, Expectation[]][]) {
      if (!may(role, name)) continue
      for (const expectation of expectations) {
        const about = `${name} ${JSON.stringify(expectation)}`
        const input = Object.values(expectation)[0] as unknown
        if (procedures[name]?._def.type === "subscription") {
          const { text, code } = await follow(role, name, input)
          if ("absent" in expectation) expect(code, about).toBe("NOT_FOUND")
          else expectNothingOfBeta(name, text)
          continue
        }
        const answer = await ask(role, name, input)
        if ("absent" in expectation) expect(`${answer.status} ${answer.body.toString()}`, about).toMatch(/^404 /)
        if ("silent" in expectation) expect(answer.status, `${about}: ${answer.body.toString()}`).toBe(200)
        if (!("absent" in expectation) && name !== "containers.bulk" && name !== "metrics.recent")
          expectNothingOfBeta(name, answer.body.toString())
      }
    }
    for (const [name, requests] of Object.entries(streamAttempts()) as [
      OperationName,
      { method: string; path: string; absent: boolean }[],
    ][]) {
      if (!may(role, name)) continue
      for (const { method, path, absent } of requests) {
        const answer = await server.request(path, { method, headers: { origin: ORIGIN, ...as(role) } })
        if (absent) expect(answer.status, path).toBe(404)
        else expectNothingOfBeta(name, answer.body.toString())
      }
    }
  })

  it("nobody's and a foreign ticket open no terminal", async () => {
    for (const role of ["owner", "member"] as const) {
      const socket = server.webSocket(`/ws/terminal?ticket=${foreign.ticket}`, as(role))
      sockets.push(socket)
      expect((await messagesOf(socket)()).data.toString()).toContain("permission_denied")
    }
    const socket = server.webSocket("/ws/terminal?ticket=x", as("viewer"))
    sockets.push(socket)
    expect((await messagesOf(socket)()).data.toString()).toContain("FORBIDDEN")
  })

  it("has left beta as it was", async () => {
    const container = await query<ContainerInspect>("containers.inspect", { id: foreign.container })
    expect(container.state.status).toBe("running")
    expect(container.name).toBe("secret-web")
    expect(container.limits.pidsMax).not.toBe(10)
    expect(await query("volumes.inspect", { host: "local", name: "beta.vault" })).toMatchObject({ tenant: "beta" })
    expect((await query<Member[]>("members.list", { tenant: "beta" })).map(({ role }) => role)).toEqual(["owner"])
    expect(await query("tokens.list", { tenant: "beta" })).toHaveLength(1)
  })

  it("lets a tenant have names that another has", async () => {
    const owner = as("owner")
    await mutate("volumes.create", { host: "local", name: "vault" }, owner)
    const { id } = await mutate<ContainerInspect>(
      "containers.create",
      {
        name: "secret-web",
        image: "plimsoll/starter",
        command: ["sleep", "1000"],
        mounts: [{ kind: "volume", volume: "vault", target: "/vault" }],
      },
      owner,
    )
    const own = await query<ContainerInspect>("containers.inspect", { id: "secret-web" }, owner)
    expect(own.id).toBe(id)
    expect(own.resolved.mounts).toEqual([expect.objectContaining({ volume: "vault" })])
    expect(JSON.stringify(own)).not.toContain(server.dataDirectory)
  })
})
