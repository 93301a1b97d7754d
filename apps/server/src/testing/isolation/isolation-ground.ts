import { type ContainerEngine, createEngine, purgeEngine } from "@plimsoll/runtime"
import { streamOf, type TarFile, testImageConfig, testRootfs } from "@plimsoll/runtime/conformance"
import type { ContainerInspect, Plan, PlanTerms } from "../../contract/index.js"
import { someTerms } from "../tenancy.js"
import { localAuthorization, startTestServer, type TestServer } from "../test-server.js"

const MEBIBYTE = 2 ** 20

/** Where attempts are made: a server over the real engine, the tenant `mallory` that makes them and the tenant `alice` that is to feel nothing. */
export interface IsolationGround {
  readonly server: TestServer
  readonly engine: ContainerEngine
  query<T = unknown>(path: string, input?: unknown): Promise<T>
  mutate<T = unknown>(path: string, input: unknown): Promise<T>
  /** A container that idles, made through the server, so that the tenant's plan holds; its command runs as the container's root. */
  start(tenant: "mallory" | "alice", spec?: object): Promise<ContainerInspect>
  /** What a shell script says in it, and its exit code. */
  sh(id: string, script: string, options?: { user?: string }): Promise<{ stdout: string; exitCode: number }>
  /** Removes all containers and volumes. */
  clear(): Promise<void>
  close(): Promise<void>
}

/** Both tenants' plan. */
export const terms: PlanTerms = {
  ...someTerms,
  memoryGuaranteedBytes: 0,
  memoryMaxBytes: 192 * MEBIBYTE,
  cpuGuaranteedCores: 0,
  cpuMaxCores: 0.5,
  diskBytes: 512 * MEBIBYTE,
  pidsMax: 100,
  containers: 10,
  volumes: 10,
  publicPorts: 5,
}

/** `files` are put into the image that the containers are made from; `change` replaces terms of the plan. */
export async function openIsolationGround({
  files = [],
  change = {},
}: {
  files?: readonly TarFile[]
  change?: Partial<PlanTerms>
} = {}): Promise<IsolationGround> {
  let opened: ContainerEngine | undefined
  const server = await startTestServer({
    parent: "/var/tmp",
    openEngine: async ({ dataDirectory, runDirectory }) => {
      opened = await createEngine({ root: `${dataDirectory}/engine`, runDirectory: `${runDirectory}/engine` })
      return opened
    },
  })
  const headers = localAuthorization(server)
  const engine = (): ContainerEngine => {
    if (opened === undefined) throw new Error("the engine is not open")
    return opened
  }
  const unwrap = async <T>(pending: ReturnType<TestServer["request"]>): Promise<T> => {
    const body = (await pending).json() as { result?: { data?: T }; error?: { data: { engine: unknown } } }
    if (body.result === undefined) throw Object.assign(new Error(JSON.stringify(body.error)), { engine: body.error?.data.engine })
    return body.result.data as T
  }
  const query = <T>(path: string, input?: unknown) => unwrap<T>(server.query(path, input, headers))
  const mutate = <T>(path: string, input: unknown) => unwrap<T>(server.mutate(path, input, headers))

  await engine().images.importRootfs(streamOf(await testRootfs(files)), { reference: image, config: testImageConfig })
  const plan = await mutate<Plan>("plans.create", { name: "Berth", terms: { ...terms, ...change } })
  for (const tenant of ["mallory", "alice"])
    await mutate("tenants.create", { tenant, title: "", plan: plan.id, overrule: "the plan is tried, not the load line" })

  return {
    server,
    get engine() {
      return engine()
    },
    query,
    mutate,
    async start(tenant, spec = {}) {
      const { id } = await mutate<ContainerInspect>("containers.create", {
        image,
        tenant,
        command: idle,
        stopTimeoutMs: 0,
        ...disk,
        ...spec,
      })
      await mutate("containers.start", { id })
      return query<ContainerInspect>("containers.inspect", { id })
    },
    async sh(id, script, options = {}) {
      const session = await engine().containers.exec(id, { command: ["sh", "-c", `{\n${script}\n} 2>&1`], ...options })
      const chunks: Buffer[] = []
      for await (const chunk of session.stdout) chunks.push(Buffer.from(chunk as Uint8Array))
      const { exitCode } = await session.exited
      return { stdout: Buffer.concat(chunks).toString().trim(), exitCode }
    },
    async clear() {
      const ids = (await query<{ id: string }[]>("containers.list")).map(({ id }) => id)
      if (ids.length > 0) await mutate("containers.bulk", { action: "remove", ids, options: { force: true, removeVolumes: true } })
      for (const { name } of await query<{ name: string }[]>("volumes.list")) await mutate("volumes.remove", { host: "local", name })
    },
    async close() {
      await server.stop()
      await purgeEngine({ root: `${server.dataDirectory}/engine`, runDirectory: `${server.runDirectory}/engine` })
      await server.remove()
    },
  }
}

const image = "isolation.test/berth:1"
const idle = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done"]
const disk = { diskBytes: 32 * MEBIBYTE }
