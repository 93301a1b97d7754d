import { afterAll, afterEach, beforeAll, expect, type TestContext } from "vitest"
import type { ContainerEngine, ContainerInspect, EngineEvent, EngineFeature, EngineInfo, ExecSpec, LogLine, LogOptions } from "../engine.js"
import type { EngineErrorCode } from "../errors.js"
import type { ContainerSpec } from "../spec/container-spec.js"
import type { ResourceLimitName } from "../spec/limits.js"
import { streamOf, testImageConfig, testRootfs } from "./test-image.js"

/** An engine to be tested, with what ends it. */
export interface EngineUnderTest {
  engine: ContainerEngine
  /** Closes it and removes all that it has. */
  dispose(): Promise<void>
  /** Closes the engine and opens another over the same state. Absent: it cannot. */
  reopen?(): Promise<ContainerEngine>
}

export type MakeEngine = () => Promise<EngineUnderTest>

export interface Finished {
  id: string
  exitCode: number
  oomKilled: boolean
  stdout: string
  stderr: string
}

/** What the parts of the suite share: one engine, one image, and containers that are removed after each test. */
export interface Harness {
  readonly engine: ContainerEngine
  readonly info: EngineInfo
  /** Reference of the test image. */
  readonly image: string
  readonly subject: EngineUnderTest
  /** Replaces the engine by the one that `reopen` made. */
  adopt(engine: ContainerEngine): void
  /** Skips the test unless the engine has all of these. */
  needs(context: TestContext, ...features: EngineFeature[]): void
  /** Skips the test when the engine says of itself that it lacks this ability, with what it says. */
  needsAbility(context: TestContext, name: string): void
  /** True when the engine says of itself that it lacks this ability. */
  lacks(name: string): boolean
  /** Skips the test unless the host can enforce the limit. */
  needsLimit(context: TestContext, limit: ResourceLimitName): void
  create(spec?: Partial<ContainerSpec>): Promise<ContainerInspect>
  start(spec?: Partial<ContainerSpec>): Promise<ContainerInspect>
  /** Creates, starts and waits for the end. */
  run(spec: Partial<ContainerSpec>): Promise<Finished>
  /** Output of a shell script in a new container. Fails the test when its exit code is not 0. */
  removeContainers(): Promise<void>
  shell(script: string, spec?: Partial<ContainerSpec>): Promise<string>
  /** Output and exit code of a command in a running container. */
  exec(id: string, command: string[], spec?: Partial<ExecSpec>): Promise<{ exitCode: number; stdout: string; stderr: string }>
  logs(id: string, options?: LogOptions): Promise<LogLine[]>
  output(id: string, stream?: LogLine["stream"]): Promise<string>
  /** All events from a cursor to the newest. */
  eventsAfter(cursor: number): Promise<EngineEvent[]>
  newestCursor(): Promise<number>
}

/** A command that runs until it is told to stop, and stops at once when it is. */
export const idle = ["/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done"]

export function script(text: string): Pick<ContainerSpec, "command"> {
  return { command: ["/bin/sh", "-c", text] }
}

/** Prints the answer to a request for /motd. (Debian's static busybox crashes in its own wget.) */
export function fetchScript(address: string, port: number): string {
  return `printf 'GET /motd HTTP/1.0\\r\\n\\r\\n' | nc -w 2 ${address} ${port}`
}

/** Asserts that the promise rejects with an error of the engine that says what is wrong in words. */
export async function expectRefusal(promise: Promise<unknown>, ...codes: EngineErrorCode[]): Promise<void> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error, "must be refused").toMatchObject({ name: "EngineError", publicMessage: expect.stringMatching(/\S{2,} \S/) })
  expect(codes).toContain((error as { code: EngineErrorCode }).code)
}

export function setUpHarness(makeEngine: MakeEngine): Harness {
  const harness = new SuiteHarness()
  beforeAll(async () => {
    await harness.open(await makeEngine())
  })
  afterEach(() => harness.removeContainers())
  afterAll(() => harness.close())
  return harness
}

class SuiteHarness implements Harness {
  readonly image = "conformance.test/base:1"
  readonly #created = new Set<string>()
  #subject: EngineUnderTest | undefined
  #engine: ContainerEngine | undefined
  #info: EngineInfo | undefined

  get engine(): ContainerEngine {
    return present(this.#engine)
  }

  get info(): EngineInfo {
    return present(this.#info)
  }

  get subject(): EngineUnderTest {
    return present(this.#subject)
  }

  async open(subject: EngineUnderTest): Promise<void> {
    this.#subject = subject
    this.#engine = subject.engine
    this.#info = await subject.engine.info()
    expect(this.#info, this.#info.reason).toMatchObject({ status: "available" })
    await this.engine.images.importRootfs(streamOf(await testRootfs()), { reference: this.image, config: testImageConfig })
  }

  adopt(engine: ContainerEngine): void {
    this.#engine = engine
  }

  async close(): Promise<void> {
    await this.#subject?.dispose()
  }

  async removeContainers(): Promise<void> {
    for (const id of [...this.#created].reverse()) await this.engine.containers.remove(id, { force: true, removeVolumes: true })
    this.#created.clear()
  }

  needs(context: TestContext, ...features: EngineFeature[]): void {
    const missing = features.filter((feature) => !this.info.features.includes(feature))
    context.skip(missing.length > 0, `the engine has no ${missing.join(", ")}`)
  }

  needsAbility(context: TestContext, name: string): void {
    const ability = this.info.abilities.find((each) => each.name === name)
    context.skip(ability?.status === "missing", `${ability?.title}: ${ability?.detail}`)
  }

  lacks(name: string): boolean {
    return this.info.abilities.some((ability) => ability.name === name && ability.status === "missing")
  }

  needsLimit(context: TestContext, limit: ResourceLimitName): void {
    const ability = this.info.enforceableLimits[limit]
    context.skip(ability?.enforceable !== true, `${limit}: ${ability?.reason ?? "not enforceable here"}`)
  }

  async create(spec: Partial<ContainerSpec> = {}): Promise<ContainerInspect> {
    const created = await this.engine.containers.create({ image: this.image, command: idle, ...spec })
    this.#created.add(created.id)
    return created
  }

  async start(spec: Partial<ContainerSpec> = {}): Promise<ContainerInspect> {
    const { id } = await this.create(spec)
    await this.engine.containers.start(id)
    return this.engine.containers.inspect(id)
  }

  async run(spec: Partial<ContainerSpec>): Promise<Finished> {
    const { id } = await this.create(spec)
    await this.engine.containers.start(id)
    const { exitCode, oomKilled } = await this.engine.containers.wait(id)
    return { id, exitCode, oomKilled, stdout: await this.output(id, "stdout"), stderr: await this.output(id, "stderr") }
  }

  async shell(text: string, spec: Partial<ContainerSpec> = {}): Promise<string> {
    const finished = await this.run({ ...script(text), ...spec })
    expect(finished.exitCode, `exit code of ${text}\n${finished.stdout}${finished.stderr}`).toBe(0)
    return finished.stdout.trim()
  }

  async exec(id: string, command: string[], spec: Partial<ExecSpec> = {}): Promise<{ exitCode: number; stdout: string; stderr: string }> {
    const session = await this.engine.containers.exec(id, { command, ...spec })
    const [stdout, stderr, { exitCode }] = await Promise.all([
      text(session.stdout),
      session.stderr === undefined ? "" : text(session.stderr),
      session.exited,
    ])
    return { exitCode, stdout, stderr }
  }

  async logs(id: string, options: LogOptions = {}): Promise<LogLine[]> {
    const lines: LogLine[] = []
    for await (const line of this.engine.containers.logs(id, options)) lines.push(line)
    return lines
  }

  async output(id: string, stream?: LogLine["stream"]): Promise<string> {
    const lines = await this.logs(id)
    return lines
      .filter((line) => stream === undefined || line.stream === stream)
      .map((line) => line.data.toString() + (line.partial ? "" : "\n"))
      .join("")
  }

  async eventsAfter(cursor: number): Promise<EngineEvent[]> {
    const events: EngineEvent[] = []
    for await (const event of this.engine.events({ after: cursor })) events.push(event)
    return events
  }

  async newestCursor(): Promise<number> {
    return (await this.eventsAfter(0)).at(-1)?.cursor ?? 0
  }
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString()
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the engine under test is not open")
  return value
}
